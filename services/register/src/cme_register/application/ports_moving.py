"""What taking a submission out needs: whatever stands with a record because of it, given to another record."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Protocol
from uuid import UUID


class Moving(Protocol):
    """Between two records of which the first was taken for the second. Lock their children first."""

    async def chain(self, first_id: UUID, from_record: UUID, to_record: UUID, at: datetime) -> set[UUID]:
        """Move a chain and what follows from it; why it was the other's is forgotten.

        Joint enquiries that it alone has signed for the school go too; in any other its signature counts no more: returns those.
        """

    async def cases(self, case_ids: Collection[UUID], from_record: UUID, to_record: UUID) -> None:
        """Move cases with the work on them, and the places that were sought in them."""
