"""Chronologies, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from cme_bus.database import Connection
from cme_register.application.ports import Entry


class PgChronology:
    """See `application.ports.Chronology`."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def add(self, entries: Sequence[Entry]) -> None:
        if entries:
            await self._conn.execute(
                ADD, [one.subject for one in entries], [one.at for one in entries], [one.what for one in entries],
                [one.detail for one in entries], [one.heard_in for one in entries],
            )  # fmt: skip

    async def heard(self, event_id: UUID) -> bool:
        return bool(await self._conn.fetchval("SELECT EXISTS (SELECT FROM chronology WHERE heard_in = $1)", event_id))


ADD = """
INSERT INTO chronology (subject, at, what, detail, heard_in)
SELECT subject, at, what, detail, heard_in
FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::jsonb[], $5::uuid[])
    WITH ORDINALITY AS line (subject, at, what, detail, heard_in, n)
ORDER BY n
ON CONFLICT (heard_in) WHERE heard_in IS NOT NULL DO NOTHING"""
