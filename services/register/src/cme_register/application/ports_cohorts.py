"""What the use cases need to follow expected starters."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from cme_register.domain.cohort import Came, Cohort, Starter


@dataclass(frozen=True, slots=True)
class Reported:
    """What is known of one child of a cohort, since when, and who said so."""

    child_id: UUID
    came: Came
    on_roll: bool | None
    at: datetime | None
    """None: nobody has said anything yet."""
    by: UUID | None
    """None: the school's own return."""
    office: str | None


class Cohorts(Protocol):
    """Expected starters. Lock the children first."""

    async def add(self, starters: Sequence[Starter], at: datetime) -> None:
        """Keep those who are not known yet as such."""

    async def of_cohort(self, cohort: Cohort) -> list[Starter]:
        """All of them."""

    async def reported(self, cohort: Cohort) -> list[Reported]:
        """What is known of each of them, in the order of their children."""

    async def of_children(self, child_ids: Collection[UUID]) -> list[Starter]:
        """As whom these children are expected, or were."""

    async def save(self, starters: Sequence[Starter], by: UUID | None, at: datetime) -> None:
        """Write down whether they came; `by` is None where a school's return says so."""
