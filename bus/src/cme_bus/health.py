"""How the bus is, in plain numbers. Whoever serves probes and metrics says them in its own words."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import structlog
from aiokafka.errors import KafkaError

from cme_bus.consumer import Consumer
from cme_bus.errors import describe

log = structlog.get_logger()

ASK_KAFKA = 2.0

OUTBOX = """
    SELECT
        coalesce(extract(epoch FROM clock_timestamp() - (
            SELECT created_at FROM outbox AS o WHERE parked_at IS NULL AND NOT EXISTS (
                SELECT FROM outbox AS p WHERE p.parked_at IS NOT NULL AND p.stream = o.stream AND p.key = o.key)
            ORDER BY seq LIMIT 1
        )), 0)::float8 AS age,
        (SELECT count(*) FROM outbox WHERE parked_at IS NOT NULL) AS parked
"""
PARKED = """
    SELECT count(*) AS open,
        count(DISTINCT (consumer, topic, key_hash)) FILTER (WHERE holds AND key IS NOT NULL) AS held,
        count(DISTINCT (consumer, topic, key_hash)) FILTER (WHERE holds AND key IS NOT NULL AND attend_by < now()) AS overdue
    FROM parked WHERE resolved_at IS NULL
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    outbox_age: float
    """Seconds the oldest event has been waiting for Kafka; those behind a parked one are not counted."""
    outbox_parked: int
    """Events that Kafka has refused for good."""
    parked_open: int
    held_keys: int
    held_overdue: int
    """Keys that have been held for longer than their stream's clock allows."""
    handled: int = 0
    parked: int = 0
    splits: int = 0
    retries: int = 0
    lag: Mapping[str, int | None] = field(default_factory=dict)
    """Records still to be settled, by stream. None: Kafka did not say, or this replica has no partition of it."""


async def snapshot(pool: asyncpg.Pool[asyncpg.Record], *consumers: Consumer[Any]) -> Snapshot:
    """Ask the database and Kafka. Raises what the pool raises when the database is not there."""
    outbox, parked = await pool.fetchrow(OUTBOX), await pool.fetchrow(PARKED)
    assert outbox is not None and parked is not None
    lag: dict[str, int | None] = {}
    for consumer in consumers:
        try:
            async with asyncio.timeout(ASK_KAFKA):
                lag |= await consumer.lag()
        except (KafkaError, OSError) as error:
            log.warning("health.kafka_is_silent", error=describe(error))
            lag |= dict.fromkeys(consumer.streams)
    tallies = [consumer.tally for consumer in consumers]
    return Snapshot(
        outbox_age=outbox["age"],
        outbox_parked=outbox["parked"],
        parked_open=parked["open"],
        held_keys=parked["held"],
        held_overdue=parked["overdue"],
        handled=sum(tally.handled for tally in tallies),
        parked=sum(tally.parked for tally in tallies),
        splits=sum(tally.splits for tally in tallies),
        retries=sum(tally.retries for tally in tallies),
        lag=lag,
    )


def faults(now: Snapshot, *, outbox_age: float = 30) -> Sequence[str]:
    """Why this service is not well, in words for a person. Empty: it is ready."""
    found = []
    if now.outbox_age > outbox_age:
        found.append("events are not reaching Kafka")
    if now.outbox_parked:
        found.append("Kafka has refused an event for good")
    if now.held_overdue:
        found.append("a held key is overdue")
    return found
