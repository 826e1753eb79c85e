"""The limit: what a careful person writes by hand for these rows and this topic, with no promises but durability.

Raw asyncpg batches, raw aiokafka batches; no validation, sealing, held keys, halving, leader or lanes. The
bodies are ready-made bytes of the same size.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from pydantic_core import from_json

from cme_bus.meta import Meta
from cme_bus.outgoing import murmur2
from cme_bus.sealing import sealed_json
from tests.bench.bus_rig import KEY, PARTITIONS, Handled, Measured, Rig, background

BATCH = 1000


class Limit:
    name = "limit"

    def __init__(self) -> None:
        self.handled: Handled = lambda keys: None

    async def write(self, rig: Rig, events: Sequence[Measured]) -> None:
        """All that has been prepared, or these few."""
        prepared = self._rows if len(events) == rig.load.count else self._ready(rig.topic, events)
        for rows in prepared:
            async with rig.pool.acquire() as conn, conn.transaction():
                await conn.execute(
                    "INSERT INTO outbox (stream, key, headers, payload)"
                    " SELECT * FROM unnest($1::text[], $2::text[], $3::json[], $4::bytea[])",
                    *map(list, zip(*rows, strict=True)),
                )

    @staticmethod
    def _ready(topic: str, events: Sequence[Measured]) -> list[list[tuple[str, str, str, bytes]]]:
        """Ready-made bytes: making them is not the bus's work, and the limit does none of it."""
        body = sealed_json(events[0], uuid4(), KEY)
        rows = []
        for event in events:
            headers = json.dumps(Meta.of(event, source="/cme/referrals").headers())
            step = b'"step":%d' % event.step
            rows.append((topic, event.key, headers, body.replace(b'"step":0', step, 1)))
        return [rows[start : start + BATCH] for start in range(0, len(rows), BATCH)]

    @asynccontextmanager
    async def speaking(self, rig: Rig) -> AsyncIterator[None]:
        self._rows = self._ready(rig.topic, rig.load.events())
        async with AIOKafkaProducer(
            bootstrap_servers=rig.servers, acks="all", enable_idempotence=True, max_batch_size=512 * 1024
        ) as producer:
            await producer.partitions_for(rig.topic)
            async with background(self._relay(rig, producer)):
                yield

    @asynccontextmanager
    async def hearing(self, rig: Rig) -> AsyncIterator[None]:
        async with (
            AIOKafkaConsumer(
                rig.topic,
                bootstrap_servers=rig.servers,
                group_id=f"bench.{uuid4().hex}",
                enable_auto_commit=False,
                auto_offset_reset="earliest",
            ) as consumer,
            background(self._consume(rig, consumer)),
        ):
            yield

    async def _relay(self, rig: Rig, producer: AIOKafkaProducer) -> None:
        conn = await asyncpg.connect(rig.dsn)
        await conn.execute("SET synchronous_commit = off")
        while True:
            rows = await conn.fetch("SELECT seq, key, headers, payload FROM outbox ORDER BY seq LIMIT $1", BATCH)
            if not rows:
                await asyncio.sleep(0.005)
                continue
            batches: dict[int, Any] = {}
            for row in rows:
                key = row["key"].encode()
                partition = (murmur2(key) & 0x7FFFFFFF) % PARTITIONS
                if partition not in batches:
                    batches[partition] = producer.create_batch()
                headers = [(name, value.encode()) for name, value in json.loads(row["headers"]).items()]
                assert batches[partition].append(key=key, value=row["payload"], timestamp=None, headers=headers)
            await asyncio.gather(*(self._send(producer, rig.topic, n, batch) for n, batch in batches.items()))
            await conn.execute("DELETE FROM outbox WHERE seq = ANY($1)", [row["seq"] for row in rows])

    @staticmethod
    async def _send(producer: AIOKafkaProducer, topic: str, partition: int, batch: Any) -> None:
        batch.close()
        await (await producer.send_batch(batch, topic, partition=partition))

    async def _consume(self, rig: Rig, consumer: AIOKafkaConsumer) -> None:
        while True:
            found = await consumer.getmany(timeout_ms=100, max_records=BATCH)
            records = [record for some in found.values() for record in some]
            if not records:
                continue
            ids = [UUID(dict(record.headers)["ce_id"].decode()) for record in records]
            keys = [record.key.decode() for record in records]
            steps = [from_json(record.value)["step"] for record in records]
            async with rig.pool.acquire() as conn, conn.transaction():
                await conn.execute(
                    "INSERT INTO inbox (consumer, event_id) SELECT 'limit', unnest($1::uuid[]) ON CONFLICT DO NOTHING",
                    ids,
                )
                await conn.execute(
                    "INSERT INTO state SELECT * FROM unnest($1::uuid[], $2::text[], $3::int[])", ids, keys, steps
                )
            self.handled([record.key for record in records])
            await consumer.commit()
