"""Grounds h and i: the school days that must have passed, for every date, and the enquiries both parties sign."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cme_calendars import SchoolDays
from cme_referrals.domain.rules import Consent, ConsentKind, Deletion, Elsewhere, JointEnquiry, State
from tests.referrals.unit.deletions import OTHER, SCHOOL, TEST_CAL, asked, deletion, november_day, refused

november = st.dates(date(2026, 10, 1), date(2027, 1, 31))


def signed(ground: str, deleted_on: date, **more: Any) -> Deletion:
    return deletion(ground, deleted_on, enquiries_signed_on=deleted_on, **more)


COUNCIL = Elsewhere(consents=(Consent(kind=ConsentKind.JOINT_ENQUIRIES, given=True, decided_on=november_day(9)),))


@pytest.mark.parametrize(
    ("inset", "deleted_on", "not_before"),
    [
        ([], november_day(13), november_day(16)),
        ([], november_day(16), None),
        ([november_day(2)], november_day(16), november_day(17)),
        ([november_day(2)], november_day(17), None),
    ],
)
def test_ten_school_days_pass_after_a_leave_that_ended_before_half_term(
    inset: list[date], deleted_on: date, not_before: date | None
) -> None:
    it = signed("h", deleted_on, leave_ended_on=date(2026, 10, 23))
    found = asked(it, days=TEST_CAL.for_school(inset=inset), elsewhere=COUNCIL).get("ground-h-days")
    assert (found.not_before if found else None) == not_before


@pytest.mark.parametrize(
    ("deleted_on", "other_code_on", "not_before"),
    [
        (november_day(27), None, november_day(30)),
        (november_day(30), None, None),
        (november_day(30), november_day(18), date(2026, 12, 17)),
        (date(2026, 12, 17), november_day(18), None),
        (november_day(30), date(2026, 10, 20), None),
    ],
    ids=["twentieth day", "the day after", "run broken", "after the second run", "another code before the run"],
)
def test_twenty_school_days_of_absence_without_a_break(
    deleted_on: date, other_code_on: date | None, not_before: date | None
) -> None:
    it = signed("i", deleted_on, first_absent_on=november_day(2), other_code_on=other_code_on)
    found = asked(it, elsewhere=COUNCIL).get("ground-i-days")
    assert (found.not_before if found else None) == not_before


def test_both_parties_sign_before_the_deletion() -> None:
    it = signed("i", november_day(30), first_absent_on=november_day(2))
    assert refused(it, elsewhere=COUNCIL) == []
    assert refused(it) == ["joint-enquiries"]
    assert asked(it, elsewhere=None)["joint-enquiries"].state is State.NOT_YET_KNOWN
    unsigned = replace(it, enquiries_signed_on=None)
    assert refused(unsigned, elsewhere=COUNCIL) == refused(unsigned, elsewhere=None) == ["joint-enquiries"]
    afterwards = replace(it, enquiries_signed_on=date(2026, 12, 1))
    assert refused(afterwards, elsewhere=COUNCIL) == ["joint-enquiries"]


def joint(decision: str = "agreed", school: int | None = 19, authority: int | None = 25, **more: Any) -> Elsewhere:
    said: dict[str, Any] = {"school_urn": SCHOOL, "ground": "i", "began_on": november_day(2)}
    one = JointEnquiry(
        decision=decision, school_signed_on=school and november_day(school),
        authority_signed_on=authority and november_day(authority), **(said | more),
    )  # fmt: skip
    return Elsewhere(joint_enquiries=(one,))


@pytest.mark.policy("5.2.6")
@pytest.mark.parametrize(
    ("elsewhere", "challenged"),
    [
        (joint(), False),
        (joint(authority=30), False),
        (replace(joint(), consents=()), False),
        (joint("awaiting_authority", authority=None), True),
        (joint("awaiting_school", school=None), True),
        (joint("not_agreed"), True),
        (joint("withdrawn", school=None, authority=None), True),
        (replace(COUNCIL, joint_enquiries=joint("not_agreed").joint_enquiries), True),
        (joint(began_on=date(2026, 3, 2)), True),
        (joint(school_urn=OTHER), True),
        (joint(ground="h"), True),
        (joint(began_on=None), False),
    ],
    ids=[
        "both", "the later on the day itself", "no consent needed", "the school alone", "the council alone", "found, and the council waits",
        "taken back", "a consent beside a refusal", "another absence", "another school", "another ground", "nobody says when it began",
    ],
)  # fmt: skip
def test_what_the_register_knows_of_both_halves_decides(elsewhere: Elsewhere, challenged: bool) -> None:
    """The return itself need not say when the school signed: the school has sent its half."""
    it = deletion("i", november_day(30), first_absent_on=november_day(2))
    found = asked(it, elsewhere=elsewhere).get("joint-enquiries")
    assert (found is not None) is challenged


def test_a_signature_after_the_deletion_says_from_when_a_new_return_would_stand() -> None:
    it = deletion("i", november_day(30), first_absent_on=november_day(2))
    late = joint()
    late = replace(late, joint_enquiries=(replace(late.joint_enquiries[0], authority_signed_on=date(2026, 12, 2)),))
    assert asked(it, elsewhere=late)["joint-enquiries"].not_before == date(2026, 12, 2)
    assert "joint-enquiries" not in asked(replace(it, deleted_on=date(2026, 12, 2)), elsewhere=late)


@pytest.mark.parametrize(("ground", "rule"), [("h", "ground-h-days"), ("i", "ground-i-days")])
def test_without_its_first_day_a_period_cannot_have_passed(ground: str, rule: str) -> None:
    assert refused(signed(ground, november_day(30)), elsewhere=COUNCIL) == [rule]


def test_without_a_calendar_or_beyond_it_nothing_is_guessed() -> None:
    it = signed("h", november_day(13), leave_ended_on=date(2026, 10, 23))
    assert asked(it, days=None, elsewhere=COUNCIL)["ground-h-days"].state is State.NOT_YET_KNOWN
    beyond = signed("h", date(2027, 7, 22), leave_ended_on=date(2027, 7, 19))
    assert asked(beyond, elsewhere=COUNCIL)["ground-h-days"].state is State.NOT_YET_KNOWN


def test_a_calendar_that_ends_with_the_period_says_no_first_day() -> None:
    it = signed("h", november_day(13), leave_ended_on=date(2026, 10, 23))
    short = SchoolDays([(date(2026, 9, 3), date(2026, 10, 23)), (november_day(2), november_day(13))])
    found = asked(it, days=short, elsewhere=COUNCIL)["ground-h-days"]
    assert (found.state, found.not_before) == (State.CHALLENGED, None)


@given(november, november, st.frozensets(november, max_size=10))
def test_a_period_is_challenged_up_to_its_last_day_and_from_not_before_on_never(
    leave_ended_on: date, deleted_on: date, off: frozenset[date]
) -> None:
    days = TEST_CAL.for_school(closures=off)
    found = asked(signed("h", deleted_on, leave_ended_on=leave_ended_on), days=days, elsewhere=COUNCIL).get(
        "ground-h-days"
    )
    tenth = days.add_school_days(leave_ended_on, 10)
    assert (found is not None) is (deleted_on <= tenth)
    if found and found.not_before:
        allowed = signed("h", found.not_before, leave_ended_on=leave_ended_on)
        assert "ground-h-days" not in asked(allowed, days=days, elsewhere=COUNCIL)
        assert days.is_school_day(found.not_before)
