"""What waits for a person has a day, a warning before it and a ladder after it: by the table as shipped."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import pytest

import cme_council
from cme_safeguarding.adapters import clock_file
from cme_safeguarding.domain.clocks import CONSIDERATION, Clock, ClockTable, start
from tests.safeguarding.support import MONDAY, PRACTICE

TABLE = clock_file.load()


def started(recommendation: str, at: datetime = MONDAY) -> Clock:
    [rule] = TABLE.started_by(CONSIDERATION, recommendation, at.date())
    return start(
        rule, id=uuid4(), about=uuid4(), subject=uuid4(), case_id=None, at=at, days=PRACTICE.working_days, hours=TABLE.hours
    )  # fmt: skip


def test_people_have_a_word_for_every_clock() -> None:
    council = cme_council.load(Path("deploy/council.toml"))
    assert [code for code in TABLE.codes if council.label("clock", code) == code] == []


@pytest.mark.parametrize(
    ("recommendation", "at", "due_at"),
    [
        ("at_once", MONDAY, datetime(2026, 11, 23, 13, 12, tzinfo=UTC)),
        ("at_once", datetime(2026, 11, 27, 16, 30, tzinfo=UTC), datetime(2026, 11, 30, 12, 30, tzinfo=UTC)),
        ("consider", MONDAY, datetime(2026, 11, 26, tzinfo=UTC)),
        ("consider", datetime(2026, 12, 24, 12, tzinfo=UTC), datetime(2026, 12, 31, tzinfo=UTC)),
        ("no_concern_seen", MONDAY, datetime(2026, 12, 1, tzinfo=UTC)),
    ],
)
def test_how_long_a_case_may_wait_goes_by_what_was_recommended(
    recommendation: str, at: datetime, due_at: datetime
) -> None:
    assert started(recommendation, at).due_at == due_at


def test_it_warns_then_is_breached_then_climbs_and_then_nobody_is_left() -> None:
    clock, rule = started("consider"), TABLE.rule("CONSIDER", MONDAY.date())
    told = []
    while (at := clock.next_at(rule, PRACTICE.working_days)) is not None:
        told.append((at, clock.ring(rule, at)))
    assert told == [
        (datetime(2026, 11, 24, tzinfo=UTC), ("lead_officer",)),
        (datetime(2026, 11, 26, tzinfo=UTC), ("lead_officer", "team_manager")),
        (datetime(2026, 11, 27, tzinfo=UTC), ("service_lead",)),
        (datetime(2026, 12, 2, tzinfo=UTC), ("head_of_service",)),
    ]
    assert clock.breached_at == datetime(2026, 11, 26, tzinfo=UTC)


def test_a_warning_that_comes_after_the_breach_warns_nobody() -> None:
    clock, rule = started("consider"), TABLE.rule("CONSIDER", MONDAY.date())
    after_an_outage = datetime(2026, 11, 26, 8, tzinfo=UTC)
    assert clock.ring(rule, after_an_outage) == ()
    assert clock.ring(rule, after_an_outage) == ("lead_officer", "team_manager")


def test_a_clock_keeps_the_row_of_the_day_it_started() -> None:
    rule = TABLE.rule("CONSIDER", date(2026, 11, 23))
    later = replace(rule, valid_from=date(2027, 1, 1), ends=frozenset({"otherwise"}))
    table = ClockTable([rule, later])
    assert table.rule("CONSIDER", date(2026, 12, 31)) is rule
    assert table.rule("CONSIDER", date(2027, 1, 1)) is later
    with pytest.raises(ValueError, match="twice"):
        ClockTable([rule, rule])


def test_a_ladder_begins_with_the_breach_and_a_length_rests_on_something() -> None:
    rule = TABLE.rule("CONSIDER", date(2026, 11, 23))
    with pytest.raises(ValueError, match="ladder"):
        replace(rule, ladder=rule.ladder[1:])
    with pytest.raises(ValueError, match="rests"):
        replace(rule, basis="said in a corridor")
