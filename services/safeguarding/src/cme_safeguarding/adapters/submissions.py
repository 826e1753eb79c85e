"""Chains of submissions, who was reported, and who said which factor."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from cme_bus.database import Connection
from cme_bus.sealing import Keyring
from cme_contracts.people import Child


class PostgresSubmissions:
    """The reported child is sealed here as it was on the wire: who forgets the key forgets the child here too."""

    def __init__(self, conn: Connection, keyring: Keyring) -> None:
        self._conn, self._keyring = conn, keyring

    async def note(self, submission_id: UUID, chain: UUID, matched_at: datetime | None = None) -> None:
        await self._conn.execute(
            "INSERT INTO submission AS s (id, chain, matched_at) VALUES ($1, $2, $3)"
            " ON CONFLICT (id) DO UPDATE SET chain = excluded.chain,"
            " matched_at = coalesce(excluded.matched_at, s.matched_at)",
            submission_id,
            chain,
            matched_at,
        )

    async def chain(self, submission_id: UUID) -> UUID:
        chain: UUID | None = await self._conn.fetchval("SELECT chain FROM submission WHERE id = $1", submission_id)
        return chain or submission_id

    async def matched_at(self, submission_id: UUID) -> datetime | None:
        at: datetime | None = await self._conn.fetchval(
            "SELECT matched_at FROM submission WHERE id = $1", submission_id
        )
        return at

    async def keep_child(self, submission_id: UUID, chain: UUID, child: Child, at: datetime) -> None:
        subject = str(chain)
        key = (await self._keyring.for_sealing({subject}))[subject]
        sealed = key.encrypt(child.model_dump_json().encode(), _bound_to(submission_id))
        await self._conn.execute(
            "INSERT INTO reported_child (submission_id, chain, kid, sealed, received_at) VALUES ($1, $2, $3, $4, $5)"
            " ON CONFLICT DO NOTHING",
            submission_id,
            chain,
            key.kid,
            sealed,
            at,
        )

    async def reported_children(self, subjects: Collection[UUID]) -> Sequence[tuple[UUID, datetime, Child | None]]:
        rows = await self._conn.fetch(
            "SELECT submission_id, kid, sealed, received_at FROM reported_child WHERE chain = ANY($1::uuid[])"
            " ORDER BY received_at, submission_id",
            list(subjects),
        )
        keys = await self._keyring.for_opening({row["kid"] for row in rows})
        children: list[tuple[UUID, datetime, Child | None]] = []
        for row in rows:
            key, id_ = keys.get(row["kid"]), row["submission_id"]
            child = Child.model_validate_json(key.decrypt(row["sealed"], _bound_to(id_))) if key else None
            children.append((id_, row["received_at"], child))
        return children


def _bound_to(submission_id: UUID) -> bytes:
    return f"reported_child {submission_id}".encode()


class PostgresFactors:
    """Each source says a factor once; what it says again is not news."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def say(self, source_id: UUID, subject: UUID, factors: Collection[str], at: datetime) -> frozenset[str]:
        rows = await self._conn.fetch(
            "INSERT INTO factor_said (source_id, factor, subject, said_at) SELECT $1, factor, $3, $4"
            " FROM unnest($2::text[]) AS factor ORDER BY factor ON CONFLICT DO NOTHING RETURNING factor",
            source_id,
            sorted(factors),
            subject,
            at,
        )
        return frozenset(row["factor"] for row in rows)

    async def said(
        self, subjects: Collection[UUID], *, but_not_by: UUID | None = None, since: datetime | None = None
    ) -> frozenset[str]:
        rows = await self._conn.fetch(
            "SELECT DISTINCT factor FROM factor_said WHERE subject = ANY($1::uuid[]) AND source_id IS DISTINCT FROM $2"
            " AND ended_at IS NULL"
            " AND ($3::timestamptz IS NULL OR said_at > $3)",
            list(subjects),
            but_not_by,
            since,
        )
        return frozenset(row["factor"] for row in rows)
