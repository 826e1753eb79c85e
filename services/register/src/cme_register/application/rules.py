"""The data by which the register decides, handed down by argument."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from cme_calendars import WorkingDays
from cme_register.domain.clocks import ClockTable
from cme_register.domain.handover import HandOverTable
from cme_register.domain.outcomes import OutcomeTable

type NewId = Callable[[], UUID]
"""Makes identifiers. They come from outside, as time does."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Clocks, outcomes, other teams' work, and the calendar."""

    clocks: ClockTable
    outcomes: OutcomeTable
    hand_overs: HandOverTable
    days: WorkingDays
