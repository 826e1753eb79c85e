"""What only the real Kafka can show: the whole way through it, and the traps on that way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.partitioner import DefaultPartitioner
from opentelemetry.sdk.trace import TracerProvider

from cme_bus import health
from cme_bus.broker import make_broker
from cme_bus.database import Database, Tx
from cme_bus.errors import TryAgain
from cme_bus.lease import LeaseLostError
from cme_bus.outgoing import Outgoing, producer
from cme_bus.relay import Relay
from cme_contracts.sealed import Sealed
from tests.bus.conftest import Connect
from tests.bus.events import Child, Stepped, message, said_on
from tests.bus.hearing import QUICK, effects, hear
from tests.bus.transports import OnKafka
from tests.support import Kafka, eventually

type Pool = asyncpg.Pool[asyncpg.Record]

CANARY = "Zacharias Quillfeather"


@asynccontextmanager
async def relaying(connect: Connect, kafka: Kafka, *topics: str, **options: Any) -> AsyncIterator[None]:
    make = producer([kafka.servers])
    task = asyncio.create_task(Relay(connect, lambda: Outgoing(make), topics, **options).run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("bulk", [False, True])
async def test_every_event_arrives_once_and_in_order_for_its_key(
    db: Database[Tx], pool: Pool, connect: Connect, kafka: Kafka, bulk: bool
) -> None:
    topic = await kafka.topic("order")
    said = said_on(topic)
    consumer = hear(db, said, bulk=bulk)
    async with relaying(connect, kafka, topic, batch=70), OnKafka(kafka).hearing(consumer):
        for step in range(20):
            async with db.transaction() as tx:
                tx.publish(*(said.step(case=f"case-{n}", step=step) for n in range(30)))
        await eventually(lambda: pool.fetchval("SELECT count(*) >= 600 FROM effect"))
        await eventually(lambda: pool.fetchval("SELECT count(*) = 0 FROM outbox"))
    assert set(map(tuple, (await effects(pool)).values())) == {tuple(range(20))}


async def test_records_lie_where_any_kafka_client_would_put_them(
    db: Database[Tx], connect: Connect, kafka: Kafka
) -> None:
    topic = await kafka.topic("murmur", partitions=5)
    async with db.transaction() as tx:
        tx.publish(*(said_on(topic).step(case=f"case-{n}") for n in range(50)))
    async with relaying(connect, kafka, topic):
        for record in await kafka.read(topic, 50):
            assert record.partition == DefaultPartitioner()(record.key, list(range(5)), list(range(5)))
            assert dict(record.headers)["ce_subject"] == record.key


async def test_too_large_for_kafka_parks_its_key_only_and_the_lane_goes_on(
    db: Database[Tx], pool: Pool, connect: Connect, kafka: Kafka
) -> None:
    """Refused by the broker, asynchronously; afterwards aiokafka's sequence numbers no longer fit."""
    topic = await kafka.topic("large", partitions=1, max_message_bytes="20000")
    step = said_on(topic).step
    async with db.transaction() as tx:
        tx.publish(*(step(case=f"case-{n}") for n in range(5)))
        tx.publish(step(case="big", note="x" * 30_000), step(case="big", step=1))
        tx.publish(*(step(case=f"case-{n}", step=1) for n in range(5)))
    async with relaying(connect, kafka, topic, idle=0.1):
        assert [r.key for r in await kafka.read(topic, 10)] == [f"case-{n}".encode() for n in range(5)] * 2
        async with db.transaction() as tx:
            tx.publish(step(case="later"))
        assert (await kafka.read(topic, 11))[-1].key == b"later"
        await eventually(lambda: pool.fetchval("SELECT count(*) = 2 FROM outbox"))
        errors = await pool.fetchval("SELECT array_agg(error ORDER BY seq) FROM outbox")
        assert errors == ["MessageSizeTooLargeError", None]

        await kafka.configure(topic, max_message_bytes="90000")
        await pool.execute("UPDATE outbox SET parked_at = NULL")
        assert [r.key for r in (await kafka.read(topic, 13))[-2:]] == [b"big", b"big"]


async def test_a_lane_without_a_topic_does_not_hold_the_others(
    db: Database[Tx], pool: Pool, connect: Connect, kafka: Kafka
) -> None:
    good, missing = await kafka.topic("good"), f"no.such.topic.{uuid4().hex[:8]}"
    async with db.transaction() as tx:
        tx.publish(said_on(missing).step(case="a"), said_on(good).step(case="a"))
    async with relaying(connect, kafka, missing, good):
        await kafka.read(good, 1)
        await eventually(lambda: pool.fetchval("SELECT array_agg(stream) = ARRAY[$1] FROM outbox", missing))


