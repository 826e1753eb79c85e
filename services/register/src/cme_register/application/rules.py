"""The data by which the register decides, handed down by argument."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from cme_calendars import SchoolDays, WorkingDays
from cme_register.domain.age_teams import AgeTeams
from cme_register.domain.allocation import Weights
from cme_register.domain.checks import CheckTable
from cme_register.domain.clock_table import ClockTable
from cme_register.domain.cohort import CohortRule
from cme_register.domain.counting import Calendars
from cme_register.domain.deletion_teams import DeletionTeams
from cme_register.domain.groups import GroupTable
from cme_register.domain.handover import HandOverTable
from cme_register.domain.outcomes import OutcomeTable
from cme_register.domain.reopening import ReopeningRule
from cme_register.domain.risk import RiskTable
from cme_register.domain.weights import Weights as Likelihoods

type NewId = Callable[[], UUID]
"""Makes identifiers. They come from outside, as time does."""


@dataclass(frozen=True, slots=True)
class Watch:
    """How long a deletion return that is held back waits before somebody looks."""

    working_days: int
    valid_from: date
    source: str


@dataclass(frozen=True, slots=True)
class SupportRow:
    """A kind of help that families are offered."""

    code: str
    label: str
    source: str
    valid_from: date


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
    matching: Likelihoods | None = None
    """What likeness goes by. None: matching is off, and each chain of submissions is a child by itself."""
    checks: CheckTable = field(default_factory=CheckTable)
    groups: GroupTable = field(default_factory=GroupTable)
    risk: RiskTable = field(default_factory=RiskTable)
    support: tuple[SupportRow, ...] = ()
    age_teams: AgeTeams = field(default_factory=AgeTeams)
    authority: str | None = None
    """The council's own code; None: it is not known, and nobody is told to be in another's area."""
    weights: tuple[Weights, ...] = ()
    reopening: tuple[ReopeningRule, ...] = ()

    @property
    def calendars(self) -> Calendars:
        """What periods are counted by that are no school's."""
        return Calendars(self.days, None, self.clocks.hours)

    @property
    def begins_on(self) -> date:
        """The first day on which a case can have been received: every table that it is opened by holds from then."""
        tables = (self.clocks, self.weights, self.watches, self.reopening)
        return max(min(row.valid_from for row in table) for table in tables)

    def counting(self, school: SchoolDays | None) -> Calendars:
        """The same, with the days of a school; None where they are not known."""
        return Calendars(self.days, school, self.clocks.hours)

    def watch_days(self, on: date) -> int:
        """Working days of a watch that begins on a day: of the latest row that holds."""
        return max((row for row in self.watches if row.valid_from <= on), key=lambda row: row.valid_from).working_days

    def weights_on(self, day: date) -> Weights:
        """What cases weigh on a day: by the latest row that holds."""
        return max((row for row in self.weights if row.valid_from <= day), key=lambda row: row.valid_from)

    def reopening_on(self, day: date) -> ReopeningRule:
        """How long a case that was closed on a day is opened again."""
        return max((row for row in self.reopening if row.valid_from <= day), key=lambda row: row.valid_from)
