"""Clocks, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields
from operator import attrgetter
from uuid import UUID

import asyncpg

from cme_bus.database import Connection
from cme_register.domain.clocks import Clock

NAMES = tuple(field.name for field in fields(Clock))
"""The columns are the fields."""
_row = attrgetter(*NAMES)


class PgClocks:
    """See `application.ports.Clocks`."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def add(self, clocks: Sequence[Clock]) -> None:
        await self._conn.executemany(ADD, [_row(clock) for clock in clocks])

    async def save(self, clock: Clock) -> None:
        await self._conn.execute(SAVE, *_row(clock))

    async def save_many(self, clocks: Sequence[Clock]) -> None:
        await self._conn.executemany(SAVE, [_row(clock) for clock in clocks])

    async def find(self, clock_id: UUID) -> Clock | None:
        row = await self._conn.fetchrow(f"SELECT {COLUMNS} FROM clock WHERE id = $1", clock_id)
        return None if row is None else clock_of(row)

    async def find_many(self, clock_ids: Sequence[UUID]) -> list[Clock]:
        rows = await self._conn.fetch(f"SELECT {COLUMNS} FROM clock WHERE id = ANY($1) ORDER BY id", list(clock_ids))
        return [clock_of(row) for row in rows]

    async def running(self, case_id: UUID) -> list[Clock]:
        rows = await self._conn.fetch(
            f"SELECT {COLUMNS} FROM clock WHERE case_id = $1 AND satisfied_at IS NULL AND cancelled_at IS NULL ORDER BY due_at, code, id",
            case_id,
        )
        return [clock_of(row) for row in rows]

    async def about(self, ids: Collection[UUID]) -> list[Clock]:
        rows = await self._conn.fetch(
            f"SELECT {COLUMNS} FROM clock WHERE about = ANY($1) AND satisfied_at IS NULL AND cancelled_at IS NULL ORDER BY id",
            list(ids),
        )
        return [clock_of(row) for row in rows]


COLUMNS = ", ".join(NAMES)
PLACES = ", ".join(f"${number}" for number in range(1, len(NAMES) + 1))
ADD = f"INSERT INTO clock ({COLUMNS}) VALUES ({PLACES})"
SAVE = f"UPDATE clock SET ({COLUMNS}) = ({PLACES}) WHERE id = $1"


def clock_of(row: asyncpg.Record) -> Clock:
    """From a row of `COLUMNS`."""
    return Clock(**dict(row))
