"""Confidential addresses, sealed. Nothing here is searched by what they say."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from cme_bus.database import Connection
from cme_bus.sealing import Keyring
from cme_contracts.people import Confidential


class PostgresConfidential:
    """Sealed under the chain's key: who forgets the child forgets where they were hidden."""

    def __init__(self, conn: Connection, keyring: Keyring) -> None:
        self._conn, self._keyring = conn, keyring

    async def keep(self, submission_id: UUID, chain: UUID, given: Confidential, at: datetime) -> None:
        subject = str(chain)
        key = (await self._keyring.for_sealing({subject}))[subject]
        sealed = key.encrypt(given.model_dump_json().encode(), _bound_to(submission_id))
        await self._conn.execute(
            "INSERT INTO confidential_address (submission_id, chain, kid, sealed, received_at)"
            " VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
            submission_id,
            chain,
            key.kid,
            sealed,
            at,
        )

    async def of(self, subjects: Collection[UUID]) -> Sequence[tuple[UUID, datetime, Confidential | None]]:
        rows = await self._conn.fetch(
            "SELECT submission_id, kid, sealed, received_at FROM confidential_address WHERE chain = ANY($1::uuid[])"
            " ORDER BY received_at, submission_id",
            list(subjects),
        )
        keys = await self._keyring.for_opening({row["kid"] for row in rows})
        found: list[tuple[UUID, datetime, Confidential | None]] = []
        for row in rows:
            key, id_ = keys.get(row["kid"]), row["submission_id"]
            given = Confidential.model_validate_json(key.decrypt(row["sealed"], _bound_to(id_))) if key else None
            found.append((id_, row["received_at"], given))
        return found


def _bound_to(submission_id: UUID) -> bytes:
    return f"confidential_address {submission_id}".encode()
