"""What was said can be said again: the same events, the same ids, in the same order; and only what is kept for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import asyncpg

from cme_bus.again import announce_again
from cme_bus.database import Database, Tx
from cme_bus.outgoing import Outcome
from cme_bus.relay import Relay
from cme_contracts.sealed import Sealed
from tests.bus.conftest import Connect
from tests.bus.events import Child, said_on
from tests.support import eventually

type Pool = asyncpg.Pool[asyncpg.Record]
STREAM = "test.again"
SAID = said_on(STREAM)
EARLY = datetime(2000, 1, 1, tzinfo=UTC)


class Kafka:
    """Takes everything, and shows what it was given."""

    def __init__(self) -> None:
        self.given: list[tuple[str, str, bytes]] = []

    def fence(self, holds: Callable[[], bool]) -> None: ...

    async def send(self, rows: Sequence[asyncpg.Record]) -> dict[int, Outcome]:
        self.given += [(row["key"], row["headers"], row["payload"]) for row in rows]
        return dict.fromkeys((row["seq"] for row in rows), None)

    async def close(self) -> None: ...


@asynccontextmanager
async def relaying(connect: Connect, kafka: Kafka):
    keeps = [SAID.step.type, SAID.child.type]
    task = asyncio.create_task(Relay(connect, lambda: kafka, [STREAM], idle=0.05, keeps=keeps).run())
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_the_same_is_said_again_in_order_and_what_is_not_kept_is_not(
    db: Database[Tx], pool: Pool, connect: Connect
) -> None:
    kafka = Kafka()
    async with relaying(connect, kafka):
        async with db.transaction() as tx:
            steps = [SAID.step(case="a", step=n) for n in range(5)]
            tx.publish(*steps, SAID.turn(case="a"), SAID.child(case="b", personal=Sealed(Child(name="Isolde"))))
        await eventually(lambda: pool.fetchval("SELECT count(*) = 0 FROM outbox"))
        first = list(kafka.given)
        assert len(first) == 7
        types = [SAID.step.type, SAID.child.type, SAID.turn.type]
        assert await announce_again(pool, since=EARLY, types=types, batch=2) == 6
        await eventually(lambda: pool.fetchval("SELECT count(*) = 0 FROM outbox"))
        assert kafka.given[7:] == [*first[:5], first[6]]  # sealed as it was: whoever could open it still can
        assert await announce_again(pool, since=EARLY, types=[SAID.child.type]) == 1
        await eventually(lambda: pool.fetchval("SELECT count(*) = 0 FROM outbox"))
    assert await pool.fetchval("SELECT count(*) FROM announced") == 6


async def test_what_was_said_before_is_not_said_again(db: Database[Tx], pool: Pool, connect: Connect) -> None:
    async with relaying(connect, Kafka()):
        async with db.transaction() as tx:
            tx.publish(SAID.step(case="a"))
        await eventually(lambda: pool.fetchval("SELECT count(*) = 0 FROM outbox"))
    assert await announce_again(pool, since=datetime.now(UTC) + timedelta(days=1), types=[SAID.step.type]) == 0
    assert await pool.fetchval("SELECT count(*) FROM outbox") == 0
