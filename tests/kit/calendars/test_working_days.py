"""Which days count: against dates worked out by hand, against a second source, and against a table of days."""

import json
from datetime import date, datetime, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cme_calendars import LONDON, BeyondCalendar, WorkingDays, end_of_day, local_date
from cme_calendars.working_days import DATA
from tests.kit.calendars.almanac import DAYS, HOLIDAYS, YEARS, Table

CHRISTMAS_CLOSURE = [date(2026, 12, 29), date(2026, 12, 30), date(2026, 12, 31)]

days = WorkingDays()
table = Table()
any_day = st.sampled_from(DAYS)
day_with_room = st.sampled_from(DAYS[:-120])  # forty working days later is still in the table
closures = st.frozensets(st.sampled_from(DAYS[:400]), max_size=40)


@pytest.mark.policy("7.2")
@pytest.mark.parametrize(
    ("received", "due"),
    [
        (date(2026, 11, 23), date(2026, 12, 7)),
        (date(2026, 12, 17), date(2027, 1, 5)),
        (date(2027, 3, 22), date(2027, 4, 7)),
        (date(2027, 4, 26), date(2027, 5, 11)),
        (date(2026, 11, 27), date(2026, 12, 11)),
        (date(2026, 11, 28), date(2026, 12, 11)),
        (date(2026, 11, 29), date(2026, 12, 11)),
        (date(2026, 12, 1), date(2026, 12, 15)),
        (date(2026, 12, 31), date(2027, 1, 15)),
    ],
    ids=["plain", "Christmas", "Easter", "early May", "Friday", "Saturday", "Sunday", "reopened", "New Year's Eve"],
)
def test_ten_working_days(received, due):
    assert days.add_working_days(received, 10) == due


def test_days_on_which_the_council_is_shut_do_not_count():
    assert WorkingDays(CHRISTMAS_CLOSURE).add_working_days(date(2026, 12, 17), 10) == date(2027, 1, 8)


def test_day_eight_of_ten_and_the_rungs_after_the_due_day():
    assert days.add_working_days(date(2026, 11, 23), 8) == date(2026, 12, 3)
    assert days.add_working_days(date(2026, 12, 7), 2) == date(2026, 12, 9)
    assert days.add_working_days(date(2026, 12, 7), 5) == date(2026, 12, 14)


@pytest.mark.parametrize(
    "received_at",
    [
        datetime(2026, 11, 28, 23, 50, tzinfo=LONDON),
        datetime(2026, 11, 29, 12, tzinfo=LONDON),
        datetime(2026, 11, 27, 16, 59, tzinfo=LONDON),
    ],
    ids=["a form on Saturday night", "Sunday", "Friday at one minute to five"],
)
def test_a_receipt_at_the_weekend_is_due_with_one_on_friday(received_at):
    assert days.add_working_days(local_date(received_at), 10) == date(2026, 12, 11)
    assert days.add_working_days(local_date(received_at), 1) == date(2026, 11, 30)


def test_what_is_due_on_7_december_is_breached_from_midnight_and_three_days_late_on_the_10th():
    due = days.add_working_days(date(2026, 11, 23), 10)
    assert end_of_day(due) == datetime(2026, 12, 8, 0, 0, tzinfo=LONDON)
    assert local_date(end_of_day(due)) == date(2026, 12, 8)
    assert days.working_days_between(due, date(2026, 12, 10)) == 3


def test_how_late_is_counted_in_working_days():
    assert days.working_days_between(date(2026, 12, 7), date(2026, 12, 10)) == 3
    assert days.working_days_between(date(2026, 12, 24), date(2026, 12, 28)) == 0


def test_the_data_agrees_with_a_second_source_on_every_weekday():
    theirs = holidays.country_holidays("GB", subdiv="ENG", years=YEARS)
    wales = holidays.country_holidays("GB", subdiv="WLS", years=YEARS)
    weekdays = [day for day in DAYS if day.weekday() < 5]
    assert [day for day in weekdays if not days.is_working_day(day)] == [day for day in weekdays if day in theirs]
    assert [day for day in weekdays if day in theirs] == [day for day in weekdays if day in wales]


