"""What is heard is handled once, in the order of its key; on the fake consumer and on the real Kafka alike."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from cme_bus.consumer import Consumer
from cme_bus.database import Database, Tx
from cme_bus.meta import Meta
from tests.bus.events import Stepped, message, said_on
from tests.bus.fake_consumer import record
from tests.bus.hearing import Pool, effects, hear, run
from tests.bus.transports import OnFake, Transport


async def test_an_event_is_handled_and_what_it_causes_says_so(
    transport: Transport, db: Database[Tx], pool: Pool
) -> None:
    topic = await transport.topic()
    said = said_on(topic)
    first = Meta.of(said.step(case="a"), source="/cme/referrals")
    consumer: Consumer[Tx] = Consumer(db, name=f"register.{uuid4()}", catalog=said.catalog)

    @consumer.on(said.step)
    async def answer(event: Stepped, tx: Tx, meta: Meta) -> None:
        tx.publish(said.turn(case=event.case, step=1))

    await transport.put(topic, message(said.step(case="a"), meta=first))
    await run(transport, consumer, topic, 1)
    cause = await pool.fetchrow(
        "SELECT headers->>'ce_causationid' AS cause, headers->>'ce_correlationid' AS flow, headers->>'ce_type' AS type FROM outbox"
    )
    assert cause is not None
    assert dict(cause) == {"cause": str(first.id), "flow": first.correlation_id, "type": said.turn.type}


async def test_a_duplicate_is_handled_once(transport: Transport, db: Database[Tx], pool: Pool) -> None:
    topic = await transport.topic()
    said = said_on(topic)
    same = message(said.step(case="a"))
    await transport.put(topic, same, message(said.step(case="b")), same)
    consumer = hear(db, said)
    await run(transport, consumer, topic, 3)
    await transport.put(topic, same)
    await run(transport, hear(db, said, name=consumer.name), topic, 4)
    assert await effects(pool) == {"a": [0], "b": [0]}


async def test_types_of_one_handler_come_to_it_together_and_in_order(db: Database[Tx]) -> None:
    transport = OnFake()
    topic = await transport.topic()
    said = said_on(topic)
    consumer: Consumer[Tx] = Consumer(db, name=f"register.{uuid4()}", catalog=said.catalog)
    runs: list[list[tuple[str, int]]] = []

    @consumer.on_many(said.step, said.turn)
    async def take(run: Any, tx: Tx) -> None:
        runs.append([(event.type, event.step) for event, _ in run])

    await transport.put(
        topic, *(message(kind(case=f"c{n}", step=n)) for n in range(5) for kind in (said.step, said.turn))
    )
    await run(transport, consumer, topic, 10)
    assert runs == [[(kind.type, n) for n in range(5) for kind in (said.step, said.turn)]]


@pytest.mark.parametrize("bulk", [False, True])
async def test_the_order_of_a_key_is_kept(transport: Transport, db: Database[Tx], pool: Pool, bulk: bool) -> None:
    topic = await transport.topic(partitions=3)
    said = said_on(topic)
    await transport.put(topic, *(message(said.step(case=f"c{n}", step=step)) for step in range(20) for n in range(30)))
    await run(transport, hear(db, said, bulk=bulk), topic, 600)
    assert set(map(tuple, (await effects(pool)).values())) == {tuple(range(20))}


async def test_two_workers_racing_on_the_same_records_handle_each_once(
    transport: Transport, db: Database[Tx], pool: Pool
) -> None:
    """A rebalance may give two workers the same records at the same time."""
    topic = await transport.topic()
    said = said_on(topic)
    name = f"register.{uuid4()}"
    messages = [message(said.step(case=f"c{n}")) for n in range(50)]
    first, second = hear(db, said, name=name), hear(db, said, name=name)
    records = [record(topic, 0, n, m.value, key=m.key, headers=m.headers) for n, m in enumerate(messages)]
    await asyncio.gather(first.take(records), second.take(records[::-1]))
    assert await effects(pool) == {f"c{n}": [0] for n in range(50)}
    assert first.tally.handled + second.tally.handled == 50
