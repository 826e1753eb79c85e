"""Checks that look at what the register has recorded: orders and consents."""

from __future__ import annotations

from datetime import timedelta

from cme_referrals.domain.facts import ConsentKind, JointEnquiry, Known, Order
from cme_referrals.domain.findings import CHALLENGED, NOT_YET_KNOWN, Finding, Rule, State

AGREED = "agreed"
"""The code of `JointDecision` by which the council and the school are at one."""


def order_in_force(known: Known, rule: Rule) -> Finding | None:
    """An order that names the school keeps the pupil on its roll."""
    if known.elsewhere is None:
        return NOT_YET_KNOWN
    return _kept_by(known, _naming(known, known.elsewhere.orders))


def order_amended(known: Known, rule: Rule) -> Finding | None:
    """Ground (d). The authority amends its order itself: until that has been heard nothing is known."""
    orders = known.elsewhere.orders if known.elsewhere else ()
    if kept := _kept_by(known, _naming(known, orders)):
        return kept
    school = known.deletion.school_urn
    amended = [one for one in orders if one.school_urn != school and _in_force(one, known)]
    return None if amended else NOT_YET_KNOWN


def order_revoked(known: Known, rule: Rule) -> Finding | None:
    """Ground (e). The authority revokes its order itself: until that has been heard nothing is known."""
    orders = known.elsewhere.orders if known.elsewhere else ()
    if kept := _kept_by(known, _naming(known, orders)):
        return kept
    it = known.deletion
    ended = [
        one
        for one in orders
        if one.school_urn == it.school_urn and one.in_force_to is not None and one.in_force_to < it.deleted_on
    ]
    return None if ended else NOT_YET_KNOWN


def special_school_consent(known: Known, rule: Rule) -> Finding | None:
    """Regulation 9(2): by type of school and by who arranged the place, not by the plan."""
    if not known.deletion.special_school or known.deletion.placed_by_authority is False:
        return None
    return _consent(known, ConsentKind.SPECIAL_SCHOOL_DELETION)


def joint_enquiries(known: Known, rule: Rule) -> Finding | None:
    """Grounds (h), (i): both parties sign before the deletion, and agree where they found the child.

    Where the register knows of no such enquiries, the school's day in the return and the council's consent are the signatures.
    """
    it = known.deletion
    if (joint := _enquiries(known)) is not None:
        if joint.decision != AGREED or joint.school_signed_on is None or joint.authority_signed_on is None:
            return CHALLENGED
        agreed_on = max(joint.school_signed_on, joint.authority_signed_on)
        return None if agreed_on <= it.deleted_on else Finding(State.CHALLENGED, agreed_on)
    if it.enquiries_signed_on is None or it.enquiries_signed_on > it.deleted_on:
        return CHALLENGED
    return _consent(known, ConsentKind.JOINT_ENQUIRIES)


def _enquiries(known: Known) -> JointEnquiry | None:
    """The latest about this absence: of this school, on this ground, and of the same beginning where both say one."""
    it = known.deletion
    began_on = it.leave_ended_on if it.ground == "h" else it.first_absent_on
    ours = [
        one
        for one in (known.elsewhere.joint_enquiries if known.elsewhere else ())
        if (one.school_urn, one.ground) == (it.school_urn, it.ground)
        and (None in (one.began_on, began_on) or one.began_on == began_on)
    ]
    return ours[-1] if ours else None


def consent_to_withdraw(known: Known, rule: Rule) -> Finding | None:
    """Education Act 1996 s 434A; not in force."""
    placed = known.deletion.special_school and known.deletion.placed_by_authority is not False
    return _consent(known, ConsentKind.HOME_EDUCATION_WITHDRAWAL) if placed or known.deletion.at_risk else None


def _in_force(order: Order, known: Known) -> bool:
    on = known.deletion.deleted_on
    return order.in_force_from <= on and (order.in_force_to is None or on <= order.in_force_to)


def _naming(known: Known, orders: tuple[Order, ...]) -> list[Order]:
    return [one for one in orders if one.school_urn == known.deletion.school_urn and _in_force(one, known)]


def _kept_by(known: Known, naming: list[Order]) -> Finding | None:
    if not naming:
        return None
    ends = [order.in_force_to for order in naming if order.in_force_to]
    return Finding(State.CHALLENGED, max(ends) + timedelta(days=1) if len(ends) == len(naming) else None)


def _consent(known: Known, kind: ConsentKind) -> Finding | None:
    """The latest decision up to the deletion is the one that counts."""
    if known.elsewhere is None:
        return NOT_YET_KNOWN
    it = known.deletion
    decisions = sorted(
        (one for one in known.elsewhere.consents if one.kind == kind and one.school_urn in (None, it.school_urn)),
        key=lambda one: one.decided_on,  # stable: of two on one day the one that was recorded last
    )
    before = [one for one in decisions if one.decided_on <= it.deleted_on]
    if before and before[-1].given:
        return None
    given_later = next((one.decided_on for one in decisions if one.given and one.decided_on > it.deleted_on), None)
    return Finding(State.CHALLENGED, given_later)
