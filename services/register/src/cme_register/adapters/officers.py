"""Officers, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from cme_bus.database import Connection
from cme_register.application.ports import Officer


class PgOfficers:
    """See `application.ports.Officers`."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def is_lead_officer(self, officer_id: UUID) -> bool:
        return bool(await self._conn.fetchval(
            "SELECT true FROM officer WHERE id = $1 AND active AND role = 'lead_officer' FOR SHARE", officer_id
        ))  # fmt: skip

    async def put(self, officers: Sequence[Officer], at: datetime) -> set[UUID]:
        rows = await self._conn.fetch(
            PUT, [one.id for one in officers], [one.name for one in officers], [one.email for one in officers],
            [one.role for one in officers], [one.active for one in officers], at,
        )  # fmt: skip
        return {row["id"] for row in rows}


PUT = """
INSERT INTO officer AS known (id, name, email, role, active, changed_at)
SELECT id, name, email, role, active, $6 FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::boolean[])
    AS given (id, name, email, role, active) ORDER BY id
ON CONFLICT (id) DO UPDATE
SET name = excluded.name, email = excluded.email, role = excluded.role, active = excluded.active, changed_at = excluded.changed_at
WHERE (known.name, known.email, known.role, known.active)
    IS DISTINCT FROM (excluded.name, excluded.email, excluded.role, excluded.active)
RETURNING id"""
