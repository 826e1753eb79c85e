"""Rules that are data."""

from datetime import date

import pytest

from cme_calendars import WorkingDays
from cme_contracts.codes import Factor
from cme_referrals.domain.tables import (
    Asked,
    AtOnce,
    Term,
    Unit,
    at_once,
    at_once_table,
    new_pupil_exempt,
    new_pupil_return_due,
    new_pupil_terms,
)


@pytest.mark.policy("5.2.1")
@pytest.mark.parametrize(
    ("entered", "due"),
    [
        (date(2026, 11, 26), date(2026, 12, 1)),  # over a weekend
        (date(2026, 9, 14), date(2026, 9, 19)),  # ends on a Saturday, and is not moved on
        (date(2028, 2, 26), date(2028, 3, 2)),  # over 29 February
        (date(2026, 12, 22), date(2026, 12, 27)),  # Christmas counts
    ],
)
def test_a_new_pupil_return_is_due_at_the_end_of_the_fifth_day_after_entry(entered: date, due: date) -> None:
    assert new_pupil_return_due(entered, WorkingDays()) == due


def test_the_unit_of_the_five_days_is_data_with_its_source() -> None:
    (term,) = new_pupil_terms()
    assert (term.days, term.unit) == (5, "calendar")
    assert "regulation 13(1)" in term.source


@pytest.mark.policy("5.2.1")
@pytest.mark.parametrize(
    ("entered", "due"),
    [
        (date(2026, 12, 31), date(2027, 1, 5)),  # the day before the council reads it otherwise
        (date(2027, 1, 1), date(2027, 1, 8)),  # five working days after a bank holiday
        (date(2020, 1, 1), date(2020, 1, 6)),  # before any rule
    ],
)
def test_a_council_that_counts_working_days_says_from_when(entered: date, due: date) -> None:
    terms = (Term(date(2027, 1, 1), 5, Unit.WORKING, "a council"), Term(date(2024, 8, 19), 5, Unit.CALENDAR, "the law"))
    assert new_pupil_return_due(entered, WorkingDays(), terms) == due


@pytest.mark.policy("9.1")
@pytest.mark.parametrize(("day", "holds"), [(2, False), (3, True), (5, True), (6, False)])
def test_a_row_holds_on_its_first_and_its_last_day(day: int, holds: bool) -> None:
    table = [AtOnce("fgm", date(2026, 11, 3), date(2026, 11, 5), "a test")]
    assert at_once((Factor.FGM,), date(2026, 11, day), table) == ((Factor.FGM,) if holds else ())


@pytest.mark.policy("9.1")
def test_every_factor_that_may_not_wait_is_a_code_readers_know_and_has_its_source() -> None:
    table = at_once_table()
    assert {row.code for row in table} == {
        Factor.CHILD_PROTECTION_PLAN, Factor.LOOKED_AFTER, Factor.SECTION_47, Factor.CHILD_IN_NEED,
        Factor.DOMESTIC_ABUSE, Factor.FGM, Factor.FORCED_MARRIAGE, Factor.EXPLOITATION, Factor.TRAFFICKING,
        Factor.RADICALISATION, Factor.SOCIAL_WORKER,
        Factor.SUDDEN_DISAPPEARANCE, Factor.IMMEDIATE_DANGER, Factor.PRIVATE_FOSTERING, Factor.PREVIOUSLY_MISSING,
    }  # fmt: skip
    assert all(row.source for row in table)


@pytest.mark.policy("9.1")
def test_only_what_may_not_wait_goes_ahead_and_only_while_its_row_holds() -> None:
    ticked = (Factor.EHCP, Factor.FGM, Factor.HOMELESS_OR_REFUGE)
    assert at_once(ticked, date(2026, 11, 23)) == (Factor.FGM,)
    assert at_once(ticked, date(2024, 8, 18)) == ()


@pytest.mark.policy("5.2.1")
@pytest.mark.parametrize(
    ("entered", "junior", "first_day", "asked", "exempt"),
    [
        (date(2026, 9, 3), True, date(2026, 9, 3), (), True),
        (date(2026, 9, 3), True, date(2026, 9, 3), (Asked(date(2026, 9, 2), None),), False),
        (date(2026, 9, 3), True, date(2026, 9, 3), (Asked(date(2026, 9, 3), None),), True),
        (date(2026, 9, 3), True, date(2026, 9, 3), (Asked(date(2026, 6, 1), "990002"),), True),
        (date(2026, 9, 3), True, date(2026, 9, 3), (Asked(date(2026, 6, 1), "990001"),), False),
        (date(2026, 9, 14), True, date(2026, 9, 3), (), False),
        (date(2026, 9, 3), False, date(2026, 9, 3), (), False),
        (date(2026, 9, 3), False, None, (), False),
        (date(2026, 9, 3), None, date(2026, 9, 3), (), None),
        (date(2026, 9, 3), True, None, (), None),
        (date(2024, 8, 18), True, date(2024, 8, 18), (), False),
    ],
    ids=[
        "most junior class, first day", "asked before", "asked that day", "asked another school", "asked this school",
        "later in the year", "another class", "another class, no calendar", "class not said", "no calendar",
        "before the regulations",
    ],
)  # fmt: skip
def test_no_return_is_needed_for_the_most_junior_class_on_the_first_day_unless_the_authority_asked(
    entered: date, junior: bool | None, first_day: date | None, asked: tuple[Asked, ...], exempt: bool | None
) -> None:
    found = new_pupil_exempt(entered, most_junior_class=junior, first_day_of_year=first_day, urn="990001", asked=asked)
    assert found is exempt
