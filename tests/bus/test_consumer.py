"""What the consumer promises, on the fake consumer and on the real Kafka alike."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from cme_bus import health
from cme_bus.consumer import Consumer, Patience
from cme_bus.database import Database, Tx
from cme_bus.errors import TryAgain, Unprocessable
from cme_bus.inbox import flatten
from cme_bus.meta import Meta
from tests.bus.events import Message, Said, Stepped, message, said_on
from tests.bus.fake_consumer import record
from tests.bus.transports import OnFake, Transport
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


async def test_a_passing_trouble_is_waited_out_and_leaves_nothing_behind(
    transport: Transport, db: Database[Tx], pool: Pool
) -> None:
    topic = await transport.topic()
    said = said_on(topic)
    tries: list[str] = []

    async def behave(event: Stepped) -> None:
        tries.append(event.case)
        if event.case == "b" and tries.count("b") < 4:
            raise TryAgain("the calendar is being loaded")

    await transport.put(topic, *(message(said.step(case=case)) for case in "abc"))
    consumer = hear(db, said, behave=behave, patience=replace(QUICK, hold=30))
    await run(transport, consumer, topic, 3)
    assert await effects(pool) == {"a": [0], "b": [0], "c": [0]}
    assert consumer.tally.retries
    assert await pool.fetchval("SELECT count(*) FROM parked") == 0


async def test_an_outage_longer_than_patience_gives_the_batch_back_and_loses_nothing(
    transport: Transport, db: Database[Tx], pool: Pool, logged: list[dict[str, Any]]
) -> None:
    topic = await transport.topic(partitions=2)
    said = said_on(topic)
    well = False

    async def behave(_: Stepped) -> None:
        if not well:
            raise TryAgain("down")

    def given_back() -> int:
        return sum(line["event"] == "batch.given_back" for line in logged)

    async def twice() -> bool:
        return given_back() >= 2

    await transport.put(topic, *(message(said.step(case="a", step=n), partition=0) for n in range(3)))
    await transport.put(topic, *(message(said.step(case="b", step=n), partition=1) for n in range(3)))
    consumer = hear(db, said, behave=behave)
    async with transport.hearing(consumer):
        await eventually(twice)
        assert await transport.committed(consumer, topic) == 0
        most = QUICK.hold / QUICK.first  # nack alone has no delay: thousands of tries in that time
        assert consumer.tally.retries <= (given_back() + 1) * most
        well = True
        await eventually(lambda: settled(transport, consumer, topic, 6))
    assert await effects(pool) == {"a": [0, 1, 2], "b": [0, 1, 2]}


@pytest.mark.parametrize("bulk", [False, True])
async def test_a_refused_event_holds_its_key_only(
    transport: Transport, db: Database[Tx], pool: Pool, bulk: bool
) -> None:
    topic = await transport.topic()
    said = said_on(topic)

    async def behave(event: Stepped) -> None:
        if event.case == "bad" and event.step == 1:
            raise Unprocessable("no such school")

    cases = ("x", "bad", "y")
    await transport.put(topic, *(message(said.step(case=case, step=step)) for step in range(4) for case in cases))
    consumer = hear(db, said, behave=behave, bulk=bulk)
    await run(transport, consumer, topic, 12)
    assert await effects(pool) == {"x": [0, 1, 2, 3], "bad": [0], "y": [0, 1, 2, 3]}
    parked = await pool.fetch('SELECT error, holds FROM parked ORDER BY "offset"')
    assert [row["error"] for row in parked] == [
        "Unprocessable: no such school",
        "Unprocessable: an earlier event with this key is parked",
        "Unprocessable: an earlier event with this key is parked",
    ]
    assert await pool.fetchval("SELECT count(*) FROM inbox") == 9  # what is parked has not been handled


@pytest.mark.parametrize("bulk", [False, True])
async def test_some_bad_events_do_not_cost_the_batch_its_transaction(
    transport: Transport, db: Database[Tx], pool: Pool, bulk: bool
) -> None:
    topic = await transport.topic()
    said = said_on(topic)
    bad = {f"c{n}" for n in range(0, 300, 100)}

    async def behave(event: Stepped) -> None:
        if event.case in bad and event.step == 1:
            raise Unprocessable("no such school")

    await transport.put(topic, *(message(said.step(case=f"c{n}", step=step)) for step in range(3) for n in range(300)))
    consumer = hear(db, said, behave=behave, bulk=bulk)
    await run(transport, consumer, topic, 900)
    steps = await effects(pool)
    assert {case for case, done in steps.items() if done == [0]} == bad
    assert {tuple(done) for case, done in steps.items() if case not in bad} == {(0, 1, 2)}
    assert await pool.fetchval("SELECT count(*) FROM parked") == 2 * len(bad)
    assert consumer.tally.splits <= len(bad) * (
        12 if bulk else 1
    )  # halving; one by one, the handler tells which it was


async def test_a_bulk_handler_that_names_the_event_is_not_searched(
    transport: Transport, db: Database[Tx], pool: Pool
) -> None:
    topic = await transport.topic()
    said = said_on(topic)
    consumer: Consumer[Tx] = Consumer(db, name=f"register.{uuid4()}", catalog=said.catalog)

    @consumer.on_many(said.step)
    async def write(run: Any, tx: Tx) -> None:
        for event, meta in run:
            if event.step == 70:
                raise Unprocessable("no such school", of=meta)
        await tx.conn.executemany("INSERT INTO effect (key, step) VALUES ($1, $2)", [(e.case, e.step) for e, _ in run])

    await transport.put(topic, *(message(said.step(case=f"c{n}", step=n)) for n in range(100)))
    await run(transport, consumer, topic, 100)
    assert await pool.fetchval("SELECT count(*) FROM effect") == 99
    assert consumer.tally.splits == 1


async def test_a_defect_is_parked_after_three_tries(transport: Transport, db: Database[Tx], pool: Pool) -> None:
    topic = await transport.topic()
    said = said_on(topic)
    tries: list[int] = []

    async def behave(event: Stepped) -> None:
        if event.case == "bad":
            tries.append(1)
            raise RuntimeError("a child's name, perhaps")

    await transport.put(topic, message(said.step(case="bad")), message(said.step(case="good")))
    await run(transport, hear(db, said, behave=behave), topic, 2)
    assert await effects(pool) == {"good": [0]}
    assert await pool.fetchval("SELECT error FROM parked") == "RuntimeError"
    assert 3 <= len(tries) <= 4  # once in the batch, three times alone


async def test_an_argument_the_database_cannot_take_is_a_defect_not_an_outage(
    transport: Transport, db: Database[Tx], pool: Pool
) -> None:
    topic = await transport.topic()
    said = said_on(topic)
    consumer: Consumer[Tx] = Consumer(
        db, name=f"register.{uuid4()}", catalog=said.catalog, patience=replace(QUICK, hold=60)
    )

    @consumer.on(said.step)
    async def overflow(event: Stepped, tx: Tx, meta: Meta) -> None:
        await tx.conn.execute("SELECT $1::int", 2**40)

    @consumer.on(said.turn)
    async def too_few(event: Stepped, tx: Tx, meta: Meta) -> None:
        await tx.conn.execute("SELECT $1::int", 1, 2)

    await transport.put(topic, message(said.step(case="a")), message(said.turn(case="b")))
    await run(transport, consumer, topic, 2)
    errors = [row["error"] for row in await pool.fetch('SELECT error FROM parked ORDER BY "offset"')]
    assert errors == ["DataError 22000", "InterfaceError"]


async def test_hostile_records_are_parked_byte_for_byte_and_the_rest_goes_on(
    transport: Transport, db: Database[Tx], pool: Pool
) -> None:
    topic = await transport.topic()
    said = said_on(topic)
    good = said.step(case="ok")

    def fresh(**changes: Any) -> Message:
        return replace(message(good), **changes)

    no_id = [(name, value) for name, value in message(good).headers if name != "ce_id"]
    garbage = [
        fresh(key=b"not json", value=b"{"),
        fresh(key=b"not ours", value=b'{"step": "many"}'),
        fresh(key=b"no value", value=None),
        fresh(key=b"empty", value=b""),
        fresh(key=b"no headers", headers=[]),
        fresh(key=b"no id", headers=no_id),
        fresh(key=b"\xff\x00", headers=[("ce_id", b"\xff\x00"), ("x", b"\x00"), ("x", None)]),
        fresh(key=None, value=b"\x00\xff", headers=[("ce_type", b"t")]),
        fresh(key=b"x" * 5000, value=b"", headers=[]),
        fresh(
            key=b"not UTF-8", value=b"{", headers=[("before", b"1"), ("\udcff\udcfename", b"2"), *message(good).headers]
        ),
    ]
    odd = [*message(good).headers, ("x-null", None), ("x-bytes", b"\x00\xff"), ("ce_extra", b"\xff")]
    await transport.put(topic, *garbage, replace(message(good), headers=odd))
    await run(transport, hear(db, said), topic, len(garbage) + 1)
    rows = await pool.fetch('SELECT key, headers, payload, error FROM parked ORDER BY "offset"')
    assert [row["key"] for row in rows] == [each.key for each in garbage]
    assert [row["payload"] for row in rows] == [each.value for each in garbage]
    assert [row["headers"] for row in rows] == [flatten(each.headers) for each in garbage]
    assert not any("many" in row["error"] for row in rows)
    assert await effects(pool) == {"ok": [0]}


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
