"""Records of children, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from cme_bus.database import Connection
from cme_register.adapters.locks import hold_joins_off, join_alone
from cme_register.adapters.rows import details_as_json, details_from_json
from cme_register.application.ports import Child


class PgChildren:
    """See `application.ports.Children`."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def lock(self, record_ids: Collection[UUID]) -> Mapping[UUID, Child]:
        if not record_ids:
            return {}
        await hold_joins_off(self._conn)
        rows = await self._conn.fetch(LOCK, list(record_ids))
        children = {row["id"]: Child(row["id"], details_from_json(row["details"])) for row in rows}
        return {row["record_id"]: children[row["id"]] for row in rows}

    async def lock_two(self, one: UUID, other: UUID) -> set[UUID]:
        await join_alone(self._conn)
        rows = await self._conn.fetch(
            "SELECT id FROM child WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE", [one, other]
        )
        return {row["id"] for row in rows}

    async def add(self, children: Sequence[Child], at: datetime) -> None:
        await self._conn.executemany(
            "INSERT INTO child (id, shown_as, details, made_at) VALUES ($1, $1, $2, $3)",
            [(child.id, details_as_json(child.details), at) for child in children],
        )

    async def shown_as(self, record_id: UUID) -> UUID | None:
        owner: UUID | None = await self._conn.fetchval("SELECT shown_as FROM child WHERE id = $1", record_id)
        return owner

    async def absorbed_by(self, child_id: UUID) -> set[UUID]:
        rows = await self._conn.fetch("SELECT id FROM child WHERE shown_as = $1 AND joined_into IS NOT NULL", child_id)
        return {row["id"] for row in rows}

    async def join(self, absorbed: UUID, into: UUID, at: datetime, by: UUID) -> None:
        await self._conn.execute("UPDATE child SET joined_into = $2, shown_as = $2 WHERE id = $1", absorbed, into)
        await self._conn.execute(
            "UPDATE child SET shown_as = $2 WHERE shown_as = $1 AND joined_into IS NOT NULL", absorbed, into
        )
        await self._conn.execute("UPDATE case_file SET child_id = $2 WHERE child_id = $1", absorbed, into)
        await self._conn.execute(
            "INSERT INTO join_journal (child_id, absorbed_id, joined_at, joined_by) VALUES ($1, $2, $3, $4)",
            into, absorbed, at, by,
        )  # fmt: skip

    async def separate(self, restored: UUID, at: datetime, by: UUID) -> set[UUID]:
        await self._conn.execute(
            "UPDATE join_journal SET separated_at = $2, separated_by = $3 WHERE absorbed_id = $1 AND separated_at IS NULL",
            restored, at, by,
        )  # fmt: skip
        rows = await self._conn.fetch(SEPARATE, restored)
        records = [row["id"] for row in rows]
        await self._conn.execute("UPDATE case_file SET child_id = $1 WHERE record_id = ANY($2)", restored, records)
        return set(records)


# NO KEY: who writes down something of a child need not wait, only who speaks of them
LOCK = """
SELECT record.id AS record_id, child.id, child.details
FROM child AS record JOIN child ON child.id = record.shown_as
WHERE record.id = ANY($1) ORDER BY child.id FOR NO KEY UPDATE OF child"""

SEPARATE = """
WITH RECURSIVE restored AS (
    SELECT id FROM child WHERE id = $1
    UNION ALL
    SELECT child.id FROM child JOIN restored ON child.joined_into = restored.id
)
UPDATE child SET shown_as = $1, joined_into = CASE WHEN id = $1 THEN NULL ELSE joined_into END
WHERE id IN (SELECT id FROM restored)
RETURNING id"""

RECORDS = "SELECT $1::uuid UNION ALL SELECT id FROM child WHERE shown_as = $1 AND joined_into IS NOT NULL"
"""The record of child $1, and those that it has absorbed."""
