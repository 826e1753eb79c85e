"""What the relay promises, with a PostgreSQL that is real and a Kafka that answers as it is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from aiokafka.errors import KafkaConnectionError, MessageSizeTooLargeError

from cme_bus.database import Database, Tx
from cme_bus.lease import BEAT, EVICT, LOCK, SILENCE, TERM, Lease, now
from cme_bus.outgoing import Outcome
from cme_bus.relay import SEVERAL, Relay
from tests.bus.conftest import Connect
from tests.bus.events import said_on
from tests.support import eventually

type Pool = asyncpg.Pool[asyncpg.Record]

STREAM = "test.relay"
SAID = said_on(STREAM)

LEADER = (
    "SELECT count(pg_terminate_backend(pid)) FROM pg_locks JOIN pg_database AS d ON d.oid = database"
    " WHERE locktype = 'advisory' AND objid = $1 AND granted AND datname = current_database()"
)


class FakeSender:
    """Kafka as the relay sees it: takes a batch, or refuses it as a whole."""

    def __init__(self, answer: Callable[[Any], Outcome] = lambda event: None) -> None:
        self.sent: list[int] = []
        self.batches: list[int] = []
        self._answer = answer

    def fence(self, holds: Callable[[], bool]) -> None: ...

    async def send(self, rows: Sequence[asyncpg.Record]) -> dict[int, Outcome]:
        await asyncio.sleep(0)
        faults = [fault for row in rows if (fault := self._answer(json.loads(row["payload"])))]
        if not faults:
            self.sent += [row["seq"] for row in rows]
            self.batches.append(len(rows))
        return {row["seq"]: faults[0] if faults else None for row in rows}

    async def close(self) -> None: ...


@asynccontextmanager
async def relaying(connect: Connect, sender: FakeSender, replicas: int = 1, **options: Any) -> AsyncIterator[None]:
    options = {"idle": 0.05} | options
    tasks = [asyncio.create_task(Relay(connect, lambda: sender, [STREAM], **options).run()) for _ in range(replicas)]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def publish(db: Database[Tx], *cases: str) -> None:
    for case in cases:
        async with db.transaction() as tx:
            tx.publish(SAID.step(case=case))


def so(is_so: Callable[[], bool]) -> Callable[[], Awaitable[bool]]:
    async def check() -> bool:
        return is_so()

    return check


async def test_a_lane_that_found_several_rests_so_that_the_next_batch_has_more(
    db: Database[Tx], connect: Connect
) -> None:
    sender = FakeSender()
    async with relaying(connect, sender, idle=30, rest=1.0):
        async with db.transaction() as tx:
            tx.publish(*(SAID.step(case=str(number)) for number in range(SEVERAL)))
        await eventually(so(lambda: len(sender.sent) == SEVERAL))
        await asyncio.gather(*(publish(db, str(number)) for number in range(4)))
        await eventually(so(lambda: len(sender.sent) == SEVERAL + 4))
    assert sender.batches == [SEVERAL, 4]


async def test_a_bell_wakes_the_lanes_it_rings_for_and_no_other(db: Database[Tx], connect: Connect) -> None:
    looked: list[str] = []

    class Looking(Relay):
        async def drain(self, conn: Any, sender: Any, stream: str) -> bool:
            looked.append(stream)
            return await super().drain(conn, sender, stream)

    sender = FakeSender()
    task = asyncio.create_task(Looking(connect, lambda: sender, [STREAM, "test.other"], idle=30).run())
    try:
        await eventually(so(lambda: set(looked) == {STREAM, "test.other"}))
        await publish(db, "a")
        await eventually(so(lambda: len(sender.sent) == 1))
        assert looked.count("test.other") == 1
        await db.pool.execute("NOTIFY outbox")
        await eventually(so(lambda: looked.count("test.other") == 2))
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_what_is_rolled_back_is_never_sent_and_what_is_confirmed_is_gone(
    db: Database[Tx], pool: Pool, connect: Connect
) -> None:
    sender = FakeSender()
    async with relaying(connect, sender):
        try:
            async with db.transaction() as tx:
                tx.publish(SAID.step(case="never"))
                raise LookupError
        except LookupError:
            await publish(db, "a", "b")
        await eventually(lambda: pool.fetchval("SELECT count(*) = 0 FROM outbox"))
    assert len(sender.sent) == 2


async def test_one_leader_sends_in_order_and_parks_what_kafka_refuses_with_its_key(
    db: Database[Tx], pool: Pool, connect: Connect
) -> None:
    outages = [KafkaConnectionError(), KafkaConnectionError()]

    def answer(event: Any) -> Outcome:
        if event["case"] == "bad":
            return MessageSizeTooLargeError()
        return outages.pop() if len(sender.sent) > 3 and outages else None

    sender = FakeSender(answer)
    async with relaying(connect, sender, replicas=3, batch=3):
        await publish(db, "a", "b", "bad", "c", "d", "e", "bad", "f", "g", "h")
        await eventually(lambda: pool.fetchval("SELECT count(*) = 2 FROM outbox"))
    assert sender.sent == sorted(set(sender.sent))
    assert len(sender.sent) == 8
    parked = await pool.fetchval("SELECT array_agg(parked_at IS NULL ORDER BY seq) FROM outbox")
    assert parked == [False, True]  # the second waits behind the first


async def test_another_takes_over_when_the_leader_loses_its_connection(
    db: Database[Tx], pool: Pool, connect: Connect
) -> None:
    sender = FakeSender()
    async with relaying(connect, sender, replicas=2):
        for case in "abc":
            await publish(db, case)
            await eventually(lambda: pool.fetchval("SELECT count(*) = 0 FROM outbox"))
            assert await pool.fetchval(LEADER, LOCK) == 1
    assert len(sender.sent) == 3


async def test_a_lost_ring_costs_a_slow_look_and_no_more(pool: Pool, db: Database[Tx], connect: Connect) -> None:
    sender = FakeSender()
    async with relaying(connect, sender):
        async with pool.acquire() as conn, conn.transaction():  # committed by somebody who died before the NOTIFY
            tx = db.on(conn)
            tx.publish(SAID.step(case="a"))
            await tx.write_outbox()
        await eventually(lambda: pool.fetchval("SELECT count(*) = 0 FROM outbox"))
    assert len(sender.sent) == 1


async def test_the_row_lock_makes_outbox_order_the_commit_order(db: Database[Tx], pool: Pool) -> None:
    """Two transactions on one case. With its row locked first, `seq` follows the commits; without, it need not."""
    await pool.execute("INSERT INTO once VALUES ('a', 0)")

    async def act(
        name: str,
        done: list[str],
        *,
        lock: bool,
        begin: asyncio.Event | None = None,
        wrote: asyncio.Event | None = None,
        release: asyncio.Event | None = None,
    ) -> None:
        async with pool.acquire() as conn, conn.transaction():
            if begin:
                await begin.wait()
            if lock:
                await conn.execute("SELECT FROM once WHERE key = 'a' FOR UPDATE")
            tx = db.on(conn)
            tx.publish(SAID.step(case="a"))
            await tx.write_outbox()
            if wrote:
                wrote.set()
            if release:
                await release.wait()
        done.append(name)

    async def race(*, lock: bool) -> tuple[int, list[str]]:
        await pool.execute("DELETE FROM outbox")
        done: list[str] = []
        wrote, release = asyncio.Event(), asyncio.Event()
        first = asyncio.create_task(act("first", done, lock=lock, wrote=wrote, release=release))
        second = asyncio.create_task(act("second", done, lock=lock, begin=wrote))
        await wrote.wait()
        await asyncio.wait([second], timeout=0.3)
        seen = await pool.fetchval("SELECT count(*) FROM outbox")  # what a relay would publish now
        release.set()
        await asyncio.gather(first, second)
        return seen, done

    assert await race(lock=True) == (0, ["first", "second"])
    assert await race(lock=False) == (1, ["second", "first"])  # the hazard: seq 2 could leave before seq 1


def test_a_lease_ends_before_the_lock_can() -> None:
    assert TERM < SILENCE
    assert SILENCE + 2 * BEAT + 2 < 15  # PostgreSQL's patience, a follower's next look, and the first batch
    lease = Lease(term=60)
    assert not lease.holds()
    lease.renew(asked_at=now())
    assert lease.holds()
    lease.renew(asked_at=now() - 61)
    assert not lease.holds()


async def test_a_leader_that_is_silent_for_too_long_is_evicted_by_a_follower(pool: Pool, connect: Connect) -> None:
    """PostgreSQL's own timeouts do not see a session that is stuck in the middle of an answer."""
    leader, follower = await connect(), await connect()
    await leader.execute("SELECT pg_advisory_lock($1)", LOCK)
    assert await follower.fetch(EVICT, LOCK, SILENCE) == []  # it has just spoken
    assert [row[0] for row in await follower.fetch(EVICT, LOCK, 0.0)] == [True]
    await eventually(lambda: follower.fetchval("SELECT pg_try_advisory_lock($1)", LOCK))
