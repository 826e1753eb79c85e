"""What an operator watches: what waits, for how long, and what has failed."""

from __future__ import annotations

import asyncpg

from cme_service.metrics import Metrics, Reading

GAUGES = {
    "cme_messages_open": "Messages not yet sent",
    "cme_messages_oldest_seconds": "Age of the oldest message not yet sent",
    "cme_messages_urgent_oldest_seconds": "Age of the oldest urgent message not yet sent",
    "cme_messages_in_doubt": "Messages that may have been taken: looked up before they are sent again",
    "cme_messages_failed": "Messages that will not arrive",
}


def announce_measures(metrics: Metrics, pool: asyncpg.Pool[asyncpg.Record]) -> None:
    """Add this service's gauges to its metrics."""
    for name, meaning in GAUGES.items():
        metrics.gauge(name, meaning)

    async def read() -> Reading:
        row = await pool.fetchrow(MEASURES)
        assert row is not None  # an aggregate always answers
        return {f"cme_messages_{name}": float(value) for name, value in row.items()}

    metrics.read(read)


MEASURES = """
SELECT count(*) FILTER (WHERE open) AS open,
    coalesce(extract(epoch FROM now() - min(queued_at) FILTER (WHERE open)), 0) AS oldest_seconds,
    coalesce(extract(epoch FROM now() - min(queued_at) FILTER (WHERE open AND urgent)), 0) AS urgent_oldest_seconds,
    count(*) FILTER (WHERE state = 'in doubt') AS in_doubt,
    count(*) FILTER (WHERE state = 'permanently failed') AS failed
FROM (SELECT *, state IN ('queued', 'sending', 'temporarily failed', 'in doubt') AS open FROM message) AS m"""
