"""What the use cases need to follow school places."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Protocol
from uuid import UUID

from cme_register.domain.placement import Placement, Taken


class Placements(Protocol):
    """Places that are sought, step by step. Lock the child first."""

    async def record_of(self, placement_id: UUID) -> UUID | None:
        """The record with which a placement stands. None where there is no such placement."""

    async def find(self, placement_id: UUID) -> Placement | None:
        """One of them, with its steps in the order in which they were taken."""

    async def of_children(self, child_ids: Collection[UUID]) -> list[Placement]:
        """All that are sought, or were, for these children."""

    async def put(self, placement: Placement, at: datetime) -> None:
        """Make it, or write down at which school it is now."""

    async def add_step(self, placement_id: UUID, taken: Taken) -> None:
        """Keep its next step."""