async def test_urgent_is_heard_while_routine_is_stuck(
    db: Database[Tx], pool: Pool, connect: Connect, kafka: Kafka
) -> None:
    routine, urgent = said_on(await kafka.topic("routine")), said_on(await kafka.topic("urgent"))
    well = asyncio.Event()

    async def behave(_: Stepped) -> None:
        if not well.is_set():
            raise TryAgain("the registry is down")

    consumer = hear(
        db, routine, behave=behave, catalog=routine.catalog | urgent.catalog, patience=replace(QUICK, hold=30)
    )

    @consumer.on(urgent.step)
    async def hear_urgent(event: Stepped, tx: Tx, _: object) -> None:
        await tx.conn.execute("INSERT INTO effect (key, step, stream) VALUES ($1, 0, 'urgent')", event.case)

    async with relaying(connect, kafka, urgent.step.stream, routine.step.stream), OnKafka(kafka).hearing(consumer):
        async with db.transaction() as tx:
            tx.publish(*(routine.step(case=f"c{n}") for n in range(300)))
        async with db.transaction() as tx:
            tx.publish(urgent.step(case="x"))
        await eventually(lambda: pool.fetchval("SELECT count(*) FROM effect WHERE stream = 'urgent'"))
        assert await pool.fetchval("SELECT count(*) FROM effect") == 1

        async def all_are_behind() -> bool:
            return (await health.snapshot(pool, consumer)).lag == {routine.step.stream: 300, urgent.step.stream: 0}

        await eventually(all_are_behind)
        well.set()
        await eventually(lambda: pool.fetchval("SELECT count(*) = 301 FROM effect"))


async def test_workers_that_come_and_go_keep_order_and_handle_once(
    db: Database[Tx], pool: Pool, connect: Connect, kafka: Kafka
) -> None:
    """Rebalances in the middle of batches: two workers may hold the same partition for a moment."""
    topic = await kafka.topic("rebalance")
    said = said_on(topic)
    seen: dict[str, int] = {}
    name = f"register.{uuid4()}"
    async with db.transaction() as tx:
        tx.publish(*(said.step(case=f"c{n}", step=step) for step in range(10) for n in range(60)))

    async def worker(number: int) -> Any:
        async def behave(_: Stepped) -> None:
            seen[str(number)] = seen.get(str(number), 0) + 1
            await asyncio.sleep(0.002)

        broker = make_broker(kafka.servers, client_id="test")
        hear(db, said, behave=behave, name=name).attach(broker)
        await broker.start()
        return broker

    async with relaying(connect, kafka, topic):
        brokers = [await worker(0)]
        for number in range(1, 4):
            done = await pool.fetchval("SELECT count(*) FROM effect")
            await eventually(lambda done=done: pool.fetchval("SELECT count(*) > least($1, 599) FROM effect", done))
            brokers.append(await worker(number))
            if len(brokers) > 2:
                await brokers.pop(0).stop()
        await eventually(lambda: pool.fetchval("SELECT count(*) >= 600 FROM effect"), 60)
        for broker in brokers:
            await broker.stop()
    assert set(map(tuple, (await effects(pool)).values())) == {tuple(range(10))}
    assert await pool.fetchval("SELECT count(*) FROM parked") == 0


async def test_a_stopped_worker_finishes_its_batch_and_commits_it(db: Database[Tx], pool: Pool, kafka: Kafka) -> None:
    topic = await kafka.topic("graceful", partitions=1)
    said = said_on(topic)
    begun, calls = asyncio.Event(), []

    async def behave(event: Stepped) -> None:
        calls.append(event.step)
        begun.set()
        await asyncio.sleep(0.02)

    transport = OnKafka(kafka)
    await transport.put(topic, *(message(said.step(case="c", step=n)) for n in range(10)))
    consumer = hear(db, said, behave=behave)
    async with transport.hearing(consumer):
        await begun.wait()
    assert calls == list(range(10))
    assert await transport.committed(consumer, topic) == 10


async def test_nothing_is_committed_while_its_handler_runs_or_after_it_failed(db: Database[Tx], kafka: Kafka) -> None:
    """Traps 1, 2 and 6: FastStream's default commits first, and a later success would commit past the failed one."""
    topic = await kafka.topic("commit", partitions=1)
    said = said_on(topic)
    begun, release, well = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def behave(_: Stepped) -> None:
        begun.set()
        await release.wait()
        if not well.is_set():
            raise TryAgain("down")

    transport = OnKafka(kafka)
    await transport.put(topic, message(said.step(case="a")))
    consumer = hear(db, said, behave=behave)

    async def retried() -> bool:
        return consumer.tally.retries > 0

    async def done() -> bool:
        return await transport.committed(consumer, topic) == 2

    async with transport.hearing(consumer):
        await begun.wait()
        assert await transport.committed(consumer, topic) == 0
        await transport.put(topic, message(said.step(case="b")))
        release.set()
        await eventually(retried)
        assert await transport.committed(consumer, topic) == 0
        well.set()
        await eventually(done)


