"""Who owns which cases, in PostgreSQL. Nobody counts cases: the database keeps what was added and taken (decision 0155)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from cme_bus.database import Connection
from cme_register.adapters.cases import case_of
from cme_register.adapters.locks import hold_joins_off
from cme_register.domain.absence import Absence
from cme_register.domain.allocation import Held
from cme_register.domain.case import Case
from cme_register.domain.risk import Risk

MOST_ROWS = 100
"""More additions than this are summed up by whoever reads them."""


class PgOwners:
    """See `application.ports_owners.Owners`."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def loads(self) -> Mapping[UUID, Sequence[Held]]:
        rows = await self._conn.fetch(LOADS)
        found: dict[UUID, list[Held]] = {row["id"]: [] for row in rows}
        for row in rows:
            if row["cases"]:
                found[row["id"]].append(Held(Risk(row["risk"]), row["dormant"], row["cases"]))
        if sum(row["additions"] for row in rows) > MOST_ROWS:
            await self._conn.execute(SUM_UP)
        return found

    async def away(self, day: date) -> Mapping[UUID, UUID | None]:
        rows = await self._conn.fetch(AWAY, day)
        return {row["officer_id"]: row["cover_id"] for row in rows}

    async def put(self, absence: Absence, *, absence_id: UUID, by: UUID | None, at: datetime) -> UUID | None:
        kept: UUID | None = await self._conn.fetchval(
            PUT, absence_id, absence.officer_id, absence.first_day, absence.last_day, absence.cover_id, absence.cancelled,
            by, at,
        )  # fmt: skip
        return kept

    async def lock_cases_of(self, officer_id: UUID | None, limit: int) -> list[Case]:
        await hold_joins_off(self._conn)
        rows = await self._conn.fetch(LOCK, officer_id, limit)
        cases = await self._conn.fetch(OF, officer_id, [row["id"] for row in rows])
        return [case_of(row) for row in cases]

    async def are_left(self, officer_id: UUID | None) -> bool:
        return bool(await self._conn.fetchval(f"SELECT EXISTS (SELECT FROM case_file WHERE {THEIRS})", officer_id))


THEIRS = "status IN ('open', 'joined') AND lead_officer_id IS NOT DISTINCT FROM $1"

LOADS = """
WITH active AS MATERIALIZED (SELECT id FROM officer WHERE active AND role = 'lead_officer' ORDER BY id FOR SHARE)
SELECT active.id, risk, dormant, sum(cases)::int AS cases, count(officer_load.id)::int AS additions
FROM active LEFT JOIN officer_load ON officer_load.officer_id = active.id GROUP BY active.id, risk, dormant"""

SUM_UP = """
WITH summed AS (
    DELETE FROM officer_load WHERE id IN (SELECT id FROM officer_load ORDER BY id FOR UPDATE SKIP LOCKED)
    RETURNING officer_id, risk, dormant, cases
)
INSERT INTO officer_load (officer_id, risk, dormant, cases)
SELECT officer_id, risk, dormant, sum(cases) FROM summed GROUP BY 1, 2, 3 HAVING sum(cases) <> 0"""

AWAY = """
SELECT DISTINCT ON (officer_id) officer_id, cover_id FROM officer_absence
WHERE first_day <= $1 AND (last_day IS NULL OR last_day >= $1) AND NOT cancelled ORDER BY officer_id, recorded_at DESC, id"""

PUT = """
INSERT INTO officer_absence AS known (id, officer_id, first_day, last_day, cover_id, cancelled, recorded_by, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (officer_id, first_day) DO UPDATE
SET last_day = excluded.last_day, cover_id = excluded.cover_id, cancelled = excluded.cancelled,
    recorded_by = excluded.recorded_by, recorded_at = excluded.recorded_at
WHERE (known.last_day, known.cover_id, known.cancelled) IS DISTINCT FROM (excluded.last_day, excluded.cover_id, excluded.cancelled)
RETURNING id"""

LOCK = f"""
SELECT id FROM child WHERE id IN (SELECT child_id FROM case_file WHERE {THEIRS} ORDER BY child_id LIMIT $2)
ORDER BY id FOR NO KEY UPDATE"""

OF = f"SELECT * FROM case_file WHERE {THEIRS} AND child_id = ANY($2) ORDER BY opened_at, id"
"""Read anew: who held one of these children has ended."""
