"""What is unwell is waited out: nothing is lost by it, nothing parked for it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cme_bus.database import Database, Tx
from cme_bus.errors import TryAgain
from tests.bus.events import Stepped, message, said_on
from tests.bus.hearing import QUICK, Pool, effects, hear, run, settled
from tests.bus.transports import Transport
from tests.support import eventually


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
