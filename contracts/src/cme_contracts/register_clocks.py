"""What the register says of deadlines: they run, are near, are missed for ever, are met (policy 7, 8)."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from cme_contracts.codes import OfficerRole
from cme_contracts.fields import (
    ClockCode,
    ClockId,
    Instant,
    OfficerId,
    date,
    day,
    instant,
)  # fmt: skip
from cme_contracts.register import CaseEvent


class ClockEvent(CaseEvent):
    """What every fact about a clock has in common."""

    clock_id: ClockId
    clock: ClockCode
    due_on: date = day("The last day on which doing it is on time.")
    due_at: Instant = instant("The instant that day ends in Europe/London; of a clock of hours the instant itself.")
    about: UUID | None = Field(
        default=None,
        description="What of the case it is about: a submission, a check, a placement. None: the case itself.",
    )


class ClockStarted(ClockEvent):
    """A deadline runs."""

    type: ClassVar[str] = "cme.clock.started.v1"
    source_clause: ClassVar[str] = "policy 7"

    starts_on: date = day("Day nought: the day on which what starts it happened.")
    warn_at: Instant | None = Field(default=None, description="When the owner is warned.")
    calendar: str = Field(description="Version of the calendar that set the date.")
    source: str = Field(description="The clause or regulation that sets the length.")


class ClockWarned(ClockEvent):
    """A deadline is near."""

    type: ClassVar[str] = "cme.clock.warned.v1"
    source_clause: ClassVar[str] = "policy 8"

    officer_id: OfficerId | None = Field(
        default=None, description="The Lead Officer, or who covers for them; None: there is none."
    )
    detected_at: Instant = instant("When the warning was raised; later than due only after an outage.")


class DeadlineBreached(ClockEvent):
    """A deadline has passed. Never taken back: done later, it is done late."""

    type: ClassVar[str] = "cme.deadline.breached.v1"
    source_clause: ClassVar[str] = "policy 7, 8"

    officer_id: OfficerId | None = Field(
        default=None, description="The Lead Officer, or who covers for them; None: there is none."
    )
    tell: tuple[OfficerRole, ...] = Field(
        description="Whom the first rung of the ladder tells; nobody: it passed before the register had the case."
    )
    detected_at: Instant = instant("When the breach was seen.")
    detected_late_by: int = Field(
        description="Whole seconds from the instant it was due to be raised; 0 in time.", ge=0
    )


class DeadlineEscalated(ClockEvent):
    """A breached deadline is still not met: the next rung of the ladder is told."""

    type: ClassVar[str] = "cme.deadline.escalated.v1"
    source_clause: ClassVar[str] = "policy 8"

    rung: int = Field(description="2 for the first after the breach.", ge=2)
    tell: tuple[OfficerRole, ...] = Field(description="Whom this rung tells.")
    detected_at: Instant = instant("When.")


class ClockSatisfied(ClockEvent):
    """What the clock asked for has been done, on time or late for ever."""

    type: ClassVar[str] = "cme.clock.satisfied.v1"
    source_clause: ClassVar[str] = "policy 7, 8"

    on_time: bool = Field(description="Done by the end of the day it was due. Never changes.")
    late_by_working_days: int = Field(description="0 on time.", ge=0)
    satisfied_at: Instant = instant("When it was done.")


class ClockRecomputed(ClockEvent):
    """A calendar has changed, and with it the days of a clock that runs. What it says of due days is how they are now."""

    type: ClassVar[str] = "cme.clock.recomputed.v1"
    source_clause: ClassVar[str] = "policy 7, 8"

    due_on_before: date = day("The due day until now.")
    due_at_before: Instant = instant("The instant that day would have ended.")
    warn_at: Instant | None = Field(default=None, description="When the owner is warned now.")
    calendar: str = Field(description="Version of the calendar that set the date.")
    calendar_before: str = Field(description="Version of the calendar by which it was counted until now.")
    because: str = Field(description="working_days: bank holidays or closure days; school_days: of the clock's school.")
    recomputed_at: Instant = instant("When it was counted again.")


class ClockCancelled(ClockEvent):
    """What the clock asked for is not asked for any more. A breach that was said before stays said."""

    type: ClassVar[str] = "cme.clock.cancelled.v1"
    source_clause: ClassVar[str] = "policy 7, 8"

    because: str = Field(description="What has happened, as a code: child_located, case_closed.")
    cancelled_at: Instant = instant("When.")
