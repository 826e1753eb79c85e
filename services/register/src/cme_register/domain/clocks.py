"""Deadlines: when they are due, when somebody is warned, and who is told once they are missed. The rows are data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from cme_calendars import WorkingDays, end_of_day, local_date
from cme_register.domain.codes import Role
from cme_register.domain.errors import RegisterError

INITIAL_INVESTIGATION = "INIT-10"
OUTCOME = "OUTCOME"


class ClockNotRunning(RegisterError):
    """The clock was satisfied before; what was said of it stays."""

    code = "clock-not-running"


class NoSuchClock(RegisterError):
    """The table has no clock of that code on that day."""

    code = "no-such-clock"


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the ladder, told so many working days after the due day; the first with the breach itself."""

    after_working_days: int
    tell: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class ClockDefinition:
    """One row of the table of clocks, good from `valid_from` on."""

    code: str
    who: Role
    """Who must do it."""
    working_days: int
    warn_after_working_days: int | None
    ladder: tuple[Rung, ...]
    source: str
    valid_from: date

    def rung(self, number: int) -> Rung:
        """Rung `number`, counted from 1, the breach."""
        return self.ladder[number - 1]


class ClockTable:
    """Every clock in every version. A clock keeps the version that was good on its day nought."""

    def __init__(self, definitions: Iterable[ClockDefinition]) -> None:
        self._definitions = sorted(definitions, key=lambda definition: definition.valid_from)

    def __call__(self, code: str, day: date) -> ClockDefinition:
        """The version of `code` good on `day`. Raises `NoSuchClock`."""
        good = [one for one in self._definitions if one.code == code and one.valid_from <= day]
        if not good:
            raise NoSuchClock(f"no clock {code} on {day}")
        return good[-1]


@dataclass(slots=True, kw_only=True)
class Clock:
    """One running of one clock. A breach is never taken back: done later, it is done late."""

    id: UUID
    case_id: UUID
    code: str
    starts_on: date
    """Day nought, the local day of receipt: it is not counted."""
    due_on: date
    due_at: datetime
    """The instant at which `due_on` is over in Europe/London."""
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

    @property
    def runs(self) -> bool:
        """Whether what it asks for is still to be done."""
        return self.satisfied_at is None

    @property
    def state(self) -> str:
        """How it stands, in one word: running, breached, satisfied, satisfied_late."""
        if self.runs:
            return "breached" if self.breached_at else "running"
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


def start_clock(definition: ClockDefinition, day: date, days: WorkingDays, *, clock_id: UUID, case_id: UUID) -> Clock:
    """Run `definition` from `day`, its day nought. Raises `BeyondCalendar`."""
    due_on = days.add_working_days(day, definition.working_days)
    warn = definition.warn_after_working_days
    return Clock(
        id=clock_id, case_id=case_id, code=definition.code, starts_on=day, due_on=due_on, due_at=end_of_day(due_on),
        warn_at=None if warn is None else first_moment(days.add_working_days(day, warn)),
        calendar=days.version, source=definition.source,
    )  # fmt: skip


def rung_at(definition: ClockDefinition, clock: Clock, rung: int, days: WorkingDays) -> datetime:
    """When rung `rung` is told: the breach as the due day ends, a later one as its working day begins.

    Due on Monday 7 December: breach at 00:00 on the 8th, two working days after the due day at 00:00 on the 9th.
    """
    after = definition.rung(rung).after_working_days
    return clock.due_at if after == 0 else first_moment(days.add_working_days(clock.due_on, after))


def first_moment(day: date) -> datetime:
    """The instant at which `day` begins in Europe/London."""
    return end_of_day(day - timedelta(days=1))
