"""Links that were asked for by people without an account. Their addresses are sealed, and soon forgotten."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import asyncpg

from cme_bus.database import Connection
from cme_bus.sealing import Keyring
from cme_contracts.codes_intake import LinkPurpose
from cme_referrals.application.contact_links import Asked

ALONE = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"
ADD = """
INSERT INTO contact_link (id, purpose, sender, kid, address)
SELECT $1, $2, $3, $4, $5
WHERE (SELECT count(*) FROM contact_link WHERE sender = $3 AND asked_at > now() - interval '1 hour') < $6
  AND NOT EXISTS (
    SELECT FROM contact_link WHERE sender = $3 AND purpose = $2 AND asked_at > now() - interval '1 minute')
RETURNING true"""
FIND = "SELECT kid, address FROM contact_link WHERE id = $1 AND purpose = $2"
FORGET = "DELETE FROM contact_link WHERE asked_at < now() - $1::interval"


class PostgresContactLinks:
    """Implements the port `ContactLinks`."""

    def __init__(self, conn: Connection, keyring: Keyring) -> None:
        self._conn, self._keyring = conn, keyring

    async def add(self, asked: Asked, sender: str, *, most_an_hour: int) -> bool:
        """See the port."""
        subject = str(asked.id)
        key = (await self._keyring.for_sealing([subject]))[subject]
        sealed = key.encrypt(asked.address.encode(), _bound_to(asked.id))
        await self._conn.execute(ALONE, sender)  # two clicks at once are one asking
        return bool(await self._conn.fetchval(ADD, asked.id, asked.purpose, sender, key.kid, sealed, most_an_hour))

    async def find(self, link_id: UUID, purpose: LinkPurpose) -> Asked | None:
        """See the port."""
        row = await self._conn.fetchrow(FIND, link_id, purpose)
        key = row and (await self._keyring.for_opening([row["kid"]])).get(row["kid"])
        if row is None or not key:
            return None
        return Asked(id=link_id, purpose=purpose, address=key.decrypt(row["address"], _bound_to(link_id)).decode())


async def forget_links(pool: asyncpg.Pool[asyncpg.Record], keep: timedelta) -> int:
    """Forget what was asked for `keep` ago: its link is over. Returns how many. Technical time."""
    gone: str = await pool.execute(FORGET, keep)
    return int(gone.removeprefix("DELETE "))


def _bound_to(link_id: UUID) -> bytes:
    return f"{link_id} contact_link".encode()
