"""What the use cases need to know of who owns which cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from cme_register.domain.absence import Absence
from cme_register.domain.allocation import Held
from cme_register.domain.case import Case


class Owners(Protocol):
    """Loads, absences, and the cases of one owner."""

    async def loads(self) -> Mapping[UUID, Sequence[Held]]:
        """What every active Lead Officer has. None of them leaves before this transaction ends. Lock the children first."""

    async def away(self, day: date) -> Mapping[UUID, UUID | None]:
        """Who is away on a day, and who covers for them."""

    async def put(self, absence: Absence, *, absence_id: UUID, by: UUID | None, at: datetime) -> UUID | None:
        """Keep an absence, or change the one of this officer and first day. Returns its id; None where nothing changed."""

    async def lock_cases_of(self, officer_id: UUID | None, limit: int) -> list[Case]:
        """So many of an officer's open and waiting cases, their children locked; None: of those that are the team's."""

    async def are_left(self, officer_id: UUID | None) -> bool:
        """Whether there are more of them."""
