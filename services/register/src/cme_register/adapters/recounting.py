"""Which clocks are to be counted again, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from cme_bus.database import Connection
from cme_register.domain.counting import UNKNOWN_SCHOOL


class PgRecounting:
    """See `application.ports_recounting.Recounting`."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def alone(self) -> bool:
        had: bool = await self._conn.fetchval(
            "SELECT pg_try_advisory_xact_lock(hashtextextended('cme.register.recounting', 0))"
        )
        return had

    async def is_latest(self, version: str) -> bool:
        await self._conn.execute("INSERT INTO working_calendar (version) VALUES ($1) ON CONFLICT DO NOTHING", version)
        latest: str = await self._conn.fetchval(
            "SELECT version FROM working_calendar ORDER BY in_use_since DESC LIMIT 1"
        )
        return latest == version

    async def use(self, version: str) -> None:
        await self._conn.execute(
            "INSERT INTO working_calendar (version) VALUES ($1) ON CONFLICT (version) DO UPDATE SET in_use_since = clock_timestamp()",
            version,
        )

    async def otherwise_counted(self, version: str, after: UUID, limit: int) -> Sequence[UUID]:
        family = version.partition("/")[0]
        beside = [(f"{family}/", version), (version, f"{family}0")]
        beside += [(UNKNOWN_SCHOOL + above, UNKNOWN_SCHOOL + below) for above, below in beside]
        rows = await self._conn.fetch(OTHERWISE, *map(list, zip(*beside, strict=True)), after, limit)
        return [row["id"] for row in rows]

    async def ask(self, whose: str) -> None:
        await self._conn.execute(
            "INSERT INTO recount (whose) VALUES ($1) ON CONFLICT (whose) DO UPDATE SET asked_at = clock_timestamp()",
            whose,
        )

    async def asked(self) -> Sequence[str]:
        return [row["whose"] for row in await self._conn.fetch("SELECT whose FROM recount ORDER BY asked_at")]

    async def of_school(self, whose: str, after: UUID, limit: int) -> Sequence[UUID]:
        return [row["id"] for row in await self._conn.fetch(OF_SCHOOL, whose, after, limit)]

    async def done(self, whose: str) -> None:
        await self._conn.execute(
            "DELETE FROM recount WHERE whose = $1 AND asked_at < clock_timestamp() - interval '1 minute'", whose
        )


RUNS = "satisfied_at IS NULL AND cancelled_at IS NULL AND breached_at IS NULL"

# ranges beside the edition in use: however many clocks are counted by it, none of them is read
OTHERWISE = f"""
SELECT clock.id FROM unnest($1::text[], $2::text[]) AS beside (above, below) CROSS JOIN LATERAL (
    SELECT id FROM clock WHERE {RUNS} AND calendar > above AND calendar < below AND id > $3 ORDER BY id LIMIT $4
) AS clock ORDER BY clock.id LIMIT $4"""

OF_SCHOOL = f"""
SELECT id FROM clock WHERE {RUNS} AND (school_urn = $1 OR school_la = $1) AND id > $2 ORDER BY id LIMIT $3"""
