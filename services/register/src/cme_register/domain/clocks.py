"""One running of a clock: when it is due, when somebody is warned, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from cme_calendars import WorkingDays, local_date
from cme_register.domain.clock_table import ClockDefinition
from cme_register.domain.counting import Calendars, first_moment, period
from cme_register.domain.errors import RegisterError

INITIAL_INVESTIGATION = "INIT-10"
"""The one clock that decides which of two cases is due first."""


class ClockNotRunning(RegisterError):
    """The clock was satisfied or cancelled before; what was said of it stays."""

    code = "clock-not-running"


@dataclass(frozen=True, slots=True)
class Beginning:
    """From when a clock is counted, about what, and by whose days."""

    day: date
    """Day nought: the local day on which it happened."""
    at: datetime
    """The instant, for clocks of hours."""
    about: UUID | None = None
    """What of the case it is about: a check, a placement, a submission. None: the case itself."""
    school_urn: str | None = None
    """The school whose days count,"""
    school_la: str | None = None
    """and its authority."""


@dataclass(slots=True, kw_only=True)
class Clock:
    """One running of one clock. A breach is never taken back: done later, it is done late."""

    id: UUID
    case_id: UUID
    code: str
    starts_on: date
    """Day nought, the local day on which what starts it happened."""
    due_on: date
    due_at: datetime
    """The instant at which `due_on` is over in Europe/London; of a clock of hours the instant itself."""
    warn_at: datetime | None
    calendar: str
    """The version of the calendar that set the date."""
    source: str
    warned_at: datetime | None = None
    breached_at: datetime | None = None
    rung: int = 0
    """The highest rung told; 1 is the breach."""
    satisfied_at: datetime | None = None
    on_time: bool | None = None
    late_by_working_days: int | None = None
    about: UUID | None = None
    """What of the case it is about: a check, a placement, a submission. None: the case itself."""
    started_at: datetime | None = None
    """The instant from which hours count. None of clocks that are older than the column: midnight of day nought."""
    school_urn: str | None = None
    """The school whose days count, where school days do,"""
    school_la: str | None = None
    """and its authority."""
    cancelled_at: datetime | None = None
    """When what it asks for was not asked for any more: neither done nor, from then on, missed."""

    @property
    def runs(self) -> bool:
        """Whether what it asks for is still to be done."""
        return self.satisfied_at is None and self.cancelled_at is None

    @property
    def state(self) -> str:
        """How it stands, in one word: running, breached, satisfied, satisfied_late, cancelled, cancelled_late."""
        if self.runs:
            return "breached" if self.breached_at else "running"
        if self.cancelled_at is not None:
            return "cancelled_late" if self.breached_at else "cancelled"
        return "satisfied" if self.on_time else "satisfied_late"

    def warn(self, at: datetime) -> bool:
        """Note the warning. False where there is no more to warn of."""
        if not self.runs or self.warned_at or self.breached_at:
            return False
        self.warned_at = at
        return True

    def breach(self, at: datetime) -> bool:
        """Note the breach. False where it was noted, or the thing done, before."""
        if not self.runs or self.breached_at:
            return False
        self.breached_at, self.rung = at, 1
        return True

    def climb(self, rung: int) -> bool:
        """Note that a further rung is told. False where it was, or the thing has been done."""
        if not self.runs or rung <= self.rung:
            return False
        self.rung = rung
        return True

    def satisfy(self, at: datetime, days: WorkingDays) -> None:
        """Done: on time before the due day is over, late for ever after. Raises `ClockNotRunning`."""
        if not self.runs:
            raise ClockNotRunning(f"clock {self.id} does not run")
        self.satisfied_at, self.on_time = at, at < self.due_at
        self.late_by_working_days = 0 if self.on_time else days.working_days_between(self.due_on, local_date(at))

    def cancel(self, at: datetime) -> None:
        """What it asks for is not asked for any more. A breach stays. Raises `ClockNotRunning`."""
        if not self.runs:
            raise ClockNotRunning(f"clock {self.id} does not run")
        self.cancelled_at = at


def start_clock(
    definition: ClockDefinition, begins: Beginning, calendars: Calendars, *, clock_id: UUID, case_id: UUID
) -> Clock:
    """Run `definition` from its beginning. Raises `BeyondCalendar`."""
    ends = period(definition.length, begins.day, begins.at, calendars, definition.warn_after)
    return Clock(
        id=clock_id, case_id=case_id, code=definition.code, starts_on=begins.day, due_on=ends.due_on, due_at=ends.due_at,
        warn_at=ends.warn_at, calendar=ends.calendar, source=definition.source, about=begins.about, started_at=begins.at,
        school_urn=begins.school_urn, school_la=begins.school_la,
    )  # fmt: skip


def rung_at(definition: ClockDefinition, clock: Clock, number: int, calendars: Calendars) -> datetime:
    """When a rung is told: the breach as the due day ends, a later one as its working day begins.

    Due on Monday 7 December: breach at 00:00 on the 8th, two working days after the due day at 00:00 on the 9th.
    A rung that counts from day nought is told once so long has passed, and not before the breach.
    """
    rung = definition.rung(number)
    if rung.from_start is not None:
        began = clock.started_at or first_moment(clock.starts_on)
        return max(clock.due_at, period(rung.from_start, clock.starts_on, began, calendars).due_at)
    after = rung.after_working_days
    return clock.due_at if after == 0 else first_moment(calendars.working.add_working_days(clock.due_on, after))
