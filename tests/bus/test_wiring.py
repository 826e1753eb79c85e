"""Every dangerous default of FastStream is set where it must be: on the broker, and again on each subscriber."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from aiokafka import partitioner
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from faststream.kafka import KafkaBroker, TestKafkaBroker
from opentelemetry import trace
from pydantic import BaseModel, ValidationError

from cme_bus.broker import make_broker, split
from cme_bus.consumer import Consumer
from cme_bus.database import Database, Tx
from cme_bus.errors import PASSING, Unprocessable, describe
from cme_bus.inbox import as_record, digest
from cme_bus.meta import Meta
from cme_bus.outgoing import Outcome, murmur2
from cme_bus.relay import Relay
from tests.bus.conftest import Connect
from tests.bus.events import Stepped, message, said_on
from tests.bus.fake_consumer import FakeKafka, record
from tests.bus.hearing import effects, hear

type Pool = asyncpg.Pool[asyncpg.Record]


async def test_each_stream_has_a_consumer_of_its_own_that_never_commits_by_itself(db: Database[Tx]) -> None:
    """Traps 1, 3, 4, 17, 20: auto-commit, the policy a router drops, two topics in one subscriber, deafness, `latest`."""
    one, two = said_on("test.one"), said_on("test.two")
    consumer = hear(db, one, catalog=one.catalog | two.catalog)

    @consumer.on(two.step)
    async def listen(event: Stepped, tx: Tx, meta: Meta) -> None: ...

    kafka = FakeKafka()
    kafka.create("test.one", 2)
    kafka.create("test.two", 2)
    broker = KafkaBroker(
        "nowhere:1", allow_auto_create_topics=False, logger=None
    )  # not ours: FastStream's own defaults
    consumer.attach(broker)
    async with kafka.running(broker):
        assert sorted(tuple(each.topics) for each in kafka.consumers) == [("test.one",), ("test.two",)]
        for each in kafka.consumers:
            assert each.options["enable_auto_commit"] is False
            assert each.options["auto_offset_reset"] == "earliest"
            assert each.options["isolation_level"] == "read_committed"
            assert each.options["group_id"] == consumer.name
    assert all(subscriber.batch_timeout_ms == 5 for subscriber in broker.subscribers)  # type: ignore[attr-defined]


def test_the_broker_is_made_in_one_place_with_nothing_left_to_default() -> None:
    config = make_broker("a:1, b:2", client_id="cme-register").config.broker_config
    assert config.allow_auto_create_topics is False
    assert config.graceful_timeout == 15
    assert config.client_id == "cme-register"
    assert split("a:1, b:2") == ["a:1", "b:2"] == split(["a:1", "b:2"])


async def test_a_record_of_the_same_place_is_told_apart_by_its_content(db: Database[Tx], pool: Pool) -> None:
    """Traps 16 and 31: `offset-timestamp` is not unique, and a topic made anew counts from 0 again."""
    said = said_on("test.same")
    consumer = hear(db, said)
    for case in ("a", "b"):
        bad = message(said.step(case=case))
        await consumer.take([record("test.same", 0, 0, b"{", key=bad.key, headers=bad.headers)])
    rows = await pool.fetch("SELECT * FROM parked ORDER BY parked_at")
    assert [row["key"] for row in rows] == [b"a", b"b"]
    assert digest(as_record(rows[0])) != digest(as_record(rows[1]))
    for partition in (0, 1):
        good = message(said.step(case=f"c{partition}"))
        await consumer.take([record("test.same", partition, 7, good.value, key=good.key, headers=good.headers)])
    assert await effects(pool) == {"c0": [0], "c1": [0]}


async def test_four_services_can_be_joined_in_memory(db: Database[Tx], pool: Pool, connect: Connect) -> None:
    """TestKafkaBroker shows the wiring only: it knows no offsets, no redelivery and no partitions."""
    topic = f"test.{uuid4().hex[:8]}"
    said = said_on(topic)
    broker = make_broker("nowhere:1", client_id="test")
    hear(db, said).attach(broker)

    class ToBroker:
        def fence(self, holds: object) -> None: ...

        async def send(self, rows: Sequence[asyncpg.Record]) -> dict[int, Outcome]:
            for row in rows:
                headers = json.loads(row["headers"])
                await broker.publish(row["payload"], topic=row["stream"], key=row["key"].encode(), headers=headers)
            return {row["seq"]: None for row in rows}

        async def close(self) -> None: ...

    async with TestKafkaBroker(broker), db.transaction() as tx:
        tx.publish(said.step(case="a"))
    async with TestKafkaBroker(broker):
        await Relay(connect, ToBroker, []).drain(await connect(), ToBroker(), topic)
    assert await effects(pool) == {"a": [0]}


async def test_the_trace_of_an_event_is_restored_around_its_handler_and_put_away_after(db: Database[Tx]) -> None:
    said = said_on("test.trace")
    seen: list[int] = []

    async def behave(_: Stepped) -> None:
        seen.append(trace.get_current_span().get_span_context().trace_id)

    parent = f"00-{'ab' * 16}-{'cd' * 8}-01"
    meta = Meta.of(said.step(case="a"), source="/t")
    sent = message(said.step(case="a"), meta=meta)
    headers = [*sent.headers, ("traceparent", parent.encode())]
    await hear(db, said, behave=behave).take([record("test.trace", 0, 0, sent.value, key=b"a", headers=headers)])
    assert seen == [int("ab" * 16, 16)]
    assert trace.get_current_span() is trace.INVALID_SPAN


async def test_a_bulk_handler_must_say_what_caused_what_it_publishes(db: Database[Tx], pool: Pool) -> None:
    said = said_on("test.cause")
    consumer: Consumer[Tx] = Consumer(db, name="register", catalog=said.catalog)

    @consumer.on_many(said.step)
    async def answer(run: Any, tx: Tx) -> None:
        with pytest.raises(TypeError):
            tx.publish(said.turn(case="a"))
        for event, meta in run:
            tx.publish(said.turn(case=event.case), cause=meta)

    sent = message(said.step(case="a"))
    await consumer.take([record("test.cause", 0, 0, sent.value, key=b"a", headers=sent.headers)])
    assert await pool.fetchval("SELECT headers->>'ce_causationid' FROM outbox") == str(sent.id)


def test_errors_are_described_without_what_they_quote() -> None:
    """Traps 36 and 38: pydantic quotes its input, PostgreSQL the values."""

    class Named(BaseModel):
        name: int

    with pytest.raises(ValidationError) as caught:
        Named.model_validate({"name": "Quillfeather"})
    clash = asyncpg.UniqueViolationError("Key (name)=(Quillfeather) already exists")
    for error in (caught.value, clash, RuntimeError("Quillfeather")):
        assert "Quillfeather" not in describe(error)
    assert describe(Unprocessable("no such school")) == "Unprocessable: no such school"
    assert not isinstance(asyncpg.InterfaceError("the server expects 1 argument"), PASSING)


def test_the_cloudevents_sdk_reads_our_headers() -> None:
    event = said_on("test.sdk").step(case="a")
    headers = {name: value.encode() for name, value in Meta.of(event, source="/cme/referrals").headers().items()}
    headers.pop("correlation_id")  # FastStream's own name
    read = from_binary(KafkaMessage(headers=headers, key=None, value=b"{}"), JSONFormat(), CloudEvent)
    assert (read.get_type(), read.get_subject()) == (event.type, "a")


def test_murmur2_is_kafkas() -> None:
    keys = [bytes(range(n)) * 3 for n in range(120)]
    assert [murmur2(key) for key in keys] == [partitioner.murmur2(key) for key in keys]


async def test_one_transaction_at_a_time_for_each_partition(db: Database[Tx], pool: Pool) -> None:
    """Two workers hold partition 0 for a moment: the second waits for the first, and partition 1 for nobody."""
    said = said_on("test.turns")
    entered, leave = asyncio.Event(), asyncio.Event()

    async def behave(event: Stepped) -> None:
        if event.case == "a":
            entered.set()
            await leave.wait()

    consumer = hear(db, said, behave=behave)

    def take(case: str, partition: int, offset: int) -> Any:
        sent = message(said.step(case=case))
        return consumer.take([record("test.turns", partition, offset, sent.value, key=sent.key, headers=sent.headers)])

    first = asyncio.create_task(take("a", 0, 0))
    await entered.wait()
    same = asyncio.create_task(take("b", 0, 1))
    await take("c", 1, 0)
    await asyncio.wait([same], timeout=0.2)
    assert await effects(pool) == {"c": [0]}
    leave.set()
    await asyncio.gather(first, same)
    assert list(await effects(pool)) == ["a", "c", "b"]
