"""What is kept of what officers recorded, and of what other teams of the council were given."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from cme_register.domain.handover import Handover
from cme_register.domain.recorded import Consent, Order


class Recorded(Protocol):
    """What officers recorded that was decided elsewhere. Lock the child first."""

    async def put_order(self, child_id: UUID, order: Order, *, order_id: UUID, by: UUID, at: datetime) -> UUID | None:
        """Keep an order, or change the one of this number. Returns its id; None where the number is another child's."""

    async def add_consent(self, child_id: UUID, consent: Consent, *, consent_id: UUID, by: UUID, at: datetime) -> None:
        """Keep a decision."""

    async def of_records(self, record_ids: Collection[UUID]) -> tuple[UUID, ...]:
        """The ids of all that was recorded with these records, orders first."""


class Handovers(Protocol):
    """What was handed to other teams of the council. Lock the child first."""

    async def add(self, handovers: Sequence[Handover], at: datetime) -> set[UUID]:
        """Keep those whose chain has not gone to that team for that reason before; returns their ids."""

    async def of_chain(self, first_submission_id: UUID) -> Sequence[Handover]:
        """What of a chain was handed over, the first first."""
