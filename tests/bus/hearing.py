"""A consumer that writes down what it hears, and waits until it has heard all there is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import asyncpg

from cme_bus.consumer import Consumer, Patience
from cme_bus.database import Database, Tx
from cme_bus.meta import Meta
from tests.bus.events import Said, Stepped
from tests.bus.transports import Transport
from tests.support import eventually

QUICK = Patience(first=0.01, most=0.05, hold=0.3)

type Pool = asyncpg.Pool[asyncpg.Record]
type Behave = Callable[[Stepped], Awaitable[None]]


async def nothing(_: Stepped) -> None: ...


def hear(
    db: Database[Tx],
    said: Said,
    *,
    behave: Behave = nothing,
    bulk: bool = False,
    name: str | None = None,
    **options: Any,
) -> Consumer[Tx]:
    """A consumer of `step` that writes one row for each event, after `behave` has had its say."""
    options = {"catalog": said.catalog, "patience": QUICK} | options
    consumer: Consumer[Tx] = Consumer(db, name=name or f"register.{uuid4().hex[:8]}", **options)

    async def write(event: Stepped, tx: Tx) -> None:
        await tx.conn.execute(
            "INSERT INTO effect (key, step, stream) VALUES ($1, $2, $3)", event.case, event.step, event.stream
        )
        await behave(event)

    if bulk:

        @consumer.on_many(said.step)
        async def write_all(run: Any, tx: Tx) -> None:
            for event, _ in run:
                await write(event, tx)
    else:

        @consumer.on(said.step)
        async def write_one(event: Stepped, tx: Tx, meta: Meta) -> None:
            await write(event, tx)

    return consumer


async def effects(pool: Pool) -> dict[str, list[int]]:
    steps = defaultdict(list)
    for row in await pool.fetch("SELECT key, step FROM effect ORDER BY n"):
        steps[row["key"]].append(row["step"])
    return dict(steps)


async def run(transport: Transport, consumer: Consumer[Tx], topic: str, count: int) -> None:
    """Let the consumer run until it has told Kafka that it needs none of the topic's records any more."""
    async with transport.hearing(consumer):
        await eventually(lambda: settled(transport, consumer, topic, count))


async def settled(transport: Transport, consumer: Consumer[Tx], topic: str, count: int) -> bool:
    return await transport.committed(consumer, topic) >= count
