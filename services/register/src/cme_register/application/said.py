"""What the register says: an event, and when it happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cme_bus.meta import Meta
from cme_contracts.base import Event


@dataclass(frozen=True, slots=True)
class Said:
    """An event, when it happened in business time, and what caused it where many are handled at once."""

    event: Event
    at: datetime
    cause: Meta | None = None
