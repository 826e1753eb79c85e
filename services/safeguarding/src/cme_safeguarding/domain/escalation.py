"""One referral of a child to children's social care: made, confirmed where a rule made it, answered or not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from cme_safeguarding.domain.errors import (
    AlreadyAcknowledged,
    ConsentReasonMissing,
    FactorsMissing,
    NothingToConfirm,
    NotSilent,
    TelephonedLater,
)

SIGNIFICANT_HARM_LEVEL = 4
"""Of the partnership's four threshold levels: specialist."""


class Consent(StrEnum):
    """Whether the family agreed. Not needed where significant harm is suspected, and then the reason is kept."""

    GIVEN = "given"
    REFUSED = "refused"
    NOT_SOUGHT = "not_sought"


@dataclass(frozen=True, slots=True)
class Terms:
    """How it is referred: what the partnership's form asks of whoever refers."""

    consent: Consent
    consent_reason: str | None = None
    threshold_level: int | None = None
    """1 universal to 4 specialist, as the partnership's threshold document has them."""
    telephoned_at: datetime | None = None
    """When social care was told by telephone, where harm could not wait for writing."""

    def check(self, now: datetime) -> None:
        """Raises ConsentReasonMissing or TelephonedLater."""
        if self.consent is not Consent.GIVEN and not self.consent_reason:
            raise ConsentReasonMissing
        if self.telephoned_at is not None and self.telephoned_at > now:
            raise TelephonedLater


@dataclass(slots=True, kw_only=True)
class Escalation:
    """A named person's decision, or the act of a rule that a named person then confirms or takes back."""

    id: UUID
    subject: UUID
    """The case or the submission chain it is about."""
    factors: frozenset[str]
    terms: Terms
    escalated_at: datetime
    answer_due_on: date
    answer_due_at: datetime
    case_id: UUID | None = None
    decided_by: UUID | None = None
    """None where a rule acted."""
    rule: str | None = None
    consideration_id: UUID | None = None
    """The screening by which a rule acted."""
    confirmed: bool | None = None
    confirmed_by: UUID | None = None
    confirmed_at: datetime | None = None
    acknowledged_at: datetime | None = None
    their_reference: str | None = None
    times_silent: int = 0
    matter_ended_at: datetime | None = None
    """When the case it belonged to was closed."""

    def __post_init__(self) -> None:
        if not self.factors:
            raise FactorsMissing

    @property
    def awaiting_confirmation(self) -> bool:
        """A rule acted, and no person has said yet whether rightly."""
        return self.rule is not None and self.confirmed is None

    @property
    def suspects_significant_harm(self) -> bool:
        """A rule could not wait, or a person names the highest level: it is told by telephone first."""
        return self.rule is not None or self.terms.threshold_level == SIGNIFICANT_HARM_LEVEL

    @property
    def withdrawn(self) -> bool:
        """A person disagreed with the rule."""
        return self.confirmed is False

    @property
    def awaiting_answer(self) -> bool:
        """Social care has not said that it has it."""
        return self.acknowledged_at is None and not self.withdrawn

    @property
    def open(self) -> bool:
        """While open, the same factors of the same child are not referred again."""
        return not self.withdrawn and (self.acknowledged_at is None or self.matter_ended_at is None)

    @property
    def on_time(self) -> bool:
        """Answered within the working day it was due."""
        return self.acknowledged_at is not None and self.acknowledged_at < self.answer_due_at

    @property
    def state(self) -> str:
        """One word for people: `withdrawn`, `acknowledged`, `silent` or `awaiting_answer`."""
        if self.withdrawn:
            return "withdrawn"
        if self.acknowledged_at is not None:
            return "acknowledged"
        return "silent" if self.times_silent else "awaiting_answer"

    def confirm(self, confirmed: bool, by: UUID, at: datetime) -> None:
        """A named person says whether the rule was right. Raises NothingToConfirm."""
        if not self.awaiting_confirmation:
            raise NothingToConfirm
        self.confirmed, self.confirmed_by, self.confirmed_at = confirmed, by, at

    def acknowledge(self, their_reference: str, at: datetime) -> bool:
        """Social care has it. Returns False where it said exactly this before.

        Raises AlreadyAcknowledged for another reference. What was taken back may still be acknowledged: that they
        have it is a fact.
        """
        if self.acknowledged_at is not None:
            if self.their_reference != their_reference:
                raise AlreadyAcknowledged
            return False
        self.acknowledged_at, self.their_reference = at, their_reference
        return True

    def fall_silent(self) -> int:
        """The answer was due and has not come: raised again. Returns how often now. Raises NotSilent."""
        if not self.awaiting_answer:
            raise NotSilent
        self.times_silent += 1
        return self.times_silent


def covered(escalations: list[Escalation]) -> frozenset[str]:
    """The factors social care has in hand."""
    return frozenset().union(*(one.factors for one in escalations if one.open))
