"""Writes that are gathered and sent as one statement: one round trip, which is a transaction by itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import asyncpg

PLACE = re.compile(r"\$([0-9]+)")


class Gathered:
    """Stands where a connection stands. What it is told to `execute` waits until `send`; what is read is read now.

    So nothing that was written is seen by what is read, and all statements see the database as it was before any of
    them: for new rows that is all the same. No statement may tell how many rows it touched.
    """

    def __init__(self, conn: asyncpg.pool.PoolConnectionProxy[asyncpg.Record]) -> None:
        self._conn = conn
        self._statements: list[tuple[str, tuple[Any, ...]]] = []

    async def execute(self, query: str, *args: Any) -> str:
        """Keep a statement for later. Its status is not known yet, and empty."""
        self._statements.append((query, args))
        return ""

    async def executemany(self, query: str, args: Sequence[Sequence[Any]]) -> None:
        """Keep a statement for each. For a few: many belong into one statement over `unnest`."""
        self._statements += ((query, tuple(some)) for some in args)

    async def fetch(self, query: str, *args: Any) -> Sequence[asyncpg.Record]:
        """Read, now."""
        return await self._conn.fetch(query, *args)

    async def fetchrow(self, query: str, *args: Any) -> asyncpg.Record | None:
        """Read, now."""
        return await self._conn.fetchrow(query, *args)

    async def fetchval(self, query: str, *args: Any) -> Any:
        """Read, now."""
        return await self._conn.fetchval(query, *args)

    async def send(self) -> None:
        """Write all of it, or nothing. Raises what any of the statements raises."""
        if not self._statements:
            return
        args = [arg for _, some in self._statements for arg in some]
        await self._conn.execute(as_one(tuple((query, len(some)) for query, some in self._statements)), *args)


@lru_cache(maxsize=1024)
def as_one(statements: tuple[tuple[str, int], ...]) -> str:
    """One statement of several, each given with how many arguments it has: theirs follow one another."""
    written, before = [], 0
    for number, (query, width) in enumerate(statements):
        written.append(f"w{number} AS ({_moved(query, before)})")
        before += width
    return f"WITH {', '.join(written)} SELECT"


def _moved(query: str, by: int) -> str:
    return PLACE.sub(lambda found: f"${int(found[1]) + by}", query)
