"""Checks of what the return itself says: each ground of regulation 9(1) has conditions and evidence of its own."""

from __future__ import annotations

from datetime import date, timedelta

from cme_referrals.domain.facts import Known
from cme_referrals.domain.findings import CHALLENGED, Finding, Rule, State


def new_school(known: Known, rule: Rule) -> Finding | None:
    """Ground (a)."""
    return None if known.deletion.destination_given else CHALLENGED


def writing(known: Known, rule: Rule) -> Finding | None:
    """Ground (f)."""
    received_on = known.deletion.writing_received_on
    return None if received_on and received_on <= known.deletion.deleted_on else CHALLENGED


def stated_day(known: Known, rule: Rule) -> Finding | None:
    """Ground (f)."""
    it = known.deletion
    if it.stated_day is None:
        return CHALLENGED if it.writing_received_on else None  # without the writing the rule before this one asks
    if it.stated_day < it.deleted_on:
        return None
    return Finding(State.CHALLENGED, it.stated_day + timedelta(days=1))


def retrospective(known: Known, rule: Rule) -> Finding | None:
    """What the register shows was done later than it is dated."""
    it = known.deletion
    if it.last_attended_on and it.last_attended_on > it.deleted_on:
        return Finding(State.CHALLENGED, it.recorded_on)
    if it.recorded_on is None:
        return CHALLENGED if it.received_on - it.deleted_on > timedelta(days=rule.days) else None
    return Finding(State.CHALLENGED, it.recorded_on) if it.recorded_on > it.deleted_on else None


def of_school_age(known: Known, rule: Rule) -> Finding | None:
    """The letters of regulation 9(1)."""
    return CHALLENGED if known.deletion.of_compulsory_school_age is False else None


def not_of_school_age(known: Known, rule: Rule) -> Finding | None:
    """The grounds of regulation 9(3) are for the others."""
    return CHALLENGED if known.deletion.of_compulsory_school_age else None


def dual_registration(known: Known, rule: Rule) -> Finding | None:
    """Ground (a): two schools that agreed to have the pupil both keep them."""
    return CHALLENGED if known.deletion.dual_registration_agreed else None


def main_school(known: Known, rule: Rule) -> Finding | None:
    """Grounds (a), (c): the main school of a mobile child keeps them."""
    return CHALLENGED if known.deletion.main_school_of_mobile_child else None


def no_reception(known: Known, rule: Rule) -> Finding | None:
    """Ground (b): the school says that the child does not go on."""
    return None if known.deletion.continues_to_reception is False else CHALLENGED


def other_schools(known: Known, rule: Rule) -> Finding | None:
    """Ground (c): each other proprietor consents before the deletion."""
    return _by_the_deletion(known, known.deletion.other_schools_consented_on)


def new_home(known: Known, rule: Rule) -> Finding | None:
    """Ground (g): where the pupil lives now, or how far away."""
    it = known.deletion
    return None if it.new_address_given or it.distance_miles is not None else CHALLENGED


def no_boarder(known: Known, rule: Rule) -> Finding | None:
    """Ground (g): whoever boards lives near enough."""
    return CHALLENGED if known.deletion.boarder else None


def no_return_expected(known: Known, rule: Rule) -> Finding | None:
    """Grounds (g), (j)."""
    return CHALLENGED if known.deletion.return_expected else None


def sentence(known: Known, rule: Rule) -> Finding | None:
    """Ground (j): a sentence of at least so many months."""
    months = known.deletion.sentence_months
    return None if months is not None and months >= rule.months else CHALLENGED


def school_leaver(known: Known, rule: Rule) -> Finding | None:
    """Ground (l): compulsory school age ends with this school year."""
    return CHALLENGED if known.deletion.school_age_ends_this_year is False else None


def no_sixth_form(known: Known, rule: Rule) -> Finding | None:
    """Ground (l)."""
    return CHALLENGED if known.deletion.entering_sixth_form else None


def unpaid_boarder(known: Known, rule: Rule) -> Finding | None:
    """Ground (m)."""
    return None if known.deletion.boarder and known.deletion.fees_unpaid else CHALLENGED


def independent_school(known: Known, rule: Rule) -> Finding | None:
    """Ground (n)."""
    return CHALLENGED if known.deletion.independent_school is False else None


def review_over(known: Known, rule: Rule) -> Finding | None:
    """Ground (o): the exclusion stands once every step of its review is over."""
    return _by_the_deletion(known, known.deletion.review_ended_on)


def _by_the_deletion(known: Known, done_on: date | None) -> Finding | None:
    if done_on is None:
        return CHALLENGED
    return None if done_on <= known.deletion.deleted_on else Finding(State.CHALLENGED, done_on)
