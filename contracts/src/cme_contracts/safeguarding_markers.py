"""What safeguarding says of markers that officers keep: recorded, ended. Codes and ids, never a narrative."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from cme_contracts.base import Service
from cme_contracts.codes import Factor, OpenCode
from cme_contracts.fields import Instant, OfficerId, date, day, instant
from cme_contracts.safeguarding import CONCERNS, Concerning


class MarkerLevel(OpenCode):
    """How surely a marker is known: signs of it, somebody says so, the body that is responsible says so."""

    INDICATED = "indicated"
    REPORTED = "reported"
    CONFIRMED = "confirmed"
    UNKNOWN = "unknown"


class MarkerEnding(OpenCode):
    """Why a marker holds no more."""

    NO_LONGER_TRUE = "no_longer_true"
    RECORDED_IN_ERROR = "recorded_in_error"
    UNKNOWN = "unknown"


class MarkerEvent(Concerning):
    """What every fact about a marker has in common."""

    stream: ClassVar[str] = CONCERNS
    owner: ClassVar[Service] = "safeguarding"
    source_clause: ClassVar[str] = "policy 5.1, 9"

    marker_id: UUID = Field(description="One marker.")
    factor: Factor


class MarkerRecorded(MarkerEvent):
    """An officer has written down what is known of a child."""

    type: ClassVar[str] = "cme.marker.recorded.v1"

    level: MarkerLevel
    restricted: bool = Field(description="True: shown to safeguarding alone.")
    since: date = day("The day from which it holds, as its source says.")
    recorded_by: OfficerId
    recorded_at: Instant = instant("When.")


class MarkerEnded(MarkerEvent):
    """A marker holds no more. That it held, and when, is kept."""

    type: ClassVar[str] = "cme.marker.ended.v1"

    because: MarkerEnding
    ended_on: date = day("The last day on which it held.")
    ended_by: OfficerId
    ended_at: Instant = instant("When that was recorded.")
