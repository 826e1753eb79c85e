"""A request to a body: made, answered step by step, ended. What bodies there are and what each may answer is data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from cme_safeguarding.domain.errors import (
    FieldMissing,
    FieldUnknown,
    OutOfTime,
    ReferenceMissing,
    RequestEnded,
    StepTaken,
    UnknownBody,
    UnknownStep,
)

SOCIAL_CARE = "social_care"
MADE, TELEPHONED, ACKNOWLEDGED, TAKEN_BACK, DECLINED = "made", "telephoned", "acknowledged", "taken_back", "declined"
SIGNIFICANT_HARM = "significant_harm"
"""What starts the clock for the telephone; no step of its own."""


@dataclass(frozen=True, slots=True)
class StepRule:
    """What may happen to a request of a body."""

    code: str
    asks: frozenset[str] = frozenset()
    """What may be written down with it,"""
    needs: frozenset[str] = frozenset()
    """and what must."""
    reference: bool = False
    """The body's own reference must be given."""
    closes: bool = False

    def check(self, form: Mapping[str, str], reference: str | None) -> None:
        """Raises FieldUnknown, FieldMissing, ReferenceMissing."""
        if set(form) - self.asks - self.needs:
            raise FieldUnknown
        if self.needs - set(form):
            raise FieldMissing
        if self.reference and reference is None:
            raise ReferenceMissing


@dataclass(frozen=True, slots=True)
class Body:
    """One row of the table."""

    code: str
    steps: Mapping[str, StepRule]
    """With `made`, by which it begins."""
    source: str
    valid_from: date
    by_escalation: bool = False
    follows: bool = False
    """It is about an earlier request."""

    def step(self, code: str) -> StepRule:
        """Raises UnknownStep."""
        if code not in self.steps:
            raise UnknownStep
        return self.steps[code]


class BodyTable:
    """Every row, past and coming ones included. Raises ValueError where a body is given twice from one day."""

    def __init__(self, bodies: Iterable[Body]) -> None:
        self._rows = sorted(bodies, key=lambda row: row.valid_from)
        named = [(row.code, row.valid_from) for row in self._rows]
        if len(set(named)) < len(named):
            raise ValueError("a body stands in the table twice from one day")

    def in_force(self, on: date) -> list[Body]:
        """The bodies there are on a day."""
        return list({row.code: row for row in self._rows if row.valid_from <= on}.values())

    def body(self, code: str, on: date) -> Body:
        """Raises UnknownBody."""
        for row in self.in_force(on):
            if row.code == code:
                return row
        raise UnknownBody


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened to a request."""

    id: UUID
    step: str
    happened_at: datetime
    recorded_at: datetime
    by: UUID | None = None
    """The officer who recorded it; None: a rule, or the body's own system."""
    reference: str | None = None
    form: Mapping[str, str] | None = field(default_factory=dict)
    """What was written down with it; None where the key has been forgotten."""


@dataclass(slots=True, kw_only=True)
class Request:
    """One thing asked of one body. Known by one id, however often it is carried."""

    id: UUID
    body: str
    subject: UUID
    case_id: UUID | None
    made_at: datetime
    follows: UUID | None = None
    """The request it raises again, or disagrees with."""
    ended_at: datetime | None = None
    steps: list[Step] = field(default_factory=list)

    @property
    def declined(self) -> bool:
        """The body said no."""
        return any(step.step == DECLINED for step in self.steps)

    @property
    def stands(self) -> str:
        """Its latest step, as it happened; of one instant the last recorded."""
        return max(reversed(self.steps), key=lambda step: step.happened_at).step if self.steps else MADE

    def take(self, rule: StepRule, step: Step) -> None:
        """It happened. Raises RequestEnded, StepTaken, OutOfTime, and what `StepRule.check` does."""
        if self.ended_at is not None:
            raise RequestEnded
        if any(one.step == step.step for one in self.steps):
            raise StepTaken
        if step.happened_at > step.recorded_at or (step.step != TELEPHONED and step.happened_at < self.made_at):
            raise OutOfTime
        rule.check(step.form or {}, step.reference)
        self.steps.append(step)
        if rule.closes:
            self.ended_at = step.happened_at
