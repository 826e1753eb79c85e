"""Operation Encompass: who is to be told of an incident, and before which day (policy 9; domain.md 8 ENC)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from pathlib import Path

from cme_calendars import LONDON, BeyondCalendar, SchoolDays, WorkingDays

DATA = Path(__file__).with_name("data")


@dataclass(frozen=True, slots=True)
class Rule:
    """From a day on: when a school day begins."""

    valid_from: date
    day_begins: time
    source: str


@cache
def rules(path: Path = DATA / "encompass.toml") -> tuple[Rule, ...]:
    """The published rules, the latest first. Raises KeyError or ValueError when the file is not one."""
    rows = tomllib.loads(path.read_text("utf-8"))["rule"]
    found = [Rule(row["valid_from"], row["day_begins"], row["source"]) for row in rows]
    return tuple(sorted(found, key=lambda rule: rule.valid_from, reverse=True))


def is_the_councils(school_urn: str | None, *, on_roll: bool | None, home_educated: bool | None) -> bool:
    """Whether the council's officer is to be told, and no setting: educated at home, or on no roll."""
    return school_urn is None or on_roll is False or bool(home_educated)


def next_day(incident_on: date, days: SchoolDays | WorkingDays | None) -> date | None:
    """The first day after the incident that counts. None where no calendar reaches so far."""
    try:
        if isinstance(days, SchoolDays):
            return days.add_school_days(incident_on, 1)
        return None if days is None else days.add_working_days(incident_on, 1)
    except BeyondCalendar:
        return None


def in_time(received_at: datetime, day: date) -> bool:
    """Whether a notice came before a day began."""
    rule = next((one for one in rules() if one.valid_from <= day), rules()[-1])
    return received_at < datetime.combine(day, rule.day_begins, tzinfo=LONDON)
