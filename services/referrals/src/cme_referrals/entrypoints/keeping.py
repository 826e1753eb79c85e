"""An upload put aside while it is read, sealed piece by piece: what does not fit is kept whole."""

from __future__ import annotations

from uuid import UUID

from cme_bus.database import Database
from cme_referrals.adapters.postgres import ReferralsTx
from cme_referrals.application.kept_files import KeptFile

TOGETHER = 512 * 1024
"""Bytes of a piece."""
MOST = 1024**3
"""Bytes of an upload. A longer one is read all the same, and not kept."""


class Keeper:
    """Keeps one upload, as it comes."""

    def __init__(self, db: Database[ReferralsTx], batch_id: UUID, file: KeptFile, *, most: int = MOST) -> None:
        self._db, self._batch_id, self._file, self._most = db, batch_id, file, most
        self._waiting = bytearray()
        self._bytes = self._written = 0

    async def add(self, piece: bytes, *, known: bool) -> bool:
        """Keep a piece; nothing is written before it is `known` that such a file is kept. False: it is given up."""
        self._bytes += len(piece)
        self._waiting += piece
        if self._bytes > self._most or (not known and len(self._waiting) > 2 * TOGETHER):
            await self._give_up()
            return False
        if known and len(self._waiting) >= TOGETHER:
            await self.write()
        return True

    async def write(self) -> None:
        """Write what is waiting."""
        if not self._waiting:
            return
        async with self._db.transaction() as tx:
            if not self._written:
                await tx.kept.open(self._batch_id, self._file)
            for at in range(0, len(self._waiting), TOGETHER):
                await tx.kept.add(self._batch_id, self._written, bytes(self._waiting[at : at + TOGETHER]))
                self._written += 1
        self._waiting.clear()

    async def _give_up(self) -> None:
        self._waiting.clear()
        if self._written:
            async with self._db.transaction() as tx:
                await tx.kept.drop(self._batch_id)
