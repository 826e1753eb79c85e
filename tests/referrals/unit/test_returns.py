"""When each return is due, and how late it came: on calendar days, working days and the days on which a school meets."""

from dataclasses import replace
from datetime import date

import pytest

from cme_calendars import SchoolDays, WorkingDays
from cme_contracts.codes_intake import ReturnKind
from cme_referrals.domain.completeness import Kind
from cme_referrals.domain.exemptions import Asked, new_pupil_exempt
from cme_referrals.domain.returns import (
    Days,
    Term,
    Timing,
    Unit,
    due_on,
    holds,
    term_of,
    terms,
    timing,
)

SPRING = SchoolDays(
    [(date(2027, 1, 4), date(2027, 2, 12)), (date(2027, 2, 22), date(2027, 3, 25))], inset=[date(2027, 1, 4)]
)
DAYS = Days(WorkingDays(), SPRING)


def term(kind: Kind, on: date = date(2027, 1, 11)) -> Term:
    found = term_of(kind, on)
    assert found is not None
    return found


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
    assert due_on(term(Kind.NEW_PUPIL_RETURN, entered), entered, DAYS) == due


def test_the_unit_of_the_five_days_is_data_with_its_source() -> None:
    (found,) = [one for one in terms() if one.kind == Kind.NEW_PUPIL_RETURN]
    assert (found.days, found.unit) == (5, "calendar")
    assert "regulation 13(1)" in found.source


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
    law = Term(kind="new_pupil_return", valid_from=date(2024, 8, 19), days=5, unit=Unit.CALENDAR, source="the law")
    found = term_of("new_pupil_return", entered, (replace(law, valid_from=date(2027, 1, 1), unit=Unit.WORKING), law))
    assert found is not None and due_on(found, entered, DAYS) == due


def test_every_return_that_is_said_to_be_late_has_a_row_with_its_source() -> None:
    assert {one.kind for one in terms()} == {kind.value for kind in ReturnKind} - {"unknown"}
    assert all(one.source for one in terms())
    assert all("supposed" in one.source for one in terms() if one.kind in {"attendance_return", "sickness_return"})


@pytest.mark.policy("5.2.1")
@pytest.mark.policy("5.2.2")
@pytest.mark.policy("5.2.3")
@pytest.mark.policy("5.3.2")
@pytest.mark.parametrize(
    ("kind", "counted_from", "done_on", "due", "late_by"),
    [
        (Kind.NEW_PUPIL_RETURN, date(2027, 1, 14), date(2027, 1, 19), date(2027, 1, 19), 0),
        (Kind.NEW_PUPIL_RETURN, date(2027, 1, 14), date(2027, 1, 25), date(2027, 1, 19), 6),
        (Kind.DELETION_RETURN, date(2027, 1, 15), date(2027, 1, 15), date(2027, 1, 15), 0),
        (Kind.DELETION_RETURN, date(2027, 1, 15), date(2027, 1, 12), date(2027, 1, 15), 0),  # told beforehand
        (Kind.DELETION_RETURN, date(2027, 1, 15), date(2027, 1, 25), date(2027, 1, 15), 10),
        (Kind.HOME_EDUCATION_NOTIFICATION, date(2027, 1, 22), date(2027, 1, 22), date(2027, 1, 22), 0),
        (Kind.HOME_EDUCATION_NOTIFICATION, date(2027, 1, 22), date(2027, 1, 25), date(2027, 1, 22), 0),  # a weekend on
        (Kind.HOME_EDUCATION_NOTIFICATION, date(2027, 1, 22), date(2027, 1, 26), date(2027, 1, 22), 2),
        (Kind.ATTENDANCE_RETURN, date(2027, 2, 4), date(2027, 2, 25), date(2027, 2, 24), 1),  # half-term between
        (Kind.ATTENDANCE_RETURN, date(2027, 1, 5), date(2027, 1, 18), date(2027, 1, 18), 0),
        (
            Kind.ATTENDANCE_RETURN,
            date(2027, 1, 4),
            date(2027, 1, 18),
            date(2027, 1, 18),
            0,
        ),  # an INSET day does not count
        (Kind.ATTENDANCE_RETURN, date(2027, 1, 5), date(2027, 1, 23), date(2027, 1, 18), 4),  # late on a Saturday
        (Kind.SICKNESS_RETURN, date(2027, 1, 22), date(2027, 1, 22), date(2027, 1, 22), 0),
        (Kind.SICKNESS_RETURN, date(2027, 1, 22), date(2027, 1, 26), date(2027, 1, 22), 2),
        (Kind.LOST_PUPIL_RECORD, date(2027, 1, 22), date(2027, 1, 25), date(2027, 1, 25), 0),
        (Kind.LOST_PUPIL_RECORD, date(2027, 1, 22), date(2027, 1, 28), date(2027, 1, 25), 3),
        (Kind.CTF_SENT, date(2027, 1, 29), date(2027, 2, 26), date(2027, 2, 26), 0),  # fifteen school days after
        (Kind.CTF_SENT, date(2027, 1, 29), date(2027, 3, 2), date(2027, 2, 26), 2),
    ],
)
def test_a_return_is_due_on_its_own_calendar_and_late_by_the_days_it_counts(
    kind: Kind, counted_from: date, done_on: date, due: date, late_by: int
) -> None:
    found = timing(term(kind, counted_from), counted_from, done_on, DAYS)
    assert (found.due_on, found.late, found.late_by) == (due, bool(late_by), late_by)


