"""A fact that a rule waited for arrives: what deletion returns are asked is decided again, and what changed is said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from cme_bus.meta import Meta
from cme_contracts.register_matching import RecordsJoined, RecordsSeparated, SubmissionMatched
from cme_contracts.register_recorded import AttendanceOrderRecorded, ConsentRecorded, JointEnquiryDecided
from cme_referrals.application.challenging import announce
from cme_referrals.application.ports import Decides, Returned
from cme_referrals.domain.rules import (
    Challenge,
    Consent,
    Deletion,
    Elsewhere,
    JointEnquiry,
    Known,
    Order,
    State,
    findings,
    rule_table,
)
from cme_referrals.domain.school_data import OwnDays, TermDates

type Asked = Sequence[tuple[Returned, Sequence[Challenge]]]


async def note_order(tx: Decides, fact: AttendanceOrderRecorded) -> None:
    """A school attendance order, or what has changed about one."""
    order = Order(school_urn=fact.school_urn, in_force_from=fact.in_force_from, in_force_to=fact.in_force_to)
    await tx.elsewhere.put_order(fact.order_id, fact.order_number, order, at=fact.recorded_at)
    await _place_and_decide(tx, fact.order_id, fact.child_id, at=fact.recorded_at)


async def note_consent(tx: Decides, fact: ConsentRecorded) -> None:
    """A decision of an authority."""
    consent = Consent(kind=fact.kind, given=fact.given, decided_on=fact.decided_on, school_urn=fact.school_urn)
    await tx.elsewhere.put_consent(fact.consent_id, consent, at=fact.recorded_at)
    await _place_and_decide(tx, fact.consent_id, fact.child_id, at=fact.recorded_at)


async def note_joint_enquiry(tx: Decides, fact: JointEnquiryDecided) -> None:
    """How the joint enquiries of a school and the council stand now: a half was signed, corrected or taken back."""
    enquiry = JointEnquiry(
        school_urn=fact.school_urn,
        ground=fact.ground.value,
        decision=fact.decision.value,
        began_on=fact.began_on,
        school_signed_on=fact.school_signed_on,
        authority_signed_on=fact.authority_signed_on,
    )
    await tx.elsewhere.put_joint_enquiry(fact.enquiry_id, enquiry, at=fact.decided_at)
    await _place_and_decide(tx, fact.enquiry_id, fact.child_id, at=fact.decided_at)


async def decide_matched(tx: Decides, facts: Sequence[tuple[SubmissionMatched, Meta]]) -> None:
    """The register has said whose these chains are: what it recorded about the child can be looked up from now on."""
    with_returns = await tx.challenges.with_returns({fact.first_submission_id for fact, _ in facts})
    waiting: dict[UUID, tuple[SubmissionMatched, Meta]] = {}
    for fact, cause in facts:
        if fact.first_submission_id in with_returns:
            child_id = await tx.identity.child_of(fact.first_submission_id)
            waiting[child_id or fact.child_id] = (fact, cause)
    for child_id in sorted(waiting):  # in one order everywhere, so that two batches cannot wait for each other
        fact, cause = waiting[child_id]
        await decide_again(tx, child_id, at=fact.matched_at, cause=cause)


async def decide_joined(tx: Decides, fact: RecordsJoined) -> None:
    """Two records are one child: what was recorded about either counts for both."""
    await decide_again(tx, fact.child_id, at=fact.joined_at)


async def decide_separated(tx: Decides, fact: RecordsSeparated) -> None:
    """They were not."""
    for child_id in sorted((fact.child_id, fact.restored_child_id)):
        await decide_again(tx, child_id, at=fact.separated_at)


async def decide_on_new_days(tx: Decides, terms: TermDates | OwnDays, *, at: datetime) -> None:
    """A calendar was loaded: rules that count school days and could not are decided."""
    la_code, urn = (None, terms.urn) if isinstance(terms, OwnDays) else (terms.la_code, None)
    for chain in await tx.challenges.waiting_for_days(la_code=la_code, urn=urn):
        child_id = await tx.identity.child_of(chain)
        if child_id is None:
            asked = await tx.challenges.of_chain(chain)
            child_id = await tx.identity.child_of(chain)  # the register may have spoken while we waited for the row
            if child_id is None:
                await _decide(tx, asked, None, at=at)
                continue
        await decide_again(tx, child_id, at=at)


async def decide_again(tx: Decides, child_id: UUID, *, at: datetime, cause: Meta | None = None) -> None:
    """Hold every deletion return of a child against the rules once more. Says what differs, and nothing else.

    Works alone on the child: whoever places a submission or a fact with it at the same time waits, and then sees this.
    """
    await tx.challenges.hold(child_id)
    if asked := await tx.challenges.of_child(child_id):
        await _decide(tx, asked, await tx.elsewhere.of_child(child_id), at=at, cause=cause)


async def _place_and_decide(tx: Decides, subject: UUID, child_id: UUID, *, at: datetime) -> None:
    await tx.identity.place(subject, child_id, at=at)
    await decide_again(tx, await tx.identity.child_of(subject) or child_id, at=at)


async def _decide(
    tx: Decides, asked: Asked, elsewhere: Elsewhere | None, *, at: datetime, cause: Meta | None = None
) -> None:
    for returned, before in asked:
        deletion = returned.deletion
        days = None
        if deletion.counts_school_days:
            days = await tx.schools.days_of(deletion.school_urn, returned.school_la)
        recorded = elsewhere and await _of_the_school_now(tx, elsewhere, deletion)
        found = findings(Known(deletion=deletion, days=days, elsewhere=recorded), rule_table().rules)
        changed = _changed({one.rule: one for one in before}, found)
        await tx.challenges.change(returned.submission_id, changed, at=at)
        announce(tx, returned, changed, at=at, cause=cause)


async def _of_the_school_now(tx: Decides, recorded: Elsewhere, deletion: Deletion) -> Elsewhere:
    """Orders and consents with the number that the school had when it returned: one from before a conversion counts on."""

    async def now(urn: str) -> str:
        if urn == deletion.school_urn:
            return urn
        found = await tx.schools.establishment_of(urn, deletion.received_on)
        return found.urn if found else urn

    return replace(
        recorded,
        orders=tuple([replace(one, school_urn=await now(one.school_urn)) for one in recorded.orders]),
        consents=tuple(
            [replace(one, school_urn=one.school_urn and await now(one.school_urn)) for one in recorded.consents]
        ),
    )


def _changed(before: Mapping[str, Challenge], found: Mapping[str, Challenge]) -> list[Challenge]:
    """What is to be said now: what is new or differs, and what was asked and is met."""
    differs = [
        one
        for one in found.values()
        if one.rule not in before
        or (before[one.rule].state, before[one.rule].not_before) != (one.state, one.not_before)
    ]
    met = [one for one in before.values() if one.rule not in found and one.state is not State.ANSWERED]
    return [*differs, *(replace(one, state=State.ANSWERED, not_before=None, still_on_roll=False) for one in met)]
