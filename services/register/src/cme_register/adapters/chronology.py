"""Chronologies, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence

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
                [one.detail for one in entries],
            )  # fmt: skip


ADD = """
INSERT INTO chronology (subject, at, what, detail)
SELECT subject, at, what, detail
FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::jsonb[]) WITH ORDINALITY AS line (subject, at, what, detail, n)
ORDER BY n"""
