"""What a sheet calls by its own words, in PostgreSQL."""

from __future__ import annotations

from uuid import UUID

from cme_bus.database import Connection


class PgImporting:
    """See `application.ports_importing.Importing`."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def lead_officer(self, named: str) -> UUID | None:
        found = [row["id"] for row in await self._conn.fetch(NAMED, named)]
        return found[0] if len(found) == 1 else None


NAMED = """
SELECT id FROM officer
WHERE active AND role = 'lead_officer' AND lower($1) IN (lower(email), lower(name), id::text) LIMIT 2"""
