"""Rules that challenge a deletion return: the law's own cases with their dates, and what must hold for every date."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cme_calendars import SchoolDays
from cme_referrals.domain.rules import (
    CHECKS,
    Challenge,
    Consent,
    ConsentKind,
    Deletion,
    Elsewhere,
    JointEnquiry,
    Known,
    Order,
    State,
    findings,
    rule_table,
)

TEST_CAL = SchoolDays([
    (date(2026, 9, 3), date(2026, 10, 23)), (date(2026, 11, 2), date(2026, 12, 18)), (date(2027, 1, 4), date(2027, 2, 12)),
    (date(2027, 2, 22), date(2027, 3, 25)), (date(2027, 4, 12), date(2027, 5, 28)), (date(2027, 6, 7), date(2027, 7, 22)),
])  # fmt: skip
SCHOOL, OTHER = "990001", "990002"
LETTERS = "abcdefghijklmno"
TABLE = rule_table()
NOTHING = Elsewhere()
"""The register knows the child and has recorded nothing."""
november = st.dates(date(2026, 10, 1), date(2027, 1, 31))


def november_day(day: int) -> date:
    return date(2026, 11, day)


def deletion(ground: str, deleted_on: date, **more: Any) -> Deletion:
    said: dict[str, Any] = {"school_urn": SCHOOL, "ground": ground, "deleted_on": deleted_on, "received_on": deleted_on}
    return Deletion(**(said | more))


def asked(
    it: Deletion, *, days: SchoolDays | None = TEST_CAL, elsewhere: Elsewhere | None = NOTHING
) -> dict[str, Challenge]:
    return dict(findings(Known(deletion=it, days=days, elsewhere=elsewhere), TABLE.rules))


def refused(it: Deletion, **known: Any) -> list[str]:
    return [rule for rule, one in asked(it, **known).items() if one.state is State.CHALLENGED]


def written(deleted_on: date, **more: Any) -> Deletion:
    """Scenario 7: the letter of 16 November says her last day is Friday the 27th."""
    return deletion("f", deleted_on, writing_received_on=november_day(16), stated_day=november_day(27), **more)


# Ground f


@pytest.mark.policy("5.2.6")
def test_home_education_in_writing_may_be_acted_on_only_once_the_stated_day_has_passed() -> None:
    early = asked(written(november_day(26)))
    assert list(early) == ["ground-f-stated-day"]
    assert early["ground-f-stated-day"].not_before == november_day(28)
    assert refused(written(november_day(27))) == ["ground-f-stated-day"]
    assert refused(written(november_day(28))) == refused(written(november_day(30))) == []


@pytest.mark.policy("5.2.6")
def test_home_education_by_word_of_mouth_is_no_ground() -> None:
    assert refused(deletion("f", november_day(20))) == ["ground-f-writing"]
    late = deletion("f", november_day(20), writing_received_on=november_day(23), stated_day=november_day(13))
    assert refused(late) == ["ground-f-writing"]


def test_a_letter_without_a_day_does_not_say_from_when_on() -> None:
    assert refused(deletion("f", november_day(20), writing_received_on=november_day(16))) == ["ground-f-stated-day"]


def test_a_plan_in_a_mainstream_school_needs_no_consent() -> None:
    assert asked(written(november_day(30), special_school=False), elsewhere=None).keys() == {"order-in-force"}
    assert refused(written(november_day(30), special_school=False)) == []


# Special schools


def test_a_special_school_needs_the_consent_of_the_authority_that_placed_the_child() -> None:
    it = written(november_day(30), special_school=True, placed_by_authority=True)
    assert asked(it, elsewhere=None)["special-school-consent"].state is State.NOT_YET_KNOWN
    assert refused(it) == ["special-school-consent"]
    consent = Consent(kind=ConsentKind.SPECIAL_SCHOOL_DELETION, given=True, decided_on=date(2026, 12, 9))
    later = asked(it, elsewhere=Elsewhere(consents=(consent,)))["special-school-consent"]
    assert (later.state, later.not_before) == (State.CHALLENGED, date(2026, 12, 9))
    on_the_day = replace(it, deleted_on=date(2026, 12, 9))
    assert refused(on_the_day, elsewhere=Elsewhere(consents=(consent,))) == []


@pytest.mark.parametrize(
    ("more", "consents", "expected"),
    [
        ({"placed_by_authority": False}, (), []),
        ({"special_school": None}, (), []),
        ({}, (), ["special-school-consent"]),
        ({}, ((True, 10), (False, 20)), ["special-school-consent"]),
        ({}, ((False, 10), (True, 20)), []),
        ({}, ((False, 20), (True, 20)), []),
        ({}, ((True, 20), (False, 20)), ["special-school-consent"]),
    ],
    ids=[
        "placed by nobody",
        "type not known",
        "nobody said",
        "taken back",
        "given after all",
        "given the same day",
        "refused the same day",
    ],
)
def test_the_latest_decision_up_to_the_deletion_counts(
    more: dict[str, Any], consents: tuple[tuple[bool, int], ...], expected: list[str]
) -> None:
    it = written(november_day(30), **({"special_school": True} | more))
    given_ = tuple(
        Consent(kind=ConsentKind.SPECIAL_SCHOOL_DELETION, given=yes, decided_on=november_day(day))
        for yes, day in consents
    )
    assert refused(it, elsewhere=Elsewhere(consents=given_)) == expected


def test_a_consent_for_another_school_or_of_another_kind_is_none() -> None:
    it = written(november_day(30), special_school=True)
    for other in (
        Consent(kind=ConsentKind.SPECIAL_SCHOOL_DELETION, given=True, decided_on=november_day(2), school_urn=OTHER),
        Consent(kind=ConsentKind.JOINT_ENQUIRIES, given=True, decided_on=november_day(2)),
    ):
        assert refused(it, elsewhere=Elsewhere(consents=(other,))) == ["special-school-consent"]


@pytest.mark.parametrize("ground", ["d", "e", "k"])
def test_no_consent_is_asked_for_what_the_authority_did_itself_or_for_a_death(ground: str) -> None:
    assert refused(deletion(ground, november_day(30), special_school=True)) == []


# School attendance orders


@pytest.mark.parametrize("ground", LETTERS)
def test_an_order_that_names_the_school_excludes_grounds_a_c_and_f_only(ground: str) -> None:
    order = Order(school_urn=SCHOOL, in_force_from=november_day(1))
    it = written(november_day(30), destination_given=True)
    found = refused(replace(it, ground=ground), elsewhere=Elsewhere(orders=(order,)))
    assert ("order-in-force" in found) is (ground in "acf")


@pytest.mark.parametrize(
    ("order", "challenged", "not_before"),
    [
        (Order(school_urn=OTHER, in_force_from=november_day(1)), False, None),
        (Order(school_urn=SCHOOL, in_force_from=date(2026, 12, 1)), False, None),
        (Order(school_urn=SCHOOL, in_force_from=november_day(30)), True, None),
        (Order(school_urn=SCHOOL, in_force_from=november_day(1), in_force_to=november_day(29)), False, None),
        (
            Order(school_urn=SCHOOL, in_force_from=november_day(1), in_force_to=november_day(30)),
            True,
            date(2026, 12, 1),
        ),
    ],
    ids=["another school", "not yet", "first day", "over", "last day"],
)
def test_an_order_counts_while_it_is_in_force(order: Order, challenged: bool, not_before: date | None) -> None:
    found = asked(written(november_day(30)), elsewhere=Elsewhere(orders=(order,))).get("order-in-force")
    assert (found is not None) is challenged
    assert found is None or found.not_before == not_before


# Grounds h and i


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


# All grounds


@pytest.mark.parametrize(
    ("more", "challenged"),
    [
        ({"recorded_on": november_day(23)}, True),
        ({"recorded_on": november_day(20), "received_on": date(2027, 3, 1)}, False),
        ({"last_attended_on": november_day(23)}, True),
        ({"last_attended_on": november_day(20)}, False),
        ({"received_on": november_day(30)}, False),
        ({"received_on": date(2026, 12, 1)}, True),
    ],
    ids=[
        "recorded later",
        "late return",
        "attended later",
        "attended that day",
        "ten days",
        "eleven days, nobody says",
    ],
)
@pytest.mark.parametrize("ground", ["a", "g", "k"])
def test_a_name_is_never_deleted_from_an_earlier_day(ground: str, more: dict[str, Any], challenged: bool) -> None:
    it = deletion(ground, november_day(20), destination_given=True, **more)
    assert ("retrospective" in refused(it)) is challenged


def test_ground_a_names_the_new_school() -> None:
    assert refused(deletion("a", november_day(20))) == ["ground-a-new-school"]
    assert refused(deletion("a", november_day(20), destination_given=True)) == []


def test_the_grounds_of_9_1_are_for_children_of_compulsory_school_age() -> None:
    too_young = deletion("g", november_day(20), distance_miles=60, of_compulsory_school_age=False)
    assert refused(too_young) == ["compulsory-school-age"]
    assert refused(replace(too_young, of_compulsory_school_age=None)) == []
    for ground in ("b", "k", "l", "9(3)"):  # nursery, a death, whoever leaves school, and the letters of 9(3) itself
        assert "compulsory-school-age" not in refused(replace(too_young, ground=ground))
    assert refused(replace(too_young, ground="9(3)")) == []
    assert refused(replace(too_young, ground="9(3)", of_compulsory_school_age=True)) == ["not-of-school-age"]


# The table


def test_every_rule_is_in_the_table_with_its_source_and_words_and_in_no_other() -> None:
    assert {rule.code for rule in TABLE.rules} == set(CHECKS)
    assert all(rule.source and rule.what and rule.mend and rule.grounds <= {*LETTERS, "9(3)"} for rule in TABLE.rules)


def test_the_act_of_2026_is_there_and_switched_off() -> None:
    (off,) = [rule for rule in TABLE.rules if rule.switched_off]
    assert off.code == "consent-to-withdraw" and "2026" in (off.switched_off or "")
    risk = written(november_day(30), at_risk=True)
    assert refused(risk) == []
    on = [replace(off, switched_off=None, valid_from=november_day(1))]
    assert [*findings(Known(deletion=risk, elsewhere=Elsewhere()), on)] == ["consent-to-withdraw"]
    assert [*findings(Known(deletion=replace(risk, at_risk=False), elsewhere=Elsewhere()), on)] == []
    consent = Consent(kind=ConsentKind.HOME_EDUCATION_WITHDRAWAL, given=True, decided_on=november_day(30))
    assert [*findings(Known(deletion=risk, elsewhere=Elsewhere(consents=(consent,))), on)] == []


def test_a_rule_holds_between_its_days_only() -> None:
    assert refused(deletion("f", date(2024, 8, 18), received_on=date(2024, 8, 18))) == []
    assert refused(deletion("f", date(2024, 8, 19), received_on=date(2024, 8, 19))) == ["ground-f-writing"]
    rule = replace(TABLE.rules[0], valid_until=november_day(20))
    assert rule.holds("a", november_day(20)) and not rule.holds("a", november_day(21))


@pytest.mark.parametrize(("type_code", "special"), [("07", True), ("44", True), ("01", False), (None, None)])
def test_special_schools_are_known_by_their_type(type_code: str | None, special: bool | None) -> None:
    assert TABLE.special(type_code) is special


@pytest.mark.parametrize(
    ("row", "wrong"),
    [('code = "no-such-rule"\nvalid_from = 2026-01-01', "nobody wrote"), ('code = "retrospective"', "from when")],
)
def test_a_table_that_cannot_be_meant_is_refused(tmp_path: Path, row: str, wrong: str) -> None:
    file = tmp_path / "rules.toml"
    words = 'grounds = ["a"]\nsource = "s"\nwhat = "w"\nmend = "m"'
    file.write_text(f"special_school_types = []\nindependent_types = []\n[[rule]]\n{row}\n{words}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=wrong):
        rule_table(file)
