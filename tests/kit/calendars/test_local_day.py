"""A day ends when the next begins in London, on all days, with 23, 24 or 25 hours."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cme_calendars import end_of_day, local_date

days = st.dates(date(2024, 1, 1), date(2035, 12, 30))


def last_sunday(year: int, month: int) -> date:
    day = date(year, month, 31)
    return day - timedelta(days=(day.weekday() + 1) % 7)


def in_summer_time(instant: datetime) -> bool:
    """Summer Time Act 1972, section 1 as amended: from 01:00 GMT on the last Sunday of March to that of October."""
    begins, ends = (
        datetime(instant.year, month, last_sunday(instant.year, month).day, 1, tzinfo=UTC) for month in (3, 10)
    )
    return begins <= instant < ends


def legal_date(instant: datetime) -> date:
    return (instant + timedelta(hours=in_summer_time(instant))).date()


@pytest.mark.parametrize(
    ("day", "ends"),
    [
        (date(2026, 12, 7), datetime(2026, 12, 8, 0, tzinfo=UTC)),
        (date(2026, 7, 7), datetime(2026, 7, 7, 23, tzinfo=UTC)),
        (date(2026, 3, 28), datetime(2026, 3, 29, 0, tzinfo=UTC)),
        (date(2026, 3, 29), datetime(2026, 3, 29, 23, tzinfo=UTC)),
        (date(2026, 10, 24), datetime(2026, 10, 24, 23, tzinfo=UTC)),
        (date(2026, 10, 25), datetime(2026, 10, 26, 0, tzinfo=UTC)),
        (date(2027, 3, 28), datetime(2027, 3, 28, 23, tzinfo=UTC)),
    ],
    ids=["winter", "summer", "before 23 hours", "23 hours", "before 25 hours", "25 hours", "23 hours in 2027"],
)
def test_the_end_of_a_day(day, ends):
    assert end_of_day(day) == ends
    assert end_of_day(day).utcoffset() == timedelta(0)


@given(day=days)
def test_the_end_is_the_first_instant_of_the_next_legal_day(day):
    end = end_of_day(day)
    assert legal_date(end) == day + timedelta(days=1)
    assert legal_date(end - timedelta(microseconds=1)) == day


@given(instant=days.flatmap(lambda day: st.times(timezones=st.just(UTC)).map(lambda time: datetime.combine(day, time))))
def test_the_local_date_is_the_legal_one_and_the_instant_lies_within_that_day(instant):
    day = local_date(instant)
    assert day == legal_date(instant)
    assert end_of_day(day - timedelta(days=1)) <= instant < end_of_day(day)


def test_an_instant_from_elsewhere_has_a_date_in_london():
    warsaw = timezone(timedelta(hours=2))
    assert local_date(datetime(2026, 11, 24, 0, 30, tzinfo=warsaw)) == date(2026, 11, 23)


def test_an_instant_without_a_time_zone_has_no_date():
    with pytest.raises(ValueError, match="time zone"):
        local_date(datetime(2026, 11, 23, 12, tzinfo=UTC).replace(tzinfo=None))
