"""What the timers of a service are doing, and how long past ones are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg

from cme_timers.clock import BusinessClock

CHUNK = 10_000


@dataclass(frozen=True, slots=True)
class Overdue:
    """Timers that are due and have not fired. A few milliseconds of it are normal; `failing` never is."""

    count: int
    oldest_due_at: datetime | None
    late_by: timedelta
    """How long ago, in business time, the oldest fell due; zero when there is none."""
    failing: int
    """How many of them have failed at least once; column `error` of table timer says why."""


async def overdue(pool: asyncpg.Pool[asyncpg.Record], clock: BusinessClock) -> Overdue:
    """What is due by `clock` and has not fired, of every kind, known here or not: for readiness and metrics."""
    now = clock.now()
    row = await pool.fetchrow(OVERDUE, now)
    assert row is not None  # an aggregate always answers
    oldest = row["oldest"]
    return Overdue(row["count"], oldest, now - oldest if oldest else timedelta(), row["failing"])


async def next_due(pool: asyncpg.Pool[asyncpg.Record]) -> datetime | None:
    """The earliest open due instant, in business time: the next moment at which time alone does something."""
    instant: datetime | None = await pool.fetchval(f"SELECT min(due_at) FROM timer WHERE {OPEN}")
    return instant


async def sweep(pool: asyncpg.Pool[asyncpg.Record], *, keep: timedelta) -> int:
    """Delete timers that fired or were cancelled longer than `keep` ago, in technical time. Returns how many.

    `keep` must be longer than the longest replay of events: a timer that is set again must be known to have fired.
    """
    total = 0
    while True:  # in chunks: no long transaction, no long locks
        deleted = int((await pool.execute(SWEEP, keep, CHUNK)).split()[-1])
        total += deleted
        if deleted < CHUNK:
            return total


OPEN = "fired_at IS NULL AND cancelled_at IS NULL"

OVERDUE = f"""
SELECT count(*), min(due_at) AS oldest, count(*) FILTER (WHERE attempts > 0) AS failing
FROM timer WHERE {OPEN} AND due_at <= $1"""

SWEEP = """
DELETE FROM timer WHERE id = ANY(ARRAY(
    SELECT id FROM timer
    WHERE (fired_at IS NOT NULL OR cancelled_at IS NOT NULL) AND coalesce(fired_at, cancelled_at) < now() - $1::interval
    LIMIT $2))"""
