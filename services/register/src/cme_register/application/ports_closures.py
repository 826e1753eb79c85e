"""What the use cases need to know of how closures are proposed and agreed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Protocol
from uuid import UUID

from cme_register.domain.closure import Closure, Done
from cme_register.domain.codes import ClosureRefusal, SignOff


class Closures(Protocol):
    """Closures and what was considered before them. Lock the case first."""

    async def proposed(self, case_id: UUID) -> Closure | None:
        """The closure that waits to be agreed."""

    async def add(self, closure: Closure) -> None:
        """Keep a proposal."""

    async def sign(self, closure_id: UUID, sign_off: SignOff, *, by: UUID, at: datetime) -> None:
        """Somebody has agreed to it."""

    async def agree(self, closure_id: UUID, *, by: UUID, at: datetime) -> None:
        """Everybody has: the case ends so."""

    async def refuse(
        self, closure_id: UUID, reason: ClosureRefusal, *, note: str | None = None, by: UUID | None, at: datetime
    ) -> None:
        """It comes to nothing."""

    async def note_reopened(self, case_id: UUID, note: str | None, *, by: UUID, at: datetime) -> None:
        """Why a person has opened the case again."""

    async def done(self, case_id: UUID) -> Done:
        """What has been done, of a case and those that wait behind it."""

    async def sibling_record(self, case_id: UUID, child_id: UUID) -> UUID | None:
        """The record of a brother or sister of the case's child. None: they are not known to be one."""

    async def consider_sibling(
        self, case_id: UUID, record_id: UUID, reason: str, *, id_: UUID, by: UUID, at: datetime
    ) -> None:
        """An officer has thought of a brother or sister."""

    async def consider_safeguarding(self, case_id: UUID, reason: str, *, id_: UUID, by: UUID, at: datetime) -> None:
        """An officer has considered it."""

    async def hear_considered(self, subjects: Collection[tuple[UUID, datetime]]) -> None:
        """Safeguarding says that it has, of cases, chains or children."""
