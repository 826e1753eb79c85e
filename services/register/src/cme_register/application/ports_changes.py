"""Who has changed what of a case since somebody looked: two people at one case lose nothing (decision 0156)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Change:
    """One change of what people decide about a case."""

    version: int
    """The version it made."""
    fields: tuple[str, ...]
    changed_by: UUID | None
    """None: a rule."""
    office: str | None = None
    """As what they did it: their role."""


class Changes(Protocol):
    """Versions of cases. Lock the case first."""

    async def in_the_name_of(self, officer_id: UUID, office: str) -> None:
        """Whatever this transaction changes, this officer has, in this role."""

    async def version_of(self, case_id: UUID) -> int:
        """What it is now."""

    async def changes_since(self, case_id: UUID, version: int) -> list[Change]:
        """What has changed after this version, in order."""

    async def note_change(self, case_id: UUID, *parts: str) -> None:
        """What people decide beside the case's own row has changed: parts of these names, from now on another version."""
