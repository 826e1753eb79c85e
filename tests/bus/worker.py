"""A worker that can be killed where it hurts: writer, relay and consumer of one service in a process of its own.

The points are put in by subclasses and wrappers here: production code has no hooks. A point is passed between
two durable steps; `Doom` says at which passage of which point the process dies, or holds still.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
import signal
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import aiokafka
import asyncpg
import structlog
from aiokafka.protocol.produce import ProduceRequest

from cme_bus.broker import make_broker
from cme_bus.consumer import Consumer, Patience
from cme_bus.database import Database, Tx, as_it_is, prepare
from cme_bus.errors import Unprocessable
from cme_bus.meta import Meta
from cme_bus.outgoing import Outgoing, producer
from cme_bus.relay import Relay
from tests.bus.events import Said, Stepped, said_on

KEYS = 12
REFUSED = 7
"""Every third step of this key's number is refused until somebody mends it; then the key waits."""

SCHEMA = """
    CREATE TABLE effect (n bigint GENERATED ALWAYS AS IDENTITY, key text, step int, type text);
    CREATE TABLE aggregate (key text PRIMARY KEY, step int NOT NULL DEFAULT 0);
    CREATE TABLE mended (at timestamptz);
"""


@dataclass(frozen=True)
class Doom:
    point: str = ""
    """Where to end; `any` for whatever is passed, "" for nowhere."""
    passage: int = 1
    how: signal.Signals = signal.SIGKILL
    within: float = 0.0
    """Up to so many seconds later: somewhere, rather than at the point itself."""


@dataclass(frozen=True)
class Job:
    dsn: str
    servers: str
    topic: str
    instance: str
    roles: Sequence[str] = ("writer", "relay", "consumer")
    doom: Doom = Doom()
    replay: bool = False


class Fate:
    """This process's doom. A module of its own process, so one is enough."""

    doom = Doom()
    passed = 0

    @classmethod
    def point(cls, name: str) -> None:
        if cls.doom.point in (name, "any"):
            cls.passed += 1
            if cls.passed == cls.doom.passage:
                if not cls.doom.within:
                    os.kill(os.getpid(), cls.doom.how)
                    return
                delay = random.random() * cls.doom.within
                threading.Timer(delay, os.kill, (os.getpid(), cls.doom.how)).start()


class KilledTx(Tx):
    async def write_outbox(self) -> bool:
        wrote = await super().write_outbox()
        if wrote:
            Fate.point("outbox written, not committed")
        return wrote


class KilledConnection(asyncpg.Connection):
    async def fetch(self, query: str, *args: Any, **options: Any) -> Any:
        rows = await super().fetch(query, *args, **options)
        if "FROM outbox AS o" in query and rows:
            Fate.point("relay fetched, not sent")
        return rows

    async def execute(self, query: str, *args: Any, **options: Any) -> Any:
        if query.startswith("DELETE FROM outbox"):
            Fate.point("sent, not deleted")
        done = await super().execute(query, *args, **options)
        if query.startswith("DELETE FROM outbox"):
            Fate.point("deleted")
        if query.startswith("UPDATE parked"):
            Fate.point("replay resolved, not committed")
        return done

    async def executemany(self, query: str, args: Any, **options: Any) -> Any:
        done = await super().executemany(query, args, **options)
        if query.startswith("INSERT INTO parked"):
            Fate.point("parked, not committed")
        return done


class KilledConsumer(Consumer[KilledTx]):
    async def take(self, records: Any) -> None:
        Fate.point("consumer fetched, not begun")
        await super().take(records)
        Fate.point("effects committed, offset not committed")


class KilledKafkaConsumer(aiokafka.AIOKafkaConsumer):
    async def commit(self, offsets: Any = None) -> None:
        await super().commit(offsets)
        Fate.point("offset committed")


class KilledBell:
    def __init__(self, bell: Any) -> None:
        self._bell = bell

    def ring(self, lanes: set[str]) -> None:
        Fate.point("committed, no NOTIFY")
        self._bell.ring(lanes)


def main(job: Job) -> None:
    Fate.doom = job.doom
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.disable(logging.CRITICAL)
    aiokafka.AIOKafkaConsumer = KilledKafkaConsumer
    asyncio.run(work(job))


