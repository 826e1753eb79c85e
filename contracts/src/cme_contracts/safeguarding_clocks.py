"""What safeguarding says of its deadlines: somebody has not done yet what a child waits for (policy 9)."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from cme_contracts.base import Service
from cme_contracts.codes import OfficerRole
from cme_contracts.fields import ClockId, Instant, date, day, instant
from cme_contracts.safeguarding import CONCERNS, Concerning


class SafeguardingClockEvent(Concerning):
    """What every fact about one of safeguarding's clocks has in common."""

    stream: ClassVar[str] = CONCERNS
    owner: ClassVar[Service] = "safeguarding"
    source_clause: ClassVar[str] = "policy 5.1, 9"

    clock_id: ClockId
    clock: str = Field(description="Which clock, as safeguarding's table of clocks names it, e.g. CONSIDER.")
    about: UUID = Field(description="What it waits for: a consideration, or a request.")
    due_on: date = day("The last day on which doing it is on time.")
    due_at: Instant = instant("The instant that day ends in Europe/London; of a clock of hours the instant itself.")
    tell: tuple[OfficerRole, ...] = Field(description="Whom the table tells.")
    detected_at: Instant = instant("When it was seen; later than due only after an outage.")


class SafeguardingClockWarned(SafeguardingClockEvent):
    """A deadline of safeguarding is near."""

    type: ClassVar[str] = "cme.safeguarding-clock.warned.v1"


class SafeguardingDeadlineMissed(SafeguardingClockEvent):
    """A deadline of safeguarding has passed, or is still not met: the next rung of the ladder is told. Never taken back."""

    type: ClassVar[str] = "cme.safeguarding-deadline.missed.v1"

    rung: int = Field(description="1 for the breach itself.", ge=1)
