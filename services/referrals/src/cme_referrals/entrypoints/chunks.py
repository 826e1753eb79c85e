"""Some rows of a batch, as they came, and how they are taken: here, or in another process, by the same function."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from cme_referrals.adapters.records import Record
from cme_referrals.application.batches import Counts, take_rows
from cme_referrals.application.telling import Sender
from cme_referrals.entrypoints.ctf.sheet import CtfSheet
from cme_referrals.entrypoints.desk import Desk
from cme_referrals.entrypoints.rows import RowReader
from cme_referrals.entrypoints.sheets import Layout, Row
from cme_web.tokens import Caller

BREATH = 5
"""Rows that are read at a stretch; then other requests of this process have their turn, and the rows before are written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Some rows of one batch: taken together or not at all, and independent of all others but for what is the same."""

    batch_id: UUID
    caller: Caller
    sender: Sender
    at: datetime
    """When they came."""
    layout: Layout | CtfSheet
    rows: Sequence[Record | Row]

    @property
    def numbers(self) -> tuple[int, int]:
        """Of the first row and the last."""
        return self.rows[0].number, self.rows[-1].number


class Turn(Protocol):
    """Of rows that are the same it is the first in the file that is taken: chunks are read abreast, and claimed in order."""

    async def come(self) -> None:
        """Wait until what stands before has been claimed."""

    def over(self) -> None:
        """This has been claimed, or will not be. To say it twice is to say it once."""


class InOrder:
    """A turn after another, in one process."""

    def __init__(self, before: asyncio.Event | None = None) -> None:
        self._before, self.is_over = before, asyncio.Event()

    async def come(self) -> None:
        """See `Turn`."""
        if self._before is not None:
            await self._before.wait()

    def over(self) -> None:
        """See `Turn`."""
        self.is_over.set()

    def then(self) -> InOrder:
        """The turn behind this one."""
        return InOrder(self.is_over)


@dataclass(frozen=True, slots=True)
class _At:
    """Business time that stands at a chunk's."""

    at: datetime

    def now(self) -> datetime:
        return self.at


async def take_chunk(desk: Desk, chunk: Chunk, turn: Turn, *, breath: int = BREATH, again: bool = False) -> Counts:
    """Read rows and take them in one transaction. Returns once that is committed.

    `again`: somebody has begun to, and it is not known whether it was committed. Whatever it raises, the turn is over.
    """
    try:
        reader = RowReader(replace(desk, clock=_At(chunk.at)), chunk.caller, chunk.sender)
        rows = []
        for number, row in enumerate(chunk.rows, 1):
            rows.append(reader.read(row, chunk.layout))
            if breath and number % breath == 0:
                await asyncio.sleep(0)
        await turn.come()
        async with desk.db.transaction() as tx:
            if again and any(found := await tx.batches.counted(chunk.batch_id, *chunk.numbers)):
                return Counts(*found)
            return await take_rows(tx, chunk.batch_id, rows, turn.over)
    finally:
        turn.over()