def test_the_data_is_what_the_statute_says_and_says_where_it_is_from():
    rows = json.loads(DATA.read_text("utf-8"))["holidays"]
    assert [row["date"] for row in rows] == [day.isoformat() for day in sorted(HOLIDAYS)]
    assert {row["status"] for row in rows if row["date"] < "2029"} == {"published"}
    assert {row["status"] for row in rows if row["date"] >= "2029"} == {"projected"}


@given(start=day_with_room, count=st.integers(0, 40), closed=closures)
def test_a_period_ends_where_the_table_says(start, count, closed):
    assert WorkingDays(closed).add_working_days(start, count) == Table(closed).after(start, count)


@given(start=any_day, length=st.integers(0, 500))
def test_counting_agrees_with_the_table(start, length):
    end = min(start + timedelta(days=length), days.last)
    assert days.working_days_between(start, end) == table.number(end) - table.number(start)


@given(start=day_with_room, count=st.integers(1, 40))
def test_a_period_ends_on_a_working_day_and_counting_gives_its_length_back(start, count):
    end = days.add_working_days(start, count)
    assert days.is_working_day(end)
    assert days.working_days_between(start, end) == count


@given(start=day_with_room, count=st.integers(1, 40))
def test_all_receipts_since_the_last_working_day_share_a_due_date(start, count):
    """What comes in on a day that is not a working day is due with what came in on the working day before."""
    before = start
    while not days.is_working_day(before) and before > days.first:
        before -= timedelta(days=1)
    assert days.add_working_days(start, count) == days.add_working_days(before, count)


@given(one=day_with_room, other=day_with_room, count=st.integers(0, 40))
def test_who_comes_first_is_never_due_later(one, other, count):
    first, second = sorted((one, other))
    assert days.add_working_days(first, count) <= days.add_working_days(second, count)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: days.is_working_day(date(2023, 12, 31)),
        lambda: days.is_working_day(date(2036, 1, 1)),
        lambda: days.add_working_days(date(2035, 12, 20), 10),
        lambda: days.add_working_days(date(2023, 12, 29), 10),
        lambda: days.add_working_days(date(2036, 1, 1), 0),
        lambda: days.working_days_between(date(2035, 12, 20), date(2036, 1, 4)),
        lambda: WorkingDays([date(2036, 1, 2)]),
    ],
)
def test_a_day_beyond_the_data_is_an_error_that_says_so_and_never_a_guess(ask):
    with pytest.raises(
        BeyondCalendar, match="beyond the calendar england-and-wales, which holds 2024-01-01 to 2035-12-31"
    ):
        ask()


def test_periods_run_forwards():
    with pytest.raises(ValueError, match="forwards"):
        days.add_working_days(date(2026, 11, 23), -1)
    with pytest.raises(ValueError, match="before the start"):
        days.working_days_between(date(2026, 11, 24), date(2026, 11, 23))


def test_the_version_names_the_calendar_and_changes_with_every_day_in_it(tmp_path):
    shut = WorkingDays(CHRISTMAS_CLOSURE)
    assert days.version.startswith("england-and-wales/2026-02-25/")
    assert days.version == WorkingDays().version != shut.version
    assert shut.version == WorkingDays(reversed(CHRISTMAS_CLOSURE)).version

    one_off = json.loads(DATA.read_text("utf-8"))
    one_off["holidays"].append({"date": "2027-06-07", "title": "A proclaimed day", "status": "published"})
    (edited := tmp_path / "edited.json").write_text(json.dumps(one_off), "utf-8")
    assert WorkingDays(data=edited).version != days.version
    assert not WorkingDays(data=edited).is_working_day(date(2027, 6, 7))


@pytest.mark.parametrize("broken", ["", "[]", "{}", '{"calendar": "x", "edition": "soon"}'])
def test_data_that_is_no_calendar_is_refused_by_name(tmp_path, broken):
    (path := tmp_path / "holidays.json").write_text(broken, "utf-8")
    with pytest.raises(ValueError, match=r"holidays\.json is not a calendar"):
        WorkingDays(data=path)