@pytest.mark.parametrize(
    ("counted_from", "done_on", "school", "says"),
    [
        (date(2027, 2, 4), date(2027, 2, 25), None, (None, None, None)),
        (date(2027, 3, 22), date(2027, 4, 20), SPRING, (None, None, None)),  # it ends beyond the calendar
        (
            date(2027, 2, 4),
            date(2027, 4, 20),
            SPRING,
            (date(2027, 2, 24), True, None),
        ),  # late, nobody can say by how much
        (None, date(2027, 2, 25), SPRING, (None, None, None)),
    ],
    ids=["no calendar", "the calendar ends", "it came after the calendar", "not said"],
)
def test_what_no_calendar_reaches_is_not_yet_known(
    counted_from: date | None, done_on: date, school: SchoolDays | None, says: tuple[object, ...]
) -> None:
    found = timing(term(Kind.ATTENDANCE_RETURN), counted_from, done_on, Days(WorkingDays(), school))
    assert (found.due_on, found.late, found.late_by) == says


@pytest.mark.policy("5.2.1")
def test_a_return_that_was_not_needed_is_not_late_and_one_that_may_not_have_been_is_not_yet_known() -> None:
    entered, came = date(2026, 9, 3), date(2026, 9, 21)
    found = {
        exempt: timing(term(Kind.NEW_PUPIL_RETURN, entered), entered, came, DAYS, exempt=exempt)
        for exempt in (True, None, False)
    }
    assert [found[exempt].late for exempt in (True, None, False)] == [False, None, True]
    in_time = timing(term(Kind.NEW_PUPIL_RETURN, entered), entered, date(2026, 9, 8), DAYS, exempt=None)
    assert in_time.late is False


LATE, IN_TIME, UNKNOWN = (
    Timing(unit=Unit.CALENDAR, due_on=date(2027, 1, 19), late=late, late_by=by)
    for late, by in ((True, 3), (False, 0), (None, None))
)


@pytest.mark.policy("5.2.1")
@pytest.mark.parametrize(
    ("first", "corrected", "told", "kept"),
    [
        (LATE, IN_TIME, True, False),
        (LATE, UNKNOWN, True, False),
        (LATE, replace(LATE, late_by=2), True, False),
        (LATE, replace(LATE, late_by=4), True, True),
        (IN_TIME, LATE, True, True),
        (IN_TIME, IN_TIME, True, False),
        (UNKNOWN, LATE, True, True),
        (UNKNOWN, IN_TIME, True, False),  # it waits for a calendar: another day said later does not mend it
        (UNKNOWN, IN_TIME, False, True),  # what it is counted from had not been said
    ],
)
def test_a_correction_may_show_lateness_and_never_mends_it(
    first: Timing, corrected: Timing, told: bool, kept: bool
) -> None:
    assert holds(first, corrected, first_could_be_told=told) is kept


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
