"""The limit: what a careful person writes by hand for a form that becomes a case, with no promises but durability.

A bare ASGI app, one statement a request; a relay with ready-made batches; a consumer that inserts in bulk. No framework,
no validation, no tokens, keys, sealing, matching, clocks or lanes. `python -m tests.bench.product_limit http|worker`.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import uvicorn
import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from cme_bus.outgoing import murmur2
from deploy.local.ports import free_port
from tests.bench.product_rig import Processes, answers, drop_database, new_database, records, until

TOPIC, PARTITIONS, BATCH, POOL = "bench.product", 12, 1000, 8
WEIGHT = 1700
"""Bytes of the two events that a referral becomes, as they travel."""
TABLES = """
CREATE TABLE submission (id uuid PRIMARY KEY, received_at timestamptz NOT NULL DEFAULT now(), as_received bytea NOT NULL);
CREATE TABLE outbox (seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id uuid NOT NULL, payload bytea NOT NULL);
CREATE TABLE case_file (id uuid PRIMARY KEY, submission_id uuid NOT NULL UNIQUE, payload bytea NOT NULL);
"""
KEEP = """
WITH kept AS (INSERT INTO submission (id, as_received) VALUES ($1, $2))
INSERT INTO outbox (id, payload) VALUES ($1, $3)"""


class Limit:
    """See `product_rig.Contestant`."""

    name = "limit"

    def __init__(self, kafka: str, postgres: str, log: Path) -> None:
        self._kafka, self._postgres, self._log = kafka, postgres, log
        self.port = free_port()

    async def prepare(self) -> None:
        self._dsn = await new_database(self._postgres, "limit")
        self._pool = await asyncpg.create_pool(self._dsn, min_size=1, max_size=2)
        await self._pool.execute(TABLES)
        admin = AIOKafkaAdminClient(bootstrap_servers=self._kafka)
        await admin.start()
        await admin.create_topics([NewTopic(TOPIC, PARTITIONS, 1)])
        await admin.close()
        self._processes = Processes(
            {"BENCH_DATABASE": self._dsn, "BENCH_KAFKA": self._kafka, "BENCH_PORT": str(self.port)}, self._log
        )

    async def start(self) -> None:
        for role in ("http", "worker"):
            await self._processes.start("tests.bench.product_limit", role)
        await until(lambda: answers(self.port), 0.1, "the limit does not answer")

    async def stop(self) -> None:
        await self._processes.stop()

    async def remove(self) -> None:
        await self._pool.close()
        await drop_database(self._postgres, self._dsn)

    def said(self) -> str:
        return self._processes.said()

    async def visible(self) -> int:
        self._processes.alive()
        return int(await self._pool.fetchval("SELECT count(*) FROM case_file"))

    async def among(self, submissions: Iterable[str]) -> set[str]:
        rows = await self._pool.fetch(
            "SELECT submission_id FROM case_file WHERE submission_id = ANY($1)", list(map(UUID, submissions))
        )
        return {str(row["submission_id"]) for row in rows}

    async def settled(self) -> bool:
        return not await self._pool.fetchval("SELECT count(*) FROM outbox")

    async def check(self, submissions: int) -> str:
        kept, cases = [await self._pool.fetchval(f"SELECT count(*) FROM {t}") for t in ("submission", "case_file")]
        sent = await records(self._kafka, TOPIC)
        assert kept == cases == submissions <= sent, (kept, cases, sent)
        return f"{kept} submissions, {sent} records, {cases} cases"


type Send = Callable[[dict[str, Any]], Awaitable[None]]


class App:
    """What answers, once it has its connections."""

    pool: asyncpg.Pool[asyncpg.Record]

    async def __call__(
        self, scope: dict[str, Any], receive: Callable[[], Awaitable[dict[str, Any]]], send: Send
    ) -> None:
        if scope["type"] == "lifespan":
            await receive()
            self.pool = await asyncpg.create_pool(os.environ["BENCH_DATABASE"], min_size=POOL, max_size=POOL)
            await send({"type": "lifespan.startup.complete"})
            await receive()
            return
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        submission_id = uuid4()
        await self.pool.execute(KEEP, submission_id, body, body.ljust(WEIGHT))
        answer = b'{"submission_id":"%b"}' % str(submission_id).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer))]
        await send({"type": "http.response.start", "status": 202, "headers": headers})
        await send({"type": "http.response.body", "body": answer})


async def relay(conn: asyncpg.Connection[asyncpg.Record], producer: AIOKafkaProducer) -> None:
    await conn.execute("SET synchronous_commit = off")  # a deletion that is lost sends twice
    while True:
        rows = await conn.fetch("SELECT seq, id, payload FROM outbox ORDER BY seq LIMIT $1", BATCH)
        if not rows:
            await asyncio.sleep(0.005)
            continue
        batches: dict[int, Any] = {}
        for row in rows:
            key = str(row["id"]).encode()
            partition = (murmur2(key) & 0x7FFFFFFF) % PARTITIONS
            batch = batches.setdefault(partition, producer.create_batch())
            assert batch.append(key=key, value=row["payload"], timestamp=None)
        for batch in batches.values():
            batch.close()
        sent = [await producer.send_batch(batch, TOPIC, partition=number) for number, batch in batches.items()]
        await asyncio.gather(*sent)
        await conn.execute("DELETE FROM outbox WHERE seq = ANY($1)", [row["seq"] for row in rows])


async def consume(conn: asyncpg.Connection[asyncpg.Record], consumer: AIOKafkaConsumer) -> None:
    while True:
        found = await consumer.getmany(timeout_ms=100, max_records=BATCH)
        if rows := [(uuid4(), UUID(one.key.decode()), one.value) for some in found.values() for one in some]:
            await conn.execute(
                "INSERT INTO case_file SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bytea[]) ON CONFLICT DO NOTHING",
                *map(list, zip(*rows, strict=True)),
            )
            await consumer.commit()


async def work() -> None:
    dsn, kafka = os.environ["BENCH_DATABASE"], os.environ["BENCH_KAFKA"]
    async with (
        AIOKafkaProducer(
            bootstrap_servers=kafka, acks="all", enable_idempotence=True, max_batch_size=1 << 20
        ) as producer,
        AIOKafkaConsumer(
            TOPIC,
            bootstrap_servers=kafka,
            group_id="bench.product",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
        ) as consumer,
    ):
        await producer.partitions_for(TOPIC)
        await asyncio.gather(relay(await asyncpg.connect(dsn), producer), consume(await asyncpg.connect(dsn), consumer))


if __name__ == "__main__":
    if sys.argv[1] == "http":
        uvicorn.run(App(), port=int(os.environ["BENCH_PORT"]), log_level="warning", access_log=False)
    else:
        uvloop.run(work())
