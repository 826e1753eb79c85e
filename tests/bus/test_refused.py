"""An event that cannot be handled, or a record that cannot be read, costs itself and its key, and is parked whole."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from cme_bus.consumer import Consumer
from cme_bus.database import Database, Tx
from cme_bus.errors import Unprocessable
from cme_bus.inbox import flatten
from cme_bus.meta import Meta
from tests.bus.events import Message, Stepped, message, said_on
from tests.bus.hearing import QUICK, Pool, effects, hear, run
from tests.bus.transports import Transport


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
