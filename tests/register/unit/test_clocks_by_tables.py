"""Clocks agree with a second opinion that shares nothing with them, and keep what must hold of any period."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cme_calendars import SchoolDays, WorkingDays, local_date
from cme_register.domain.counting import Calendars, Length, Period, Unit, period
from tests.register.unit import almanac_of_clocks as almanac

FROM, UNTIL = date(2024, 2, 1), date(2030, 6, 30)
TERMS = [
    term
    for year in range(2023, 2031)
    for term in (
        (date(year, 9, 3), date(year, 10, 23)), (date(year, 11, 2), date(year, 12, 18)),
        (date(year + 1, 1, 4), date(year + 1, 2, 12)), (date(year + 1, 2, 22), date(year + 1, 3, 25)),
        (date(year + 1, 4, 12), date(year + 1, 5, 28)), (date(year + 1, 6, 7), date(year + 1, 7, 22)),
    )
]  # fmt: skip
LONGEST = {
    Unit.WORKING_DAYS: 60, Unit.SCHOOL_DAYS: 30, Unit.CALENDAR_DAYS: 400, Unit.WEEKS: 60, Unit.MONTHS: 14, Unit.HOURS: 2000,
    Unit.WORKING_HOURS: 200,
}  # fmt: skip
BY_DAYS = [unit for unit in Unit if unit not in {Unit.HOURS, Unit.WORKING_HOURS}]
UNITS = [*Unit]


class World:
    """One council and one school, as the product has them and as the tables do."""

    def __init__(self, dice: Random) -> None:
        closed = [FROM + timedelta(days=dice.randrange((UNTIL - FROM).days)) for _ in range(dice.randrange(60))]
        off = [FROM + timedelta(days=dice.randrange((UNTIL - FROM).days)) for _ in range(dice.randrange(120))]
        self.calendars = Calendars(WorkingDays(closed), SchoolDays(TERMS, inset=off[::2], closures=off[1::2]))
        self.working, self.meeting = almanac.working(closed), almanac.meeting(TERMS, off)

    def due_at(self, length: Length, at: datetime) -> datetime:
        wall = at + timedelta(hours=almanac.begins(at.date()).hour == 23)  # whoever receives by day is past any change
        day, number, inclusive = wall.date(), length.number, length.inclusive
        match length.unit:
            case Unit.HOURS:
                return at + timedelta(minutes=60 * number)
            case Unit.WORKING_HOURS:
                return almanac.minutes_down(self.working, wall.replace(tzinfo=None), 60 * number)
            case Unit.MONTHS:
                last = almanac.months_on(day, number, inclusive)
            case Unit.WEEKS:
                last = almanac.further_down(almanac.DAYS, day, 7 * number, inclusive)
            case unit:
                tables = {
                    Unit.WORKING_DAYS: self.working,
                    Unit.SCHOOL_DAYS: self.meeting,
                    Unit.CALENDAR_DAYS: almanac.DAYS,
                }
                last = almanac.further_down(tables[unit], day, number, inclusive)
        return almanac.begins(last + timedelta(days=1))


def agree(cases: int, seed: int) -> None:
    dice = Random(seed)
    worlds = [World(dice) for _ in range(6)]
    for _ in range(cases):
        world, unit = dice.choice(worlds), dice.choice(UNITS)
        length = Length(dice.randint(1, LONGEST[unit]), unit, unit in BY_DAYS and dice.random() < 0.4)
        day = FROM + timedelta(days=dice.randrange((UNTIL - FROM).days))
        at = datetime(day.year, day.month, day.day, dice.randint(2, 21), dice.randrange(60), tzinfo=UTC)
        found = period(length, local_date(at), at, world.calendars)
        assert found.due_at == world.due_at(length, at), (seed, length, at)
        assert not found.calendar.startswith("school/unknown"), (seed, length, at)


@pytest.mark.policy("7.2")
def test_some_thousand_clocks_are_due_when_the_tables_say() -> None:
    agree(4_000, seed=20261123)


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(10))
def test_a_hundred_thousand_clocks_are_due_when_the_tables_say(seed: int) -> None:
    agree(10_000, seed)


CALENDARS = Calendars(WorkingDays(), SchoolDays(TERMS))
days = st.dates(FROM, UNTIL)
lengths = st.sampled_from(UNITS).flatmap(
    lambda unit: st.builds(Length, st.integers(1, LONGEST[unit]), st.just(unit), st.just(False))
)


def of(length: Length, day: date, hour: int = 10) -> Period:
    return period(length, day, datetime(day.year, day.month, day.day, hour, tzinfo=UTC), CALENDARS)


@given(lengths, days, days)
def test_what_starts_later_is_never_due_sooner(length: Length, one: date, other: date) -> None:
    earlier, later = sorted([one, other])
    assert of(length, earlier).due_at <= of(length, later).due_at


@given(lengths, days)
def test_it_is_warned_of_after_its_start_and_before_it_is_due(length: Length, day: date) -> None:
    found = of(length, day)
    assert found.warn_at is None or found.warn_at < found.due_at
    if length.unit in BY_DAYS:
        assert found.warn_at is not None and local_date(found.warn_at) > day


@given(lengths, days)
def test_one_more_is_never_due_sooner(length: Length, day: date) -> None:
    assert of(length, day).due_at <= of(replace(length, number=length.number + 1), day).due_at


@given(lengths.filter(lambda length: length.unit in BY_DAYS), days)
def test_beginning_with_is_never_due_later_than_after(length: Length, day: date) -> None:
    inclusive = of(replace(length, inclusive=True), day)
    assert inclusive.due_at <= of(length, day).due_at
    if length.unit is Unit.CALENDAR_DAYS:
        assert inclusive.due_on == of(length, day).due_on - timedelta(days=1)


@given(lengths.filter(lambda length: length.unit in BY_DAYS), days)
def test_the_hour_of_receipt_moves_no_day(length: Length, day: date) -> None:
    assert of(length, day, 1).due_at == of(length, day, 21).due_at


@given(days)
def test_friday_saturday_and_sunday_share_a_due_day(day: date) -> None:
    friday = day + timedelta(days=4 - day.weekday())
    due = [of(Length(10, Unit.WORKING_DAYS), friday + timedelta(days=n)).due_on for n in range(3)]
    assert all(one == other for one, other in pairwise(due))


TEST_CAL = Calendars(WorkingDays(), SchoolDays([
    (date(2026, 9, 3), date(2026, 10, 23)), (date(2026, 11, 2), date(2026, 12, 18)), (date(2027, 1, 4), date(2027, 2, 12)),
]))  # fmt: skip


@pytest.mark.parametrize(
    ("scenario", "length", "day", "due_on"),
    [
        ("13, the tenth day of an absence", Length(10, Unit.SCHOOL_DAYS, True), date(2026, 11, 2), date(2026, 11, 13)),
        ("13, the twentieth", Length(20, Unit.SCHOOL_DAYS, True), date(2026, 11, 2), date(2026, 11, 27)),
        ("14, ten days after leave", Length(10, Unit.SCHOOL_DAYS), date(2026, 10, 23), date(2026, 11, 13)),
        ("15, the transfer file", Length(15, Unit.SCHOOL_DAYS), date(2026, 11, 30), date(2027, 1, 4)),
        ("29, notice served", Length(15, Unit.CALENDAR_DAYS, True), date(2027, 1, 11), date(2027, 1, 25)),
        ("29, second notice", Length(15, Unit.CALENDAR_DAYS, True), date(2027, 1, 27), date(2027, 2, 10)),
        ("23, chased", Length(5, Unit.WORKING_DAYS), date(2026, 12, 1), date(2026, 12, 8)),
        ("23, escalated", Length(10, Unit.WORKING_DAYS), date(2026, 12, 1), date(2026, 12, 15)),
        ("twelve weeks", Length(12, Unit.WEEKS), date(2026, 11, 23), date(2027, 2, 15)),
        ("six months from the end of August", Length(6, Unit.MONTHS), date(2026, 8, 31), date(2027, 2, 28)),
        ("a year from a leap day", Length(12, Unit.MONTHS), date(2028, 2, 29), date(2029, 2, 28)),
    ],
)
def test_the_dates_of_the_scenarios(scenario: str, length: Length, day: date, due_on: date) -> None:
    assert period(length, day, datetime(day.year, day.month, day.day, 9, tzinfo=UTC), TEST_CAL).due_on == due_on


def test_scenario_14_with_a_training_day_on_the_first_day_after_half_term() -> None:
    school = SchoolDays(
        [(date(2026, 9, 3), date(2026, 10, 23)), (date(2026, 11, 2), date(2026, 12, 18))], inset=[date(2026, 11, 2)]
    )
    at = datetime(2026, 10, 23, 9, tzinfo=UTC)
    found = period(Length(10, Unit.SCHOOL_DAYS), at.date(), at, Calendars(WorkingDays(), school))
    assert found.due_on == date(2026, 11, 16)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-11-27T16:40+00:00", "2026-11-30T16:40+00:00"),  # scenario 30: a weekend counts
        ("2026-10-24T12:00+01:00", "2026-10-27T11:00+00:00"),  # 72 hours pass, whatever the wall says
    ],
)
def test_hours_are_elapsed(received: str, due: str) -> None:
    at = datetime.fromisoformat(received)
    assert period(Length(72, Unit.HOURS), local_date(at), at, CALENDARS).due_at == datetime.fromisoformat(due)


def test_a_school_whose_days_are_not_known_has_a_deadline_all_the_same_and_it_says_so() -> None:
    at = datetime(2026, 11, 30, 9, tzinfo=UTC)
    found = period(Length(15, Unit.SCHOOL_DAYS), at.date(), at, Calendars(WorkingDays()))
    assert (found.due_on, found.calendar.split("/")[:2]) == (date(2026, 12, 21), ["school", "unknown"])
