"""What is parked is seen, waits for the next version or a person, and comes back in order or never again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from cme_bus import health
from cme_bus.consumer import Consumer
from cme_bus.database import Database, Tx
from cme_bus.errors import Unprocessable
from tests.bus.events import Message, Said, Stepped, message, said_on
from tests.bus.hearing import Behave, Pool, effects, hear, run, settled
from tests.bus.transports import Transport
from tests.support import eventually


async def test_a_type_not_heard_is_skipped_and_one_not_known_waits_for_the_next_version(
    transport: Transport, db: Database[Tx], pool: Pool
) -> None:
    topic = await transport.topic()
    said = said_on(topic)
    newer = message(said.step(case="a", step=1))
    newer = replace(newer, headers=[(n, b"test.newer.v1" if n == "ce_type" else v) for n, v in newer.headers])
    await transport.put(topic, message(said.turn(case="a")), newer, message(said.step(case="a", step=2)))
    consumer = hear(db, said)
    await run(transport, consumer, topic, 3)
    assert await effects(pool) == {"a": [2]}  # its key goes on
    [row] = await pool.fetch("SELECT type, holds FROM parked")
    assert dict(row) == {"type": "test.newer.v1", "holds": False}
    assert await consumer.catch_up() == 0

    next_version = hear(db, said, name=consumer.name, catalog=said.catalog | {"test.newer.v1": said.step})
    next_version._routes["test.newer.v1"] = next_version._routes[said.step.type]
    assert await next_version.catch_up() == 1
    assert await effects(pool) == {"a": [2, 1]}
    assert await pool.fetchval("SELECT resolution FROM parked") == "replayed"


async def test_replay_releases_a_key_in_order_and_it_goes_on_from_there(
    transport: Transport, db: Database[Tx], pool: Pool
) -> None:
    topic = await transport.topic()
    said = said_on(topic)
    mended = False

    async def behave(event: Stepped) -> None:
        if event.step == 1 and not mended:
            raise Unprocessable("no such school")

    await transport.put(topic, *(message(said.step(case="a", step=step)) for step in range(4)))
    consumer = hear(db, said, behave=behave)
    async with transport.hearing(consumer):
        await eventually(lambda: settled(transport, consumer, topic, 4))
        with pytest.raises(Unprocessable):
            await consumer.replay(topic, b"a")
        assert await effects(pool) == {"a": [0]}
        mended = True
        assert await consumer.replay(topic, b"a") == 3
        await transport.put(topic, message(said.step(case="a", step=4)))
        await eventually(lambda: settled(transport, consumer, topic, 5))
    assert await effects(pool) == {"a": [0, 1, 2, 3, 4]}


async def test_what_a_person_gave_up_does_not_come_back_when_the_stream_is_read_again(
    transport: Transport, db: Database[Tx], pool: Pool
) -> None:
    topic = await transport.topic()
    said = said_on(topic)

    async def behave(event: Stepped) -> None:
        if event.step == 0:
            raise Unprocessable("no such school")

    refused, nameless = message(said.step(case="a")), Message(b"?", b"a", [])
    await transport.put(topic, refused, nameless, message(said.step(case="a", step=1)))
    consumer = hear(db, said, behave=behave)
    await run(transport, consumer, topic, 3)
    assert await consumer.discard(topic, 0, 0, "test data (A. Clerk)")
    assert await consumer.discard(topic, 0, 1, "a stray (A. Clerk)")
    assert not await consumer.discard(topic, 0, 1, "again")
    assert await consumer.replay(topic, b"a") == 1
    assert await effects(pool) == {"a": [1]}

    await again(pool, consumer, transport, topic, said, behave)
    assert await effects(pool) == {"a": [1]}
    assert await pool.fetchval("SELECT count(*) FROM parked WHERE resolved_at IS NULL") == 0


async def again(
    pool: Pool, consumer: Consumer[Tx], transport: Transport, topic: str, said: Said, behave: Behave
) -> None:
    """The same service reads its stream from the beginning: a new group, the same memory."""
    other = hear(Database(pool, Tx, source="/t"), said, behave=behave)
    await pool.execute("UPDATE inbox SET consumer = $1 WHERE consumer = $2", other.name, consumer.name)
    await pool.execute("UPDATE parked SET consumer = $1 WHERE consumer = $2", other.name, consumer.name)
    await run(transport, other, topic, 3)


async def test_what_was_handled_before_its_key_was_held_is_not_parked_when_read_again(
    transport: Transport, db: Database[Tx], pool: Pool
) -> None:
    topic = await transport.topic()
    said = said_on(topic)

    async def behave(event: Stepped) -> None:
        if event.step == 1:
            raise Unprocessable("no such school")

    await transport.put(topic, *(message(said.step(case="a", step=step)) for step in range(3)))
    consumer = hear(db, said, behave=behave)
    await run(transport, consumer, topic, 3)
    await again(pool, consumer, transport, topic, said, behave)
    assert await effects(pool) == {"a": [0]}
    assert [row["offset"] for row in await pool.fetch('SELECT "offset" FROM parked ORDER BY 1')] == [1, 2]


async def test_a_held_key_raises_an_alarm_and_has_a_clock_of_its_own(
    transport: Transport, db: Database[Tx], pool: Pool, logged: list[dict[str, Any]]
) -> None:
    routine, urgent = await transport.topic(), await transport.topic()

    async def behave(event: Stepped) -> None:
        raise Unprocessable("no such school")

    at_once = timedelta(0)
    name = f"register.{uuid4()}"
    for topic in (routine, urgent):
        await transport.put(topic, *(message(said_on(topic).step(case="secret key", step=n)) for n in range(2)))
        consumer = hear(db, said_on(topic), behave=behave, name=f"{name}.{topic}", attend_within={urgent: at_once})
        await run(transport, consumer, topic, 2)
    alarms = [line for line in logged if line["log_level"] == "error"]
    assert [(line["event"], line["topic"]) for line in alarms] == [("key.held", routine), ("key.held", urgent)]
    assert "secret key" not in str(logged)
    now = await health.snapshot(pool, consumer)
    assert (now.parked_open, now.held_keys, now.held_overdue) == (4, 2, 1)
    assert health.faults(now) == ["a held key is overdue"]
