"""What counting clocks again needs of the outside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID


class Recounting(Protocol):
    """Which clocks are to be counted again, because a calendar is another one now. One transaction at a time looks."""

    async def alone(self) -> bool:
        """Whether nobody else is counting; it stays so until this transaction ends."""

    async def is_latest(self, version: str) -> bool:
        """Whether this edition of the working days is the one that came into use last. One that is new comes into use now."""

    async def use(self, version: str) -> None:
        """This edition is in use from now on, whichever came after it."""

    async def otherwise_counted(self, version: str, after: UUID, limit: int) -> Sequence[UUID]:
        """Clocks that run, not breached, counted by another edition of the working days; in the order of their ids."""

    async def ask(self, whose: str) -> None:
        """The school days of an authority or a school have changed."""

    async def asked(self) -> Sequence[str]:
        """Whose days are to be looked at."""

    async def of_school(self, whose: str, after: UUID, limit: int) -> Sequence[UUID]:
        """Clocks that run, not breached, by the days of this authority or school."""

    async def done(self, whose: str) -> None:
        """Their clocks were counted again. Asked for within the last minute, they are looked at once more.

        Whoever has read the year before it changed may not have written yet.
        """
