"""When each return of a school is due and how late it came (policy 5.2, 5.3; regulation 13): each row is data with its source."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path

from cme_calendars import BeyondCalendar, SchoolDays, WorkingDays
from cme_referrals.domain.completeness import Kind
from cme_referrals.domain.tables import DATA

TABLE = DATA / "returns.toml"


class Unit(StrEnum):
    """Which days count."""

    CALENDAR = "calendar"
    WORKING = "working"
    """The council's."""
    SCHOOL = "school"
    """Those on which that school meets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """How long a school has for a kind of return, from a day on; the table says what each field means."""

    kind: str
    valid_from: date
    days: int
    unit: Unit
    source: str
    first_day_counts: bool = False
    grace_working_days: int = 0


@dataclass(slots=True)  # not frozen: one is made of each form, and freezing triples the cost
class Days:
    """The calendars to count by. None: nobody has given one."""

    working: WorkingDays | None
    school: SchoolDays | None = None


@dataclass(slots=True, kw_only=True)  # not frozen: one is made of each form, and freezing triples the cost
class Timing:
    """Whether a return was in time. None: not yet known, or what it is counted from was not said."""

    unit: Unit
    due_on: date | None = None
    """The last day on which it is in time."""
    late: bool | None = None
    late_by: int | None = None
    """Days of `unit` after `due_on`; 0 in time, or late and before the next day that counts."""


@cache
def terms(path: Path = TABLE) -> tuple[Term, ...]:
    """The terms of all kinds, the latest first. Raises KeyError, TypeError or ValueError when the file is not a table."""
    rows = tomllib.loads(path.read_text("utf-8"))["term"]
    found = [Term(**{**row, "kind": Kind(row["kind"]).value, "unit": Unit(row["unit"])}) for row in rows]
    return tuple(sorted(found, key=lambda term: term.valid_from, reverse=True))


def term_of(kind: str, on: date, table: Sequence[Term] | None = None) -> Term | None:
    """The term for a return counted from `on`; before the first row of its kind that one. None: it has no term.

    `table`, the latest first, stands in for the published one.
    """
    rows = [term for term in (terms() if table is None else table) if term.kind == kind]
    return next((term for term in rows if term.valid_from <= on), rows[-1] if rows else None)


def due_on(term: Term, counted_from: date, days: Days) -> date:
    """The last day on which a return is in time. Raises BeyondCalendar where no calendar reaches it."""
    match term.unit:
        case Unit.CALENDAR:
            return counted_from + timedelta(days=term.days)
        case Unit.WORKING:
            return _known(days.working).add_working_days(counted_from, term.days)
        case Unit.SCHOOL if term.first_day_counts:
            return _known(days.school).nth_school_day(counted_from, term.days)
        case Unit.SCHOOL if term.days == 0:
            return counted_from  # no calendar is needed to say so
        case Unit.SCHOOL:
            return _known(days.school).add_school_days(counted_from, term.days)


def timing(term: Term, counted_from: date | None, done_on: date, days: Days, *, exempt: bool | None = False) -> Timing:
    """Whether what was done on the local day `done_on` was in time. `exempt`: it was not needed; None: not known.

    What no calendar reaches is not yet known; nothing is guessed.
    """
    try:
        due = None if counted_from is None else due_on(term, counted_from, days)
        last = None if due is None else _last_in_time(term, due, days)
    except BeyondCalendar:
        due = last = None
    if exempt or (last is not None and done_on <= last):
        return Timing(unit=term.unit, due_on=due, late=False, late_by=0)
    if due is None or exempt is None:
        return Timing(unit=term.unit, due_on=due)
    return Timing(unit=term.unit, due_on=due, late=True, late_by=_between(term.unit, due, done_on, days))


def holds(first: Timing, corrected: Timing, *, first_could_be_told: bool) -> bool:
    """Whether what a correction says of the same return, counted from when it first came, replaces what was known of it.

    A correction never mends lateness; it may show it, or more of it, or say what was not said.
    """
    if corrected.late:
        return not first.late or (corrected.late_by or 0) > (first.late_by or 0)
    return first.late is None and not first_could_be_told


def _last_in_time(term: Term, due: date, days: Days) -> date:
    return _known(days.working).add_working_days(due, term.grace_working_days) if term.grace_working_days else due


def _between(unit: Unit, due: date, done_on: date, days: Days) -> int | None:
    try:
        match unit:
            case Unit.CALENDAR:
                return (done_on - due).days
            case Unit.WORKING:
                return _known(days.working).working_days_between(due, done_on)
            case Unit.SCHOOL:
                return _known(days.school).school_days_between(due, done_on)
    except BeyondCalendar:
        return None


def _known[C](calendar: C | None) -> C:
    if calendar is None:
        raise BeyondCalendar("nobody has given a calendar")
    return calendar
