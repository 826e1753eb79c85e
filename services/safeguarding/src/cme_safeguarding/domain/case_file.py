"""What this service keeps of a case of the register: enough to know what is true of the child by it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cme_safeguarding.domain.factors import DEADLINE_BREACHED, WHEREABOUTS_UNKNOWN

CME, MISSING = "cme", "missing"


@dataclass(slots=True)
class CaseFile:
    """One case, from facts that may come in any order: after two records are joined they travel on another key."""

    id: UUID
    opened_at: datetime | None = None
    kind: str | None = None
    category: str | None = None
    category_at: datetime | None = None
    """When the register last changed it; None while it is as the case was opened."""
    lead_officer_id: UUID | None = None
    lead_officer_at: datetime | None = None
    breached_at: datetime | None = None
    located_at: datetime | None = None
    closed_at: datetime | None = None
    """When it was closed last; it may be open again."""
    ended: int | None = None
    """Of that closing, how often the case had been reopened before it."""
    repeat: int = 0
    """How often it was reopened, as far as is known."""

    @property
    def open(self) -> bool:
        """Whether the register still works on it. A case that was heard of by its closing only is not."""
        return self.ended is None or self.ended < self.repeat

    @property
    def missing(self) -> bool:
        """Nobody knows where the child is, as far as this case says (policy 3, "CME - missing")."""
        if (self.kind, self.category) != (CME, MISSING) or not self.open:
            return False
        return self.located_at is None or (self.category_at is not None and self.located_at < self.category_at)

    @property
    def factors(self) -> frozenset[str]:
        """The factors that are true by the case itself, while it is open; nobody has to tick them."""
        found = {WHEREABOUTS_UNKNOWN} if self.missing else set()
        return frozenset(found | ({DEADLINE_BREACHED} if self.breached_at and self.open else set()))

    def begin(self, kind: str, category: str | None, at: datetime) -> None:
        """The case was opened so. A change of category that was heard of before stands."""
        self.opened_at = at
        if self.category_at is None:
            self.kind, self.category = kind, category

    def categorise(self, kind: str, category: str | None, at: datetime) -> bool:
        """The case is of this kind and category since `at`. Returns whether it has become "missing" by it.

        What the register said earlier and is heard later changes nothing.
        """
        if self.category_at is not None and at < self.category_at:
            return False
        before = self.missing
        self.kind, self.category, self.category_at = kind, category, at
        return self.missing and not before

    def close(self, repeat: int, at: datetime) -> None:
        """It was closed, having been reopened so often before. An earlier closing that is heard later changes nothing."""
        if self.ended is None or repeat >= self.ended:
            self.closed_at, self.ended = at, repeat

    def reopen(self, repeat: int, at: datetime) -> None:
        """It is open again, for this time: what was found or missed before then is not true of it any more."""
        self.repeat = max(self.repeat, repeat)
        if self.located_at is not None and self.located_at < at:
            self.located_at = None
        if self.breached_at is not None and self.breached_at < at:
            self.breached_at = None

    def assign(self, officer_id: UUID, at: datetime) -> None:
        """The case is this officer's since `at`, unless a later assignment has been heard of."""
        if self.lead_officer_at is None or at >= self.lead_officer_at:
            self.lead_officer_id, self.lead_officer_at = officer_id, at


def last_closing(cases: Iterable[CaseFile]) -> datetime | None:
    """When the child's last matter ended: what was said until then has had its answer. None: no case is closed."""
    return max((case.closed_at for case in cases if case.closed_at is not None), default=None)
