"""On which days a school meets: an illustrative calendar, dates worked out by hand, and what must hold for every day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cme_calendars import BeyondCalendar, SchoolDays

TERMS = [
    (date(2026, 9, 3), date(2026, 10, 23)), (date(2026, 11, 2), date(2026, 12, 18)), (date(2027, 1, 4), date(2027, 2, 12)),
    (date(2027, 2, 22), date(2027, 3, 25)), (date(2027, 4, 12), date(2027, 5, 28)), (date(2027, 6, 7), date(2027, 7, 22)),
]  # fmt: skip
TEST_CAL = SchoolDays(TERMS)
DAYS = [TEST_CAL.first + timedelta(days=n) for n in range((TEST_CAL.last - TEST_CAL.first).days + 1)]
any_day = st.sampled_from(DAYS)
early_day = st.sampled_from(DAYS[:-100])
days_off = st.frozensets(any_day, max_size=30)


def test_an_unexplained_absence_from_2_november_is_ten_days_long_on_the_13th_and_twenty_on_the_27th() -> None:
    assert TEST_CAL.nth_school_day(date(2026, 11, 2), 10) == date(2026, 11, 13)
    assert TEST_CAL.nth_school_day(date(2026, 11, 2), 20) == date(2026, 11, 27)
    assert TEST_CAL.add_school_days(date(2026, 11, 27), 1) == date(2026, 11, 30)


def test_a_leave_that_ends_before_half_term_is_ten_school_days_past_on_13_november_with_staff_training_on_the_16th() -> (
    None
):
    assert TEST_CAL.add_school_days(date(2026, 10, 23), 10) == date(2026, 11, 13)
    trained = TEST_CAL.for_school(inset=[date(2026, 11, 2)])
    assert trained.add_school_days(date(2026, 10, 23), 10) == date(2026, 11, 16)
    assert TEST_CAL.is_school_day(date(2026, 11, 2)) and not trained.is_school_day(date(2026, 11, 2))


def test_fifteen_school_days_after_30_november_run_over_christmas() -> None:
    assert TEST_CAL.add_school_days(date(2026, 11, 30), 15) == date(2027, 1, 4)


def test_a_school_with_terms_of_its_own_keeps_its_authoritys_days_off() -> None:
    closed = SchoolDays([(date(2027, 4, 12), date(2027, 5, 28))], closures=[date(2027, 5, 3)])
    own = closed.for_school(terms=[(date(2027, 4, 19), date(2027, 6, 4))], closures=[date(2027, 5, 7)])
    assert not own.is_school_day(date(2027, 5, 3)) and not own.is_school_day(date(2027, 5, 7))
    assert own.is_school_day(date(2027, 6, 4))
    with pytest.raises(BeyondCalendar):
        own.is_school_day(date(2027, 4, 12))


@pytest.mark.parametrize("day", [date(2026, 9, 2), date(2027, 7, 23)])
def test_a_day_outside_the_terms_that_are_known_is_not_guessed(day: date) -> None:
    with pytest.raises(BeyondCalendar):
        TEST_CAL.is_school_day(day)
    with pytest.raises(BeyondCalendar):
        TEST_CAL.add_school_days(date(2027, 7, 20), 10)


def test_a_year_whose_terms_are_missing_is_no_long_holiday() -> None:
    gap = SchoolDays([(date(2025, 9, 4), date(2026, 7, 22)), (date(2027, 9, 2), date(2028, 7, 20))])
    with pytest.raises(BeyondCalendar, match="not known"):
        gap.add_school_days(date(2026, 7, 20), 10)
    summer = SchoolDays([(date(2025, 9, 4), date(2026, 7, 22)), (date(2026, 9, 3), date(2027, 7, 22))])
    assert summer.add_school_days(date(2026, 7, 22), 1) == date(2026, 9, 3)


@pytest.mark.parametrize(
    ("day", "first"),
    [
        (date(2026, 9, 3), date(2026, 9, 4)),
        (date(2026, 11, 2), date(2026, 9, 4)),
        (date(2027, 7, 1), date(2026, 9, 4)),
        (date(2027, 9, 20), date(2027, 9, 6)),
    ],
)
def test_the_first_day_of_the_school_year_is_the_first_on_which_the_school_meets(day: date, first: date) -> None:
    two = SchoolDays(
        [*TERMS, (date(2027, 9, 4), date(2027, 12, 17))],  # a Saturday: the school meets on Monday
        inset=[date(2026, 9, 3)],
    )
    assert two.first_day_of_school_year(day) == first


def test_a_calendar_that_begins_in_spring_does_not_know_when_the_school_year_began() -> None:
    with pytest.raises(BeyondCalendar):
        SchoolDays([(date(2027, 1, 4), date(2027, 7, 22))]).first_day_of_school_year(date(2027, 2, 1))


@pytest.mark.parametrize(
    "terms",
    [
        [],
        [(date(2026, 9, 3), date(2026, 9, 2))],
        [(date(2026, 9, 3), date(2026, 10, 23)), (date(2026, 10, 23), date(2026, 12, 18))],
    ],
)
def test_terms_that_contradict_each_other_are_refused(terms: list[tuple[date, date]]) -> None:
    with pytest.raises(ValueError, match="term"):
        SchoolDays(terms)


def test_periods_do_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="forwards"):
        TEST_CAL.add_school_days(date(2026, 11, 2), -1)
    with pytest.raises(ValueError, match="from the first"):
        TEST_CAL.nth_school_day(date(2026, 11, 2), 0)
    with pytest.raises(ValueError, match="before the start"):
        TEST_CAL.school_days_between(date(2026, 11, 3), date(2026, 11, 2))


@given(early_day, st.integers(1, 40), days_off)
def test_adding_and_counting_are_each_others_inverse(start: date, days: int, off: frozenset[date]) -> None:
    calendar = TEST_CAL.for_school(closures=off)
    try:
        end = calendar.add_school_days(start, days)
    except BeyondCalendar:
        return
    assert calendar.is_school_day(end) and calendar.school_days_between(start, end) == days


@given(early_day, st.integers(1, 40), days_off)
def test_a_day_off_never_brings_an_end_forward(start: date, days: int, off: frozenset[date]) -> None:
    try:
        later = TEST_CAL.for_school(inset=off).add_school_days(start, days)
    except BeyondCalendar:
        return
    assert later >= TEST_CAL.add_school_days(start, days)


@given(early_day, st.integers(1, 40))
def test_an_absence_that_begins_on_a_school_day_is_one_day_longer_than_what_comes_after_it(start: date, n: int) -> None:
    expected = n - 1 if TEST_CAL.is_school_day(start) else n
    assert TEST_CAL.nth_school_day(start, n) == TEST_CAL.add_school_days(start, expected)


@pytest.mark.parametrize(
    ("day", "last_day"),
    [
        (date(2026, 9, 3), date(2027, 7, 22)),
        (date(2027, 7, 22), date(2027, 7, 22)),
        (date(2027, 8, 31), date(2027, 7, 22)),
    ],
    ids=["first day", "last day", "summer holidays"],
)
def test_a_school_year_ends_with_its_last_term(day: date, last_day: date) -> None:
    assert TEST_CAL.last_day_of_school_year(day) == last_day


@pytest.mark.parametrize(
    ("terms", "day"),
    [(TERMS, date(2026, 9, 2)), (TERMS, date(2027, 12, 1)), (TERMS[:4], date(2027, 3, 25))],
    ids=["before the calendar", "long after it", "a year that is not known to its end"],
)
def test_the_end_of_a_school_year_is_not_guessed(terms: list[tuple[date, date]], day: date) -> None:
    with pytest.raises(BeyondCalendar):
        SchoolDays(terms).last_day_of_school_year(day)
