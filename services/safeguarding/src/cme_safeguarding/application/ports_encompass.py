"""What is kept of Operation Encompass's notices. `adapters/encompass.py` keeps these promises on PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from cme_contracts.encompass import EncompassNotice


@dataclass(frozen=True, slots=True)
class KeptNotice:
    """That somebody told of an incident, as Operation Encompass has it."""

    submission_id: UUID
    source: str
    recipient: str
    """Who was to be told: the setting, or the council's officer."""
    on_time: bool | None
    """Before the next school day began. None: no calendar said."""
    received_at: datetime
    notice: EncompassNotice | None
    """The child and the incident; None where the key has been forgotten."""


class EncompassNotices(Protocol):
    """Notices, restricted to safeguarding."""

    async def keep(self, notice: KeptNotice, chain: UUID) -> None:
        """Keep one, its notice sealed."""

    async def of(self, subjects: Collection[UUID]) -> Sequence[KeptNotice]:
        """Those about these, the oldest first."""
