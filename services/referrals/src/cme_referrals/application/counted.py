"""How punctual schools are: counts of their returns in a stretch of days (policy 5.2, 8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from cme_referrals.domain.completeness import Kind
from cme_referrals.domain.returns import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One kind of return of one school. Every chain is in exactly one of the counts that are not of lateness."""

    school_urn: str
    kind: Kind
    on_time: int
    late: int
    not_yet_known: int
    """Not said, or no calendar reaches so far."""
    not_needed: int
    withdrawn: int
    """Taken back by the school: in no other count."""
    median_late_by: float | None
    """Of those that are late and of which it is known by how much. None: there is none."""
    longest_late_by: int | None
    unit: Unit
    """Which days lateness counts."""


class Counts(Protocol):
    """Counts of what was received from one day to another, both included."""

    async def of_school(self, urn: str, *, first: date, last: date) -> Sequence[Counted]:
        """Of one school, by kind."""

    async def of_schools(
        self, *, first: date, last: date, after: str | None, limit: int
    ) -> Sequence[Sequence[Counted]]:
        """School by school, in the order of their URNs, those after one; only schools that sent something."""
