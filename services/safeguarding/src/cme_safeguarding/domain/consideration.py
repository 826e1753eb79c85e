"""One screening of what is known of a child, and what a person decided about it: both are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from cme_safeguarding.domain.errors import AlreadyDecided
from cme_safeguarding.domain.screening import AT_ONCE, CONSIDER


class Decision(StrEnum):
    """What a person may decide about a consideration."""

    NO_FURTHER_ACTION = "no_further_action"
    ESCALATE = "escalate"


@dataclass(slots=True)
class Consideration:
    """A case, or a new fact about one, before safeguarding (policy 5.1, 9)."""

    id: UUID
    subject: UUID
    """The case or the submission chain the prompting fact was about."""
    prompted_by: str
    factors: frozenset[str]
    """Every factor known then."""
    recommendation: str
    considered_at: datetime
    case_id: UUID | None = None
    """The case it was shown with, where there was one."""
    decision: Decision | None = None
    reasons: tuple[str, ...] = ()
    decided_by: UUID | None = None
    decided_at: datetime | None = None

    @property
    def urgency(self) -> int:
        """Its place in the queue by what was recommended: 0 at once, 1 consider, 2 no concern seen."""
        return {AT_ONCE: 0, CONSIDER: 1}.get(self.recommendation, 2)

    def decide(self, decision: Decision, reasons: tuple[str, ...], by: UUID, at: datetime) -> None:
        """A person decides, whatever was recommended. Raises AlreadyDecided."""
        if self.decision is not None:
            raise AlreadyDecided
        self.decision, self.reasons, self.decided_by, self.decided_at = decision, reasons, by, at
