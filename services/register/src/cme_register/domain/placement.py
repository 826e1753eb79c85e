"""A school place, from the application to the day on which the school has the child: each step a fact (policy 5.1, 7).

Until the school confirms the start the child is without a school place, whatever was offered (statutory guidance: an offered place at which
the child has not started is no education).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from cme_register.domain.errors import RegisterError


class Step(StrEnum):
    """What has happened to a place. The contracts have an event for each."""

    APPLIED = "applied"
    OFFERED = "offered"
    REFUSED = "refused"
    FAIR_ACCESS_REFERRED = "fair_access_referred"
    SCHOOL_IDENTIFIED = "school_identified"
    START_EXPECTED = "start_expected"
    STARTED = "started"
    NO_SHOW = "no_show"
    WITHDRAWN = "withdrawn"


FIRST = frozenset({Step.APPLIED, Step.FAIR_ACCESS_REFERRED})
"""With which a placement begins."""
AFTER: Mapping[Step, frozenset[Step]] = {
    Step.APPLIED: frozenset({Step.OFFERED, Step.REFUSED, Step.FAIR_ACCESS_REFERRED, Step.STARTED, Step.WITHDRAWN}),
    Step.OFFERED: frozenset({Step.START_EXPECTED, Step.STARTED, Step.NO_SHOW, Step.WITHDRAWN}),
    Step.REFUSED: frozenset({Step.FAIR_ACCESS_REFERRED, Step.OFFERED, Step.WITHDRAWN}),
    Step.FAIR_ACCESS_REFERRED: frozenset({Step.SCHOOL_IDENTIFIED, Step.OFFERED, Step.STARTED, Step.WITHDRAWN}),
    Step.SCHOOL_IDENTIFIED: frozenset({Step.OFFERED, Step.START_EXPECTED, Step.STARTED, Step.WITHDRAWN}),
    Step.START_EXPECTED: frozenset({Step.START_EXPECTED, Step.STARTED, Step.NO_SHOW, Step.WITHDRAWN}),
    Step.STARTED: frozenset({Step.NO_SHOW}),
    Step.NO_SHOW: frozenset({Step.START_EXPECTED, Step.STARTED, Step.WITHDRAWN}),
    Step.WITHDRAWN: frozenset(),
}
"""What may follow what. That a child started, as the school said, and never came (scenario 28) is a step, not a correction."""
AT_A_SCHOOL = frozenset({Step.OFFERED, Step.SCHOOL_IDENTIFIED, Step.START_EXPECTED, Step.STARTED, Step.NO_SHOW})
"""What can only be said of a place at a school that is named."""


class StepDoesNotFit(RegisterError):
    """After what has happened to this place, that cannot happen."""

    code = "step-does-not-fit"


class SchoolNotNamed(RegisterError):
    """A place is offered, or started at, at a school."""

    code = "school-not-named"


class StepTooEarly(RegisterError):
    """A step lies before the one that it follows."""

    code = "step-too-early"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One step that was taken, on a day, as somebody recorded it."""

    step: Step
    on: date
    expected_on: date | None = None
    """START_EXPECTED: the day on which the child is to start."""
    submission_id: UUID | None = None
    """What a school sent that says so."""
    recorded_by: UUID | None = None
    """None: by rule, from what a school sent."""
    recorded_at: datetime


@dataclass(slots=True, kw_only=True)
class Placement:
    """One place that is sought for one child. Another school is another placement, but for a panel's choice."""

    id: UUID
    record_id: UUID
    school_urn: str | None = None
    school_la: str | None = None
    steps: list[Taken] = field(default_factory=list)

    @property
    def stands(self) -> Step | None:
        """Its last step."""
        return self.steps[-1].step if self.steps else None

    def take(self, taken: Taken, *, school_urn: str | None = None, school_la: str | None = None) -> None:
        """Raises `StepDoesNotFit`, `SchoolNotNamed`, `StepTooEarly`."""
        self._must_fit(taken, school_urn or self.school_urn)
        if school_urn is not None:
            self.school_urn, self.school_la = school_urn, school_la
        self.steps.append(taken)

    def may_take(self, taken: Taken) -> bool:
        """Whether this step fits where it stands, at the school that it has."""
        try:
            self._must_fit(taken, self.school_urn)
        except (StepDoesNotFit, SchoolNotNamed, StepTooEarly):
            return False
        return True

    def _must_fit(self, taken: Taken, school_urn: str | None) -> None:
        allowed = FIRST if self.stands is None else AFTER[self.stands]
        if taken.step not in allowed:
            after = ", ".join(sorted(allowed)) or "nothing"
            raise StepDoesNotFit(f"after {self.stands or 'nothing'} comes {after}")
        if self.steps and taken.on < self.steps[-1].on and taken.step is not Step.STARTED:
            raise StepTooEarly("a step lies on the day of the one before it, or later")
        if taken.step in AT_A_SCHOOL and school_urn is None:
            raise SchoolNotNamed(f"{taken.step} names a school")
