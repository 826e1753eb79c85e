"""Compulsory school age: days worked out by hand from the statute, and what must hold for every birthday."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cme_calendars import compulsory_school_age

GOLDEN = [
    (date(2021, 8, 31), date(2026, 8, 31), date(2037, 6, 26)),
    (date(2021, 9, 1), date(2026, 12, 31), date(2038, 6, 25)),
    (date(2021, 12, 31), date(2026, 12, 31), date(2038, 6, 25)),
    (date(2022, 1, 1), date(2027, 3, 31), date(2038, 6, 25)),
    (date(2022, 3, 31), date(2027, 3, 31), date(2038, 6, 25)),
    (date(2022, 4, 1), date(2027, 8, 31), date(2038, 6, 25)),
    (date(2020, 2, 29), date(2025, 3, 31), date(2036, 6, 27)),
    (date(2012, 2, 29), date(2017, 3, 31), date(2028, 6, 30)),
    (date(2010, 6, 26), date(2015, 8, 31), date(2026, 6, 26)),
    (date(2010, 8, 31), date(2015, 8, 31), date(2026, 6, 26)),
    (date(2010, 9, 1), date(2015, 12, 31), date(2027, 6, 25)),
    (date(2011, 2, 14), date(2016, 3, 31), date(2027, 6, 25)),
    (date(2011, 8, 31), date(2016, 8, 31), date(2027, 6, 25)),
    (date(2011, 9, 1), date(2016, 12, 31), date(2028, 6, 30)),
]
birthdays = st.dates(date(1990, 1, 1), date(2090, 12, 31))


@pytest.mark.policy("3.2")
@pytest.mark.parametrize(("born", "first_day", "last_day"), GOLDEN, ids=[str(row[0]) for row in GOLDEN])
def test_the_days_the_statute_gives(born: date, first_day: date, last_day: date) -> None:
    age = compulsory_school_age(born)
    assert (age.first_day, age.last_day) == (first_day, last_day)


def test_both_days_are_within_it_and_the_days_beside_them_are_not() -> None:
    age = compulsory_school_age(date(2010, 8, 31))
    assert age.first_day in age and age.last_day in age
    assert age.first_day - timedelta(days=1) not in age and age.last_day + timedelta(days=1) not in age


@pytest.mark.parametrize(
    ("born", "doubtful"),
    [
        (date(2010, 8, 31), False),
        (date(2010, 9, 1), True),
        (date(2010, 9, 7), True),
        (date(2010, 9, 8), False),
        (date(2010, 6, 3), False),
    ],
)
def test_a_birthday_in_the_first_days_of_september_is_marked(born: date, doubtful: bool) -> None:
    assert compulsory_school_age(born).check_leaving_date is doubtful


def test_the_cut_off_can_be_set_where_the_school_year_begins_later() -> None:
    assert compulsory_school_age(date(2010, 9, 1), cut_off=(9, 3)).last_day == date(2026, 6, 26)
    assert compulsory_school_age(date(2010, 9, 3), cut_off=(9, 3)).last_day == date(2027, 6, 25)


@pytest.mark.parametrize("cut_off", [(7, 31), (10, 1), (1, 1)])
def test_a_cut_off_outside_august_and_september_is_refused(cut_off: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="August or September"):
        compulsory_school_age(date(2010, 9, 1), cut_off=cut_off)


@given(birthdays)
def test_it_starts_within_five_months_of_the_fifth_birthday_and_ends_on_a_friday_near_the_sixteenth(born: date) -> None:
    age = compulsory_school_age(born)
    fifth = date(born.year + 5, born.month, min(born.day, 28))
    assert -3 <= (fifth - age.first_day).days + 153 <= 156  # 31 August to 31 December is the longest wait but one
    assert (age.first_day.month, age.first_day.day) in {(3, 31), (8, 31), (12, 31)}
    assert age.last_day.weekday() == 4 and age.last_day.month == 6 and (age.last_day + timedelta(days=7)).month == 7
    assert 15 <= (age.last_day - born).days / 365.25 < 17


@given(birthdays, birthdays)
def test_the_older_child_is_never_later(one: date, other: date) -> None:
    older, younger = compulsory_school_age(min(one, other)), compulsory_school_age(max(one, other))
    assert older.first_day <= younger.first_day and older.last_day <= younger.last_day
