"""What the use cases need of what keeps requests to bodies."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol
from uuid import UUID

from cme_safeguarding.domain.requests import Request, Step


class Requests(Protocol):
    """What was asked of which body, and what became of it."""

    async def add(self, request: Request) -> None:
        """Write a new one down."""

    async def take(self, request: Request, step: Step) -> None:
        """Write down what happened to it, its words sealed."""

    async def get(self, request_id: UUID) -> Request:
        """Raises UnknownRequest."""

    async def of(self, subjects: Collection[UUID]) -> Sequence[Request]:
        """Those about these, the oldest first."""
