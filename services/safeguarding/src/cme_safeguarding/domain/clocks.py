"""What waits for somebody, by when, and who is told before and after: the clocks as data, and one that runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from cme_calendars import WorkingDays, local_date
from cme_calendars.periods import OFFICE_HOURS, Calendars, Hours, Length, first_moment, period

CONSIDERATION = "consideration"
DECIDED = "decided"
"""What ends the clock of a consideration."""
BASES = frozenset({"law", "guidance", "policy", "unconfirmed", "own"})


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the ladder, told so many working days after the due day; the first with the breach itself."""

    after_working_days: int
    tell: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRule:
    """One row of the table of clocks, good from `valid_from` on. Raises ValueError for one that is no clock."""

    code: str
    of: str
    """What it is about."""
    starts: str
    ends: frozenset[str]
    length: Length
    warn: tuple[str, ...]
    """Who is told that it is near."""
    ladder: tuple[Rung, ...]
    basis: str
    source: str
    valid_from: date
    warn_after: int | None = None
    """Units of the length until the warning; None: four fifths of it."""

    def __post_init__(self) -> None:
        if not self.ladder or self.ladder[0].after_working_days != 0:
            raise ValueError(f"the ladder of {self.code} does not begin with the breach")
        if self.basis not in BASES:
            raise ValueError(f"{self.code} does not say what its length rests on")


class ClockTable:
    """Every row, past and coming ones included. Raises ValueError where a clock is given twice from one day."""

    def __init__(self, rules: Iterable[ClockRule], hours: Hours = OFFICE_HOURS) -> None:
        self.hours = hours
        self._rules: dict[str, dict[date, ClockRule]] = {}
        for rule in sorted(rules, key=lambda rule: rule.valid_from):
            rows = self._rules.setdefault(rule.code, {})
            if rule.valid_from in rows:
                raise ValueError(f"clock {rule.code} is given twice from {rule.valid_from}")
            rows[rule.valid_from] = rule

    @property
    def codes(self) -> frozenset[str]:
        """Every clock there is or was."""
        return frozenset(self._rules)

    def rule(self, code: str, on: date) -> ClockRule:
        """The row of a clock that was good on a day. Raises KeyError where there was none."""
        return _latest(self._rules[code], on) or next(iter(self._rules[code].values()))

    def started_by(self, of: str, occurrence: str, on: date) -> list[ClockRule]:
        """The clocks that this starts on a day."""
        rows = [_latest(rows, on) for rows in self._rules.values()]
        return [row for row in rows if row is not None and (row.of, row.starts) == (of, occurrence)]


def _latest(rows: Mapping[date, ClockRule], on: date) -> ClockRule | None:
    good = [row for since, row in rows.items() if since <= on]
    return good[-1] if good else None


@dataclass(slots=True, kw_only=True)
class Clock:
    """One running of one clock. A breach is never taken back: done later, it is done late."""

    id: UUID
    code: str
    about: UUID
    """The consideration it waits for."""
    subject: UUID
    case_id: UUID | None
    started_at: datetime
    due_on: date
    due_at: datetime
    warn_at: datetime | None
    calendar: str
    """Version of the calendar that set the day."""
    warned_at: datetime | None = None
    breached_at: datetime | None = None
    rung: int = 0
    """How far up the ladder it has been told; 1 is the breach."""
    satisfied_at: datetime | None = None
    cancelled_at: datetime | None = None
    """What it waits for has ended otherwise."""

    @property
    def running(self) -> bool:
        """What it asks for has not been done, and is still asked for."""
        return self.satisfied_at is None and self.cancelled_at is None

    @property
    def on_time(self) -> bool:
        """Done before its due instant. For ever."""
        return self.satisfied_at is not None and self.breached_at is None

    def next_at(self, rule: ClockRule, days: WorkingDays) -> datetime | None:
        """When somebody is told next; None: nobody any more. Raises BeyondCalendar."""
        if not self.running:
            return None
        if self.warn_at is not None and self.warned_at is None and self.rung == 0:
            return self.warn_at
        if self.rung == 0:
            return self.due_at
        if self.rung == len(rule.ladder):
            return None
        return first_moment(days.add_working_days(self.due_on, rule.ladder[self.rung].after_working_days))

    def ring(self, rule: ClockRule, now: datetime) -> tuple[str, ...]:
        """Take the next step, and say which roles are told. A warning after the due instant warns nobody any more."""
        if self.warn_at is not None and self.warned_at is None and self.rung == 0:
            self.warned_at = now
            return rule.warn if now < self.due_at else ()
        self.rung += 1
        self.breached_at = self.breached_at or now
        return rule.ladder[self.rung - 1].tell


def start(
    rule: ClockRule,
    *,
    id: UUID,
    about: UUID,
    subject: UUID,
    case_id: UUID | None,
    at: datetime,
    days: WorkingDays,
    hours: Hours,
) -> Clock:
    """A clock that runs from an instant. Raises BeyondCalendar."""
    counted = period(rule.length, local_date(at), at, Calendars(days, hours=hours), rule.warn_after)
    return Clock(
        id=id, code=rule.code, about=about, subject=subject, case_id=case_id, started_at=at, due_on=counted.due_on,
        due_at=counted.due_at, warn_at=counted.warn_at, calendar=counted.calendar,
    )  # fmt: skip
