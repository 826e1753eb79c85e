"""Operation Encompass notices, sealed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from cme_bus.database import Connection
from cme_bus.sealing import Keyring
from cme_contracts.encompass import EncompassNotice
from cme_safeguarding.application.ports_encompass import KeptNotice


class PostgresEncompass:
    """Sealed under the chain's key, as everything is that says who a child is."""

    def __init__(self, conn: Connection, keyring: Keyring) -> None:
        self._conn, self._keyring = conn, keyring

    async def keep(self, kept: KeptNotice, chain: UUID) -> None:
        assert kept.notice is not None
        subject = str(chain)
        key = (await self._keyring.for_sealing({subject}))[subject]
        sealed = key.encrypt(kept.notice.model_dump_json().encode(), _bound_to(kept.submission_id))
        await self._conn.execute(
            "INSERT INTO encompass_notice (submission_id, chain, source, recipient, on_time, kid, sealed, received_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
            kept.submission_id,
            chain,
            kept.source,
            kept.recipient,
            kept.on_time,
            key.kid,
            sealed,
            kept.received_at,
        )

    async def of(self, subjects: Collection[UUID]) -> Sequence[KeptNotice]:
        rows = await self._conn.fetch(
            "SELECT submission_id, source, recipient, on_time, kid, sealed, received_at FROM encompass_notice"
            " WHERE chain = ANY($1::uuid[]) ORDER BY received_at, submission_id",
            list(subjects),
        )
        keys = await self._keyring.for_opening({row["kid"] for row in rows})
        found = []
        for row in rows:
            key, id_ = keys.get(row["kid"]), row["submission_id"]
            notice = EncompassNotice.model_validate_json(key.decrypt(row["sealed"], _bound_to(id_))) if key else None
            found.append(KeptNotice(id_, row["source"], row["recipient"], row["on_time"], row["received_at"], notice))
        return found


def _bound_to(submission_id: UUID) -> bytes:
    return f"encompass_notice {submission_id}".encode()
