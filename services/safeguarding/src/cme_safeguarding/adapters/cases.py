"""What is kept of the register's cases."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from cme_bus.database import Connection
from cme_safeguarding.domain.case_file import CaseFile

COLUMNS = "id, opened_at, kind, category, category_at, lead_officer_id, lead_officer_at, breached_at, located_at, closed_at, ended, repeat"


class PostgresCases:
    """Read and written under the lock of the child's file."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def find(self, case_id: UUID) -> CaseFile | None:
        row = await self._conn.fetchrow(f"SELECT {COLUMNS} FROM case_file WHERE id = $1", case_id)
        return CaseFile(**row) if row else None

    async def get(self, case_id: UUID) -> CaseFile:
        return await self.find(case_id) or CaseFile(case_id)

    async def save(self, case: CaseFile) -> None:
        await self._conn.execute(
            f"INSERT INTO case_file ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
            " ON CONFLICT (id) DO UPDATE SET opened_at = excluded.opened_at, kind = excluded.kind,"
            " category = excluded.category, category_at = excluded.category_at,"
            " lead_officer_id = excluded.lead_officer_id, lead_officer_at = excluded.lead_officer_at,"
            " breached_at = excluded.breached_at, located_at = excluded.located_at, closed_at = excluded.closed_at,"
            " ended = excluded.ended, repeat = excluded.repeat",
            case.id,
            case.opened_at,
            case.kind,
            case.category,
            case.category_at,
            case.lead_officer_id,
            case.lead_officer_at,
            case.breached_at,
            case.located_at,
            case.closed_at,
            case.ended,
            case.repeat,
        )

    async def of(self, subjects: Collection[UUID]) -> Sequence[CaseFile]:
        rows = await self._conn.fetch(
            f"SELECT {COLUMNS} FROM case_file WHERE id = ANY($1::uuid[]) ORDER BY opened_at DESC NULLS LAST, id",
            list(subjects),
        )
        return [CaseFile(**row) for row in rows]
