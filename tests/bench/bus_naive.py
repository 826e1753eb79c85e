"""The naive way: FastStream as its documentation shows it, a handler per message, and a relay that polls.

Acknowledged on success, an inbox row and a state row in one transaction per message; the relay publishes
row by row with `broker.publish` and looks again every second. The body is validated, not sealed.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage
from pydantic import BaseModel

from cme_bus.meta import Meta
from cme_bus.sealing import sealed_json
from tests.bench.bus_rig import KEY, Handled, Measured, Rig, background


class Body(BaseModel):
    submission_id: str
    step: int


class Naive:
    name = "naive"
    handled: Handled = staticmethod(lambda keys: None)

    async def write(self, rig: Rig, events: Sequence[Measured]) -> None:
        for event in events:
            meta = Meta.of(event, source="/cme/referrals")
            async with rig.pool.acquire() as conn, conn.transaction():
                await conn.execute(
                    "INSERT INTO outbox (stream, key, headers, payload) VALUES ($1, $2, $3, $4)",
                    rig.topic,
                    event.key,
                    json.dumps(meta.headers()),
                    sealed_json(event, meta.id, KEY),
                )

    @asynccontextmanager
    async def speaking(self, rig: Rig) -> AsyncIterator[None]:
        broker = KafkaBroker(rig.servers, acks="all", enable_idempotence=True, logger=None)
        await broker.start()
        async with background(self._relay(rig, broker)):
            yield
        await broker.stop()

    @asynccontextmanager
    async def hearing(self, rig: Rig) -> AsyncIterator[None]:
        broker = KafkaBroker(rig.servers, logger=None)

        @broker.subscriber(
            rig.topic,
            group_id=f"bench.{uuid4().hex}",
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.NACK_ON_ERROR,
        )
        async def handle(body: Body, message: KafkaMessage) -> None:
            event_id = UUID(message.headers["ce_id"])
            async with rig.pool.acquire() as conn, conn.transaction():
                fresh = await conn.fetchval(
                    "INSERT INTO inbox (consumer, event_id) VALUES ('naive', $1) ON CONFLICT DO NOTHING RETURNING true",
                    event_id,
                )
                if fresh:
                    await conn.execute("INSERT INTO state VALUES ($1, $2, $3)", event_id, body.submission_id, body.step)

        await broker.start()
        try:
            yield
        finally:
            await broker.stop()

    async def _relay(self, rig: Rig, broker: KafkaBroker) -> None:
        while True:
            for row in await rig.pool.fetch("SELECT * FROM outbox ORDER BY seq LIMIT 100"):
                await broker.publish(
                    row["payload"], topic=rig.topic, key=row["key"].encode(), headers=json.loads(row["headers"])
                )
                await rig.pool.execute("DELETE FROM outbox WHERE seq = $1", row["seq"])
            if not await rig.pool.fetchval("SELECT count(*) FROM outbox"):
                await asyncio.sleep(1)
