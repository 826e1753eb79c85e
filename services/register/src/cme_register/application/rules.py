"""The data by which the register decides, handed down by argument."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from cme_calendars import WorkingDays
from cme_register.domain.age_teams import AgeTeams
from cme_register.domain.allocation import Weights
from cme_register.domain.clocks import ClockTable
from cme_register.domain.cohort import CohortRule
from cme_register.domain.deletion_teams import DeletionTeams
from cme_register.domain.handover import HandOverTable
from cme_register.domain.outcomes import OutcomeTable

type NewId = Callable[[], UUID]
"""Makes identifiers. They come from outside, as time does."""


@dataclass(frozen=True, slots=True)
class Watch:
    """How long a deletion return that is held back waits before somebody looks."""

    working_days: int
    valid_from: date
    source: str


@dataclass(frozen=True, slots=True)
class Rules:
    """Clocks, outcomes, other teams' work, watches and the calendar."""

    clocks: ClockTable
    outcomes: OutcomeTable
    hand_overs: HandOverTable
    days: WorkingDays
    watches: tuple[Watch, ...] = ()
    deletion_teams: DeletionTeams = field(default_factory=DeletionTeams)
    cohorts: tuple[CohortRule, ...] = ()
    age_teams: AgeTeams = field(default_factory=AgeTeams)
    authority: str | None = None
    """The council's own code; None: it is not known, and nobody is told to be in another's area."""
    weights: tuple[Weights, ...] = ()

    def watch_days(self, on: date) -> int:
        """Working days of a watch that begins on a day: of the latest row that holds."""
        return max((row for row in self.watches if row.valid_from <= on), key=lambda row: row.valid_from).working_days

    def weights_on(self, day: date) -> Weights:
        """What cases weigh on a day: by the latest row that holds."""
        return max((row for row in self.weights if row.valid_from <= day), key=lambda row: row.valid_from)
