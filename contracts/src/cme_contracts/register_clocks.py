"""What else the register says of a clock: that it was counted again, or asks for nothing any more."""

from typing import ClassVar

from pydantic import Field

from cme_contracts.base import Service
from cme_contracts.fields import Instant, date, day, instant
from cme_contracts.register import STREAM, ClockEvent


class ClockRecomputed(ClockEvent):
    """A calendar has changed, and with it the days of a clock that runs. What it says of due days is how they are now."""

    type: ClassVar[str] = "cme.clock.recomputed.v1"
    stream: ClassVar[str] = STREAM
    owner: ClassVar[Service] = "register"
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
    stream: ClassVar[str] = STREAM
    owner: ClassVar[Service] = "register"
    source_clause: ClassVar[str] = "policy 7, 8"

    because: str = Field(description="What has happened, as a code: child_located, case_closed.")
    cancelled_at: Instant = instant("When.")
