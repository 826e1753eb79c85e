"""Clocks that run, and those that have."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from cme_bus.database import Connection
from cme_safeguarding.domain.clocks import Clock
from cme_safeguarding.domain.errors import UnknownClock

COLUMNS = (
    "id, code, about, subject, case_id, started_at, due_on, due_at, warn_at, calendar, warned_at, breached_at, rung,"
    " satisfied_at, cancelled_at"
)


class PostgresClocks:
    """Changed under the lock of the child's file."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def add(self, clock: Clock) -> None:
        await self._conn.execute(
            f"INSERT INTO clock ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
            clock.id,
            clock.code,
            clock.about,
            clock.subject,
            clock.case_id,
            clock.started_at,
            clock.due_on,
            clock.due_at,
            clock.warn_at,
            clock.calendar,
            clock.warned_at,
            clock.breached_at,
            clock.rung,
            clock.satisfied_at,
            clock.cancelled_at,
        )

    async def get(self, clock_id: UUID) -> Clock:
        row = await self._conn.fetchrow(f"SELECT {COLUMNS} FROM clock WHERE id = $1", clock_id)
        if row is None:
            raise UnknownClock
        return Clock(**row)

    async def running(self, about: UUID) -> Sequence[Clock]:
        rows = await self._conn.fetch(
            f"SELECT {COLUMNS} FROM clock WHERE about = $1 AND satisfied_at IS NULL AND cancelled_at IS NULL ORDER BY due_at, id",
            about,
        )
        return [Clock(**row) for row in rows]

    async def save(self, clock: Clock) -> None:
        await self._conn.execute(
            "UPDATE clock SET warned_at = $2, breached_at = $3, rung = $4, satisfied_at = $5, cancelled_at = $6 WHERE id = $1",
            clock.id,
            clock.warned_at,
            clock.breached_at,
            clock.rung,
            clock.satisfied_at,
            clock.cancelled_at,
        )