async def test_a_topic_that_does_not_exist_is_not_made_by_listening_to_it(db: Database[Tx], kafka: Kafka) -> None:
    """Trap 19: it would have one partition, and adding more moves keys."""
    topic, exists = f"not.made.{uuid4().hex[:8]}", await kafka.topic("exists")
    consumer = hear(db, said_on(topic), catalog=said_on(topic).catalog)
    broker = make_broker(kafka.servers, client_id="test")
    consumer.attach(broker)
    with suppress(TimeoutError):
        async with asyncio.timeout(2):  # it waits until somebody has made the topic
            await broker.start()
    await broker.stop()
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.servers)
    await admin.start()
    topics = await admin.list_topics()
    await admin.close()
    assert exists in topics
    assert topic not in topics


async def test_a_relay_whose_lease_has_ended_cannot_send(db: Database[Tx], pool: Pool, kafka: Kafka) -> None:
    """The check is in the call that writes to the socket: what had been handed to aiokafka before does not leave either."""
    topic = await kafka.topic("lease", partitions=1)
    async with db.transaction() as tx:
        tx.publish(said_on(topic).step(case="a"))
    rows = await pool.fetch("SELECT * FROM outbox")
    mine = True
    sender = Outgoing(producer([kafka.servers]))
    sender.fence(lambda: mine)
    assert set((await sender.send(rows)).values()) == {None}
    mine = False
    [outcome] = (await sender.send(rows)).values()
    assert isinstance(outcome, LeaseLostError)
    mine = True
    assert set((await sender.send(rows)).values()) == {None}  # a leader again: with a producer that is new
    await sender.close()
    assert [record.offset for record in await kafka.read(topic, 2)] == [0, 1]


async def test_the_trace_and_the_cause_survive_the_outbox(
    db: Database[Tx], pool: Pool, connect: Connect, kafka: Kafka
) -> None:
    """Trap 33: the trace is that of the code that published, not of the relay that sent."""
    topic = await kafka.topic("trace")
    with TracerProvider().get_tracer("test").start_as_current_span("request") as span:
        async with db.transaction() as tx:
            tx.publish(said_on(topic).step(case="a"))
    async with relaying(connect, kafka, topic):
        [record] = await kafka.read(topic, 1)
    headers = {name: value.decode() for name, value in record.headers}
    assert f"{span.get_span_context().trace_id:032x}" in headers["traceparent"]
    assert headers["ce_partitionkey"] == "a"


async def test_a_name_is_nowhere_in_the_clear_but_in_its_readers_hands(
    db: Database[Tx],
    pool: Pool,
    connect: Connect,
    kafka: Kafka,
    logged: list[dict[str, Any]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A byte scan of topics, outbox, inbox, parked rows and log lines; failures are the likeliest to talk."""
    topic = await kafka.topic("canary")
    said = said_on(topic)
    seen: list[str] = []
    consumer = hear(db, said)

    @consumer.on(said.child)
    async def look(event: Any, tx: Tx, _: object) -> None:
        name = event.personal.plain.name
        seen.append(name)
        if event.case == "clash":
            await tx.conn.execute("INSERT INTO once VALUES ($1, 0), ($1, 0)", name)  # PostgreSQL's DETAIL quotes it
        if event.case == "bug":
            raise RuntimeError(name)
        if event.case == "away":
            raise TryAgain("down") from RuntimeError(name)

    async with db.transaction() as tx:
        cases = ("fine", "clash", "bug", "away")
        tx.publish(*(said.child(case=case, personal=Sealed(Child(name=CANARY))) for case in cases))
    kept = [str(dict(row)) for row in await pool.fetch("SELECT *, convert_from(payload, 'UTF8') FROM outbox")]
    async with relaying(connect, kafka, topic), OnKafka(kafka).hearing(consumer):
        records = await kafka.read(topic, 4)
        await eventually(lambda: pool.fetchval("SELECT count(*) = 2 FROM parked"))

        async def given_back() -> bool:
            return any(line["event"] == "batch.given_back" for line in logged)

        await eventually(given_back)
    for table in ("inbox", "parked", "outbox"):
        kept += [str(dict(row)) for row in await pool.fetch(f"SELECT * FROM {table}")]
    kept += [str(record) for record in records]
    kept += [str(logged), caplog.text]
    assert seen.count(CANARY) > 4
    assert len(records) == 4
    assert not [text for text in kept if CANARY in text or CANARY.split()[1] in text]


async def test_the_producer_waits_for_every_replica_and_cannot_double(kafka: Kafka) -> None:
    """Trap 27: aiokafka's defaults are acks=1 and no idempotence."""
    made: AIOKafkaProducer = producer([kafka.servers])()
    assert made._sender._acks == -1
    assert made._txn_manager is not None
    await made.stop()
