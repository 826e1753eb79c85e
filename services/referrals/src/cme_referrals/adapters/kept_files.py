"""Uploads that are kept whole, sealed under their batch, each piece bound to its place."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from cme_bus.database import Connection
from cme_bus.sealing import Keyring
from cme_referrals.application.kept_files import KeptFile, WaitingFile
from cme_referrals.application.telling import Sender

OPEN = "INSERT INTO kept_file (batch_id, urn, roles, charset, name) VALUES ($1, $2, $3, $4, $5)"
ADD = "INSERT INTO kept_piece (batch_id, number, kid, sealed) VALUES ($1, $2, $3, $4)"
DROP = "DELETE FROM kept_file WHERE batch_id = $1"
FIND = """
SELECT b.sender, k.urn, k.roles, k.charset, k.name
FROM kept_file AS k JOIN batch AS b ON b.id = k.batch_id WHERE k.batch_id = $1"""
WAITING = """
SELECT k.batch_id, k.urn, b.received_at, b.state, b.refused, b.wrong
FROM kept_file AS k JOIN batch AS b ON b.id = k.batch_id ORDER BY b.received_at DESC, b.id LIMIT 500"""
PIECE = "SELECT kid, sealed FROM kept_piece WHERE batch_id = $1 AND number = $2"


class PostgresKeptFiles:
    """Implements the port `KeptFiles`."""

    def __init__(self, conn: Connection, keyring: Keyring) -> None:
        self._conn, self._keyring = conn, keyring

    async def open(self, batch_id: UUID, file: KeptFile) -> None:
        """See the port."""
        await self._conn.execute(OPEN, batch_id, file.sender.urn, sorted(file.roles), file.charset, file.name)

    async def add(self, batch_id: UUID, number: int, piece: bytes) -> None:
        """See the port."""
        subject = str(batch_id)
        key = (await self._keyring.for_sealing([subject]))[subject]
        await self._conn.execute(ADD, batch_id, number, key.kid, key.encrypt(piece, _bound_to(batch_id, number)))

    async def drop(self, batch_id: UUID) -> None:
        """See the port."""
        await self._conn.execute(DROP, batch_id)

    async def find(self, batch_id: UUID) -> KeptFile | None:
        """See the port."""
        row = await self._conn.fetchrow(FIND, batch_id)
        if row is None:
            return None
        return KeptFile(
            sender=Sender(subject=row["sender"], urn=row["urn"]),
            roles=frozenset(row["roles"]),
            charset=row["charset"],
            name=row["name"],
        )

    async def waiting(self) -> Sequence[WaitingFile]:
        """See the port."""
        return [WaitingFile(**row) for row in await self._conn.fetch(WAITING)]

    async def piece(self, batch_id: UUID, number: int) -> bytes | None:
        """See the port."""
        row = await self._conn.fetchrow(PIECE, batch_id, number)
        key = (await self._keyring.for_opening({row["kid"]})).get(row["kid"]) if row else None
        return key.decrypt(row["sealed"], _bound_to(batch_id, number)) if row and key else None


def _bound_to(batch_id: UUID, number: int) -> bytes:
    return f"{batch_id} kept {number}".encode()