async def work(job: Job) -> None:
    said = said_on(job.topic)
    async with asyncpg.create_pool(
        job.dsn, min_size=1, max_size=6, init=prepare, reset=as_it_is, connection_class=KilledConnection
    ) as pool:
        db = Database(pool, KilledTx, source="/cme/referrals")
        db._bell = KilledBell(db._bell)  # type: ignore[assignment]
        async with asyncio.TaskGroup() as group:
            if "writer" in job.roles:
                group.create_task(write(db, said))
            if "relay" in job.roles:
                group.create_task(relay(job).run())
            if "consumer" in job.roles:
                consumer = hear(db, said)
                broker = make_broker(job.servers, client_id="test")
                # a restart under the same name need not wait for its ghost to be missed
                consumer.attach(broker, instance=job.instance)
                await broker.start()
                if job.replay:
                    group.create_task(replay(consumer, job.topic, pool))


def relay(job: Job) -> Relay:
    async def connect() -> asyncpg.Connection[asyncpg.Record]:
        name = {"application_name": f"relay {job.instance}"}
        return await asyncpg.connect(job.dsn, connection_class=KilledConnection, server_settings=name)

    make = producer([job.servers])

    def killed_producer() -> Any:
        made = make()
        send = made.client.send

        async def send_or_die(node: int, request: Any, **options: Any) -> Any:
            if isinstance(request, ProduceRequest):
                Fate.point("handed over, not written")
            return await send(node, request, **options)

        made.client.send = send_or_die
        return made

    return Relay(connect, lambda: Outgoing(killed_producer), [job.topic], batch=40, idle=0.1)


async def write(db: Database[KilledTx], said: Said) -> None:
    """The next step of a few aggregates at a time, each with its row locked, while there is not too much to send."""
    while True:
        if await db.pool.fetchval("SELECT count(*) > 300 FROM outbox"):
            await asyncio.sleep(0.02)
            continue
        async with db.transaction() as tx:
            rows = await tx.conn.fetch(
                "UPDATE aggregate SET step = step + 1 WHERE key = ANY(ARRAY("
                "SELECT key FROM aggregate ORDER BY random() LIMIT 3)) RETURNING key, step"
            )
            tx.publish(*(said.step(case=row["key"], step=row["step"]) for row in rows))
        await asyncio.sleep(0.002)


def hear(db: Database[KilledTx], said: Said) -> Consumer[KilledTx]:
    consumer = KilledConsumer(
        db, name=f"register.{said.step.stream}", catalog=said.catalog, patience=Patience(first=0.02, most=0.2, hold=30)
    )

    @consumer.on(said.step)
    async def take_step(event: Stepped, tx: KilledTx, meta: Meta) -> None:
        refused = event.case == f"c{REFUSED}" and event.step % 3 == 0
        if refused and not await tx.conn.fetchval("SELECT count(*) FROM mended"):
            raise Unprocessable("not yet")
        await keep(event, tx)
        tx.publish(said.turn(case=event.case, step=event.step))

    @consumer.on(said.turn)
    async def take_turn(event: Stepped, tx: KilledTx, meta: Meta) -> None:
        await keep(event, tx)

    return consumer


async def keep(event: Stepped, tx: KilledTx) -> None:
    await tx.conn.execute(
        "INSERT INTO effect (key, step, type) VALUES ($1, $2, $3)", event.case, event.step, event.type.split(".")[-2]
    )
    Fate.point("effects, not committed")


async def replay(consumer: Consumer[KilledTx], topic: str, pool: Any) -> None:
    """What a person would do once the cause is mended."""
    await pool.execute("INSERT INTO mended SELECT now() WHERE NOT EXISTS (SELECT FROM mended)")
    while True:
        await consumer.replay(topic, f"c{REFUSED}".encode())
        await asyncio.sleep(0.05)


def wait_dead(process: Any, seconds: float) -> int | None:
    """The exit code, or None where it still lives."""
    until = time.monotonic() + seconds
    while process.exitcode is None and time.monotonic() < until:
        process.join(0.05)
    code: int | None = process.exitcode
    return code
