"""Due days, warnings, rungs and lateness, with the dates of domain.md section 14."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from cme_calendars import WorkingDays, local_date
from cme_register.adapters.tables import load_rules
from cme_register.domain.clock_table import ClockDefinition, ClockTable, NoSuchClock
from cme_register.domain.clocks import INITIAL_INVESTIGATION, Beginning, Clock, ClockNotRunning, rung_at, start_clock
from cme_register.domain.codes import Role
from cme_register.domain.counting import Calendars, Length, Unit, first_moment

RULES = load_rules()
OUTCOME = "OUTCOME"


def clock(code: str, received: str, days: WorkingDays = RULES.days) -> Clock:
    at = datetime.fromisoformat(received)
    begins = Beginning(local_date(at), at)
    return start_clock(
        RULES.clocks(code, begins.day), begins, Calendars(days), clock_id=UUID(int=1), case_id=UUID(int=2)
    )  # fmt: skip


@pytest.mark.policy("7.2")
@pytest.mark.parametrize(
    ("scenario", "received", "due_on"),
    [
        ("1", "2026-11-23T09:12:00+00:00", date(2026, 12, 7)),
        ("2 Christmas", "2026-12-17T11:00:00+00:00", date(2027, 1, 5)),
        ("3 Easter", "2027-03-22T11:00:00+00:00", date(2027, 4, 7)),
        ("3 May", "2027-04-26T11:00:00+01:00", date(2027, 5, 11)),
        ("4 Saturday night", "2026-11-28T23:50:00+00:00", date(2026, 12, 11)),
        ("4 Sunday", "2026-11-29T12:00:00+00:00", date(2026, 12, 11)),
        ("4 Friday", "2026-11-27T16:59:00+00:00", date(2026, 12, 11)),
        ("15", "2026-11-30T10:00:00+00:00", date(2026, 12, 14)),
        ("26", "2026-11-23T15:00:00+00:00", date(2026, 12, 7)),
        ("after midnight in summer, before it in UTC", "2026-06-30T23:30:00+00:00", date(2026, 7, 15)),
    ],
)
def test_the_initial_investigation_is_due(scenario: str, received: str, due_on: date) -> None:
    assert clock(INITIAL_INVESTIGATION, received).due_on == due_on


def test_a_closed_council_moves_the_due_day() -> None:
    closed = WorkingDays([date(2026, 12, 29), date(2026, 12, 30), date(2026, 12, 31)])
    assert clock(INITIAL_INVESTIGATION, "2026-12-17T11:00:00+00:00", closed).due_on == date(2027, 1, 8)


@pytest.mark.policy("8.1")
def test_the_ladder_of_scenario_27() -> None:
    late = clock(INITIAL_INVESTIGATION, "2026-11-23T09:12:00+00:00")
    definition = RULES.clocks(INITIAL_INVESTIGATION, late.starts_on)
    assert late.warn_at == datetime(2026, 12, 3, tzinfo=UTC)
    assert [rung_at(definition, late, rung, RULES.calendars) for rung in (1, 2, 3)] == [
        datetime(2026, 12, 8, tzinfo=UTC),
        datetime(2026, 12, 9, tzinfo=UTC),
        datetime(2026, 12, 14, tzinfo=UTC),
    ]
    assert [rung.tell for rung in definition.ladder] == [
        (Role.LEAD_OFFICER, Role.TEAM_MANAGER),
        (Role.SERVICE_LEAD,),
        (Role.HEAD_OF_SERVICE,),
    ]
    assert late.breach(datetime(2026, 12, 8, tzinfo=UTC))
    late.satisfy(datetime(2026, 12, 10, 15, tzinfo=UTC), RULES.days)
    assert (late.on_time, late.late_by_working_days, late.breached_at) == (False, 3, datetime(2026, 12, 8, tzinfo=UTC))


def test_a_rung_waits_for_its_working_day_to_begin() -> None:
    due_on_friday = clock(INITIAL_INVESTIGATION, "2026-11-27T10:00:00+00:00")
    definition = RULES.clocks(INITIAL_INVESTIGATION, due_on_friday.starts_on)
    assert due_on_friday.due_at == datetime(2026, 12, 12, tzinfo=UTC)
    assert rung_at(definition, due_on_friday, 2, RULES.calendars) == datetime(2026, 12, 15, tzinfo=UTC)


@pytest.mark.policy("8.1")
@pytest.mark.parametrize(
    ("received", "instants"),
    [
        # to summer time on 28 March 2027, over Easter
        ("2027-03-22T11:00:00+00:00", ("2027-04-04T23:00", "2027-04-07T23:00", "2027-04-08T23:00", "2027-04-13T23:00")),
        # to winter time on 25 October 2026
        ("2026-10-12T11:00:00+01:00", ("2026-10-21T23:00", "2026-10-27T00:00", "2026-10-28T00:00", "2026-11-02T00:00")),
        # due on Christmas Eve: the ladder waits for the days that count
        ("2026-12-10T11:00:00+00:00", ("2026-12-22T00:00", "2026-12-25T00:00", "2026-12-30T00:00", "2027-01-05T00:00")),
    ],
)
def test_warning_breach_and_ladder_over_both_clock_changes_and_christmas(
    received: str, instants: tuple[str, ...]
) -> None:
    one = clock(INITIAL_INVESTIGATION, received)
    definition = RULES.clocks(INITIAL_INVESTIGATION, one.starts_on)
    told = [one.warn_at, *(rung_at(definition, one, rung, RULES.calendars) for rung in (1, 2, 3))]
    assert told == [datetime.fromisoformat(f"{instant}:00+00:00") for instant in instants]


def test_a_day_begins_and_ends_in_london_whatever_the_season() -> None:
    assert first_moment(date(2026, 7, 1)) == datetime(2026, 6, 30, 23, tzinfo=UTC)
    assert clock(INITIAL_INVESTIGATION, "2026-10-19T10:00:00+01:00").due_at == datetime(2026, 11, 3, tzinfo=UTC)


@pytest.mark.policy("7.3")
@pytest.mark.parametrize(
    ("closed", "due_on"),
    [("2026-12-10T10:00:00+00:00", date(2026, 12, 11)), ("2026-12-11T17:00:00+00:00", date(2026, 12, 14))],
)
def test_the_referrer_is_told_by_the_next_working_day(closed: str, due_on: date) -> None:
    telling = clock(OUTCOME, closed)
    assert (telling.due_on, telling.warn_at) == (due_on, first_moment(due_on))


def test_done_at_the_last_moment_is_on_time_and_at_the_next_is_late() -> None:
    last = clock(INITIAL_INVESTIGATION, "2026-11-23T09:12:00+00:00")
    last.satisfy(datetime(2026, 12, 7, 23, 59, 59, tzinfo=UTC), RULES.days)
    assert (last.on_time, last.late_by_working_days) == (True, 0)
    next_ = clock(INITIAL_INVESTIGATION, "2026-11-23T09:12:00+00:00")
    next_.satisfy(datetime(2026, 12, 8, tzinfo=UTC), RULES.days)
    assert (next_.on_time, next_.late_by_working_days) == (False, 1)


def test_late_over_a_weekend_is_late_though_no_working_day_has_passed() -> None:
    weekend = clock(INITIAL_INVESTIGATION, "2026-11-27T10:00:00+00:00")
    weekend.satisfy(datetime(2026, 12, 12, 9, tzinfo=UTC), RULES.days)
    assert (weekend.on_time, weekend.late_by_working_days) == (False, 0)


def test_what_has_been_told_is_not_told_again() -> None:
    at = datetime(2026, 12, 8, tzinfo=UTC)
    one = clock(INITIAL_INVESTIGATION, "2026-11-23T09:12:00+00:00")
    assert (one.warn(at), one.warn(at)) == (True, False)
    assert (one.breach(at), one.breach(at), one.warn(at)) == (True, False, False)
    assert (one.climb(2), one.climb(2), one.climb(1)) == (True, False, False)
    one.satisfy(at, RULES.days)
    assert not one.climb(3)
    with pytest.raises(ClockNotRunning):
        one.satisfy(at, RULES.days)


def test_a_clock_keeps_the_version_that_was_good_on_its_day_nought() -> None:
    def version(days: int, since: date) -> ClockDefinition:
        return ClockDefinition(
            code="X", who=Role.LEAD_OFFICER, length=Length(days, Unit.WORKING_DAYS), ladder=(), source="", valid_from=since
        )  # fmt: skip

    table = ClockTable([version(5, date(2027, 1, 1)), version(10, date(2025, 1, 1))])
    assert table("X", date(2026, 12, 31)).length.number == 10
    assert table("X", date(2027, 1, 1)).length.number == 5
    with pytest.raises(NoSuchClock):
        table("X", date(2024, 12, 31))
