"""Announcing again what was announced before: the same events with the same ids, in the same order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from datetime import datetime

import asyncpg

from cme_bus.database import Connection

KEEP = """
WITH sent AS (DELETE FROM outbox WHERE seq = ANY($1) RETURNING seq, stream, key, headers, payload)
INSERT INTO announced (event_id, seq, said_at, stream, key, headers, payload)
SELECT (headers->>'ce_id')::uuid, seq, (headers->>'ce_time')::timestamptz, stream, key, headers, payload
FROM sent WHERE headers->>'ce_type' = ANY($2)
ON CONFLICT DO NOTHING"""

FIRST = "SELECT coalesce(min(seq), 0) - 1 FROM announced WHERE said_at >= $1"
LAST = "SELECT coalesce(max(seq), 0) FROM announced"
AGAIN = """
WITH kept AS (
    SELECT seq, stream, key, headers, payload FROM announced
    WHERE seq > $1 AND seq <= $2 AND said_at >= $3 AND headers->>'ce_type' = ANY($4) ORDER BY seq LIMIT $5
), said AS (
    INSERT INTO outbox (stream, key, headers, payload) SELECT stream, key, headers, payload FROM kept ORDER BY seq
)
SELECT count(*), max(seq) FROM kept"""
WAITING = "SELECT count(*) FROM (SELECT FROM outbox WHERE parked_at IS NULL LIMIT $1) AS pending"


async def keep_confirmed(conn: Connection, confirmed: Collection[int], types: Collection[str]) -> None:
    """Take from the outbox what Kafka has; of these types it is kept. For the relay."""
    await conn.execute(KEEP, list(confirmed), list(types))


async def announce_again(
    pool: asyncpg.Pool[asyncpg.Record],
    *,
    since: datetime,
    types: Collection[str],
    progress: Callable[[int], None] = lambda _: None,
    batch: int = 1000,
    pause: float = 0.02,
) -> int:
    """Put into the outbox, once more, what was said since then (technical time) of these types. Returns how many.

    Readers know the events by their ids for as long as their inboxes remember, and by natural keys afterwards. What is
    new meanwhile waits behind one batch of it at most. Broken off, it may be done again from the start.
    """
    after, last = await pool.fetchval(FIRST, since), await pool.fetchval(LAST)
    total = 0
    while True:
        while await pool.fetchval(WAITING, batch) >= batch:
            await asyncio.sleep(pause)
        row = await pool.fetchrow(AGAIN, after, last, since, list(types), batch)
        assert row is not None  # an aggregate always answers
        if not row["count"]:
            return total
        after, total = row["max"], total + row["count"]
        await pool.execute("NOTIFY outbox")
        progress(total)
