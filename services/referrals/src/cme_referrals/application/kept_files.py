"""Uploads that are kept whole until all of them is understood (transfer files, whose public field lists are incomplete)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from cme_referrals.application.ports import Schools
from cme_referrals.application.telling import Sender
from cme_referrals.domain.errors import NotYourSchoolError


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """An upload, and as whom and as what it is to be read again."""

    sender: Sender
    roles: frozenset[str]
    """Of its sender's token."""
    charset: str | None
    """As the sender said; None: it says so itself."""
    name: str | None
    """The file's own, where it is written by the rule: codes only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingFile:
    """A kept file, as whoever minds the maps sees it in a list."""

    batch_id: UUID
    urn: str | None
    received_at: datetime
    state: str
    refused: int
    wrong: str | None


class KeptFiles(Protocol):
    """Uploads as they came, packed or not, sealed piece by piece; forgotten with their batch."""

    async def open(self, batch_id: UUID, file: KeptFile) -> None:
        """Begin to keep one."""

    async def add(self, batch_id: UUID, number: int, piece: bytes) -> None:
        """Keep a piece of it; they are numbered from 0."""

    async def drop(self, batch_id: UUID) -> None:
        """It is not needed any more."""

    async def find(self, batch_id: UUID) -> KeptFile | None:
        """What is kept of a batch."""

    async def waiting(self) -> Sequence[WaitingFile]:
        """All that are kept, the latest first; a few hundred at most."""

    async def piece(self, batch_id: UUID, number: int) -> bytes | None:
        """A piece; None behind the last, or when its key was forgotten."""


async def refuse_another_schools_file(schools: Schools, sender: Sender, source: Mapping[str, str]) -> None:
    """A school acts for itself: what another one exported would be its own returns.

    `source`: la, number, urn of the school in the file, as far as it says. Raises `NotYourSchoolError`. Where the list
    of schools does not know the sender, nothing can be said.
    """
    if sender.urn is None:
        return
    if urn := source.get("urn"):
        if urn != sender.urn:
            raise NotYourSchoolError("the file names another school")
        return
    school = await schools.find(sender.urn) if source.get("number") else None
    if school and (school.la_code, school.establishment_number) != (source.get("la"), source.get("number")):
        raise NotYourSchoolError("the file names another school")
