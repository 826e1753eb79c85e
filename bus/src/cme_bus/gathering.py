"""Writes that are gathered and sent as one statement: one round trip, which is a transaction by itself."""

from __future__ import annotations

import re
from collections.abc import MutableMapping, Sequence
from functools import lru_cache
from typing import Any

import asyncpg

PLACE = re.compile(r"\$([0-9]+)")


class StaleError(Exception):
    """What was remembered is not so any more. Nothing was written; do it again, and it is read anew."""


class Gathered:
    """Stands where a connection stands. What it is told to `execute` waits until `send`; what is read is read now.

    So nothing that was written is seen by what is read, and all statements see the database as it was before any of
    them: for new rows that is all the same. No statement may tell how many rows it touched.
    """

    def __init__(
        self, conn: asyncpg.pool.PoolConnectionProxy[asyncpg.Record], memory: MutableMapping[Any, Any] | None = None
    ) -> None:
        self.conn = conn
        self._statements: list[tuple[str, int]] = []
        self._conditions: list[tuple[str, int]] = []
        self._args: list[Any] = []
        self._expected: list[Any] = []
        self.memory: MutableMapping[Any, Any] = {} if memory is None else memory
        """What was read before, by whoever reads. To use it is to `expect` that it is still so."""

    def expect(self, condition: str, *args: Any) -> None:
        """Write nothing unless this holds then: `send` raises `StaleError`. It spares a read, and shows nothing late."""
        self._conditions.append((condition, len(args)))
        self._expected += args

    async def execute(self, query: str, *args: Any) -> str:
        """Keep a statement for later. Its status is not known yet, and empty."""
        self._statements.append((query, len(args)))
        self._args += args
        return ""

    async def executemany(self, query: str, args: Sequence[Sequence[Any]]) -> None:
        """Keep a statement for each. For a few: many belong into one statement over `unnest`."""
        for some in args:
            await self.execute(query, *some)

    async def fetch(self, query: str, *args: Any) -> Sequence[asyncpg.Record]:
        """Read, now."""
        return await self.conn.fetch(query, *args)

    async def fetchrow(self, query: str, *args: Any) -> asyncpg.Record | None:
        """Read, now."""
        return await self.conn.fetchrow(query, *args)

    async def fetchval(self, query: str, *args: Any) -> Any:
        """Read, now."""
        return await self.conn.fetchval(query, *args)

    async def send(self) -> None:
        """Write all of it, or nothing. Raises what any of the statements raises."""
        if not self._statements:
            return
        query = as_one(tuple(self._statements), tuple(self._conditions))
        try:
            await self.conn.execute(query, *self._args, *self._expected)
        except asyncpg.DivisionByZeroError as error:
            if not self._conditions:
                raise
            self.memory.clear()
            raise StaleError from error


@lru_cache(maxsize=1024)
def as_one(statements: tuple[tuple[str, int], ...], conditions: tuple[tuple[str, int], ...] = ()) -> str:
    """One statement of several, each given with how many arguments it has: theirs follow one another.

    Where a condition does not hold it divides by zero, which is the one way for a query to refuse.
    """
    written, before = [], 0
    for number, (query, width) in enumerate(statements):
        written.append(f"w{number} AS ({_moved(query, before)})")
        before += width
    held = []
    for condition, width in conditions:
        held.append(f"({_moved(condition, before)})")
        before += width
    return f"WITH {', '.join(written)} SELECT" + (f" 1 / ({' AND '.join(held)})::int" if held else "")


def _moved(query: str, by: int) -> str:
    return PLACE.sub(lambda found: f"${int(found[1]) + by}", query)
