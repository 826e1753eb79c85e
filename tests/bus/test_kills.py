"""SIGKILL between any two durable steps, at each of them by name and at 200 moments at random: nothing lost, nothing doubled."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import random
import signal
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from cme_bus.lease import LOCK
from cme_bus.migrate import migrate
from tests.bus import worker
from tests.bus.worker import Doom, Job
from tests.support import Kafka, eventually

pytestmark = [pytest.mark.prove, pytest.mark.timeout(290)]

POINTS = [
    "outbox written, not committed",
    "committed, no NOTIFY",
    "relay fetched, not sent",
    "handed over, not written",
    "sent, not deleted",
    "deleted",
    "consumer fetched, not begun",
    "effects, not committed",
    "parked, not committed",
    "effects committed, offset not committed",
    "offset committed",
    "replay resolved, not committed",
]
"""Every pair of durable steps an event goes through, in its order."""

RANDOM = 200

FORK = multiprocessing.get_context("forkserver")  # real processes, and the imports are done once
FORK.set_forkserver_preload(["tests.bus.worker"])


@pytest.fixture
async def pool(dsn: str, tmp_path: Path) -> AsyncIterator[asyncpg.Pool[asyncpg.Record]]:
    (tmp_path / "0001_worker.sql").write_text(worker.SCHEMA)
    await migrate(dsn, component="worker", folder=tmp_path)
    async with asyncpg.create_pool(dsn, min_size=1, max_size=3) as pool:
        await pool.execute("INSERT INTO aggregate (key) SELECT 'c' || n FROM generate_series(1, $1) AS n", worker.KEYS)
        yield pool


@asynccontextmanager
async def process(job: Job) -> AsyncIterator[Any]:
    child = FORK.Process(target=worker.main, args=(job,), daemon=True)
    child.start()
    try:
        yield child
    finally:
        if child.exitcode is None:
            os.kill(child.pid, signal.SIGCONT)
            child.kill()
        child.join(10)


async def died(child: Any, seconds: float = 60) -> None:
    code = await asyncio.to_thread(worker.wait_dead, child, seconds)
    assert code == -signal.SIGKILL, code


async def gaps(pool: asyncpg.Pool[asyncpg.Record]) -> dict[str, list[int]]:
    """The keys whose effects are not exactly 1, 2, 3 ... in that order."""
    steps = defaultdict(list)
    for row in await pool.fetch("SELECT key, type, step FROM effect ORDER BY n"):
        steps[row["key"], row["type"]].append(row["step"])
    return {f"{key} {type_}": done for (key, type_), done in steps.items() if done != list(range(1, len(done) + 1))}


async def counts(pool: asyncpg.Pool[asyncpg.Record]) -> tuple[int, int, int, int]:
    row = await pool.fetchrow(
        "SELECT (SELECT sum(step) FROM aggregate) AS said, (SELECT count(*) FROM effect WHERE type = 'step') AS steps,"
        " (SELECT count(*) FROM effect WHERE type = 'turn') AS turns, (SELECT count(*) FROM outbox) AS waiting"
    )
    assert row is not None
    return int(row["said"]), row["steps"], row["turns"], row["waiting"]


async def finish(pool: asyncpg.Pool[asyncpg.Record], job: Job) -> None:
    """Let what is there come to its end, by a worker that is left in peace; then count."""

    async def all_there() -> bool:
        said, steps, turns, waiting = await counts(pool)
        return said == steps == turns and not waiting

    async with process(job):
        try:
            await eventually(all_there, 60)
        except TimeoutError:
            pytest.fail(f"said, steps, turns, waiting: {await counts(pool)}")
    assert await gaps(pool) == {}
    assert await pool.fetchval("SELECT count(*) FROM parked WHERE resolved_at IS NULL") == 0


async def test_killed_at_every_point_and_at_random_ones_nothing_is_lost_or_doubled(
    pool: asyncpg.Pool[asyncpg.Record], dsn: str, kafka: Kafka
) -> None:
    topic = await kafka.topic("kills", partitions=4)
    chance = random.Random(20261124)  # the same points in every run; the moments are the machine's
    for point in POINTS:
        job = Job(dsn, kafka.servers, topic, "a", doom=Doom(point, chance.randint(1, 3)), replay=point == POINTS[-1])
        if point == "parked, not committed":
            await pool.execute("DELETE FROM mended")
        async with process(job) as child:
            await died(child)
        assert await gaps(pool) == {}, point
    await pool.execute("DELETE FROM mended")
    killed, workers = 0, asyncio.Queue[str]()
    for name in "ab":
        workers.put_nowait(name)

    async def one_life(name: str) -> None:
        doom = Doom("any", chance.randint(1, 60), within=chance.choice([0.0, 0.003, 0.03]))
        job = Job(dsn, kafka.servers, topic, name, doom=doom, replay=chance.random() < 0.2)
        async with process(job) as child:
            await died(child)

    async def lives(name: str) -> None:
        nonlocal killed
        while killed < RANDOM:
            killed += 1
            await one_life(name)

    await asyncio.gather(lives("a"), lives("b"))
    assert await gaps(pool) == {}
    await finish(pool, Job(dsn, kafka.servers, topic, "a", roles=("relay", "consumer"), replay=True))
    said, steps, _, _ = await counts(pool)
    assert said == steps > RANDOM  # there was something to lose


async def test_a_leader_that_is_stopped_is_replaced_and_sends_nothing_when_it_wakes(
    pool: asyncpg.Pool[asyncpg.Record], dsn: str, kafka: Kafka
) -> None:
    """It holds still with a batch in its hands, before the first byte of it has left; another sends it; then it wakes."""
    topic = await kafka.topic("stopped", partitions=1)
    said = worker.said_on(topic)
    asleep = Doom("handed over, not written", passage=2, how=signal.SIGSTOP)
    async with process(Job(dsn, kafka.servers, topic, "a", roles=("relay",), doom=asleep)) as leader:
        await eventually(lambda: leading(pool))
        db = worker.Database(pool, worker.Tx, source="/t")
        async with db.transaction() as tx:
            tx.publish(said.step(case="c1", step=0))
        await eventually(lambda: pool.fetchval("SELECT count(*) = 0 FROM outbox"))  # its way to Kafka is open
        async with db.transaction() as tx:
            tx.publish(*(said.step(case="c1", step=n) for n in range(1, 20)))
        await eventually(lambda: stopped(leader.pid))
        async with process(Job(dsn, kafka.servers, topic, "b", roles=("relay",))):
            await eventually(lambda: pool.fetchval("SELECT count(*) = 0 FROM outbox"), 15)  # the promise of the bus
            os.kill(leader.pid, signal.SIGCONT)
            async with db.transaction() as tx:
                tx.publish(said.step(case="c1", step=20))
            await eventually(lambda: standing_again(pool, "relay a"))  # whatever it would send, it has
            await eventually(lambda: pool.fetchval("SELECT count(*) = 0 FROM outbox"))
    records = await kafka.read(topic, 21)
    assert [record.offset for record in records] == list(range(21))


async def standing_again(pool: asyncpg.Pool[asyncpg.Record], name: str) -> bool:
    """It has found its session gone, and has come back as a follower."""
    return bool(await pool.fetchval("SELECT count(*) FROM pg_stat_activity WHERE application_name = $1", name))


async def leading(pool: asyncpg.Pool[asyncpg.Record]) -> bool:
    query = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND granted"
    return bool(
        await pool.fetchval(
            query + " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())", LOCK
        )
    )


async def stopped(pid: int) -> bool:
    return await asyncio.to_thread(_state, pid) == "T"


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


async def test_a_leader_that_is_cut_off_is_replaced_and_its_lease_has_ended_before(
    pool: asyncpg.Pool[asyncpg.Record], dsn: str, kafka: Kafka, proxied: Callable[[str], Awaitable[Any]]
) -> None:
    """Its connection to PostgreSQL goes silent in both directions, and nobody closes it."""
    topic = await kafka.topic("cut", partitions=1)
    said = worker.said_on(topic)
    proxy = await proxied(dsn)
    async with process(Job(proxy.dsn, kafka.servers, topic, "a", roles=("relay",))):
        await eventually(lambda: leading(pool))
        db = worker.Database(pool, worker.Tx, source="/t")
        async with db.transaction() as tx:
            tx.publish(said.step(case="c1", step=0))
        await eventually(lambda: pool.fetchval("SELECT count(*) = 0 FROM outbox"))
        proxy.cut()
        async with db.transaction() as tx:
            tx.publish(said.step(case="c1", step=1))
        async with process(Job(dsn, kafka.servers, topic, "b", roles=("relay",))):
            await eventually(lambda: pool.fetchval("SELECT count(*) = 0 FROM outbox"), 15)
    assert len(await kafka.read(topic, 2)) == 2


@pytest.fixture
async def proxied() -> AsyncIterator[Callable[[str], Awaitable[Any]]]:
    """A way to PostgreSQL that can go silent."""
    proxies: list[Proxy] = []

    async def make(dsn: str) -> Proxy:
        proxies.append(await Proxy.to(dsn))
        return proxies[-1]

    yield make
    for proxy in proxies:
        proxy.close()


class Proxy:
    def __init__(self, dsn: str) -> None:
        before, _, rest = (
            dsn.partition("@") if "@" in dsn else (dsn.partition("//")[0] + "//", "", dsn.partition("//")[2])
        )
        self._before, self._at = before, "@" if "@" in dsn else ""
        address, _, self._database = rest.partition("/")
        self._host, _, self._port = address.partition(":")
        self._silent = False
        self._tasks: list[asyncio.Task[None]] = []
        self.dsn = ""

    @classmethod
    async def to(cls, dsn: str) -> Proxy:
        proxy = cls(dsn)
        proxy._server = await asyncio.start_server(proxy._serve, "127.0.0.1", 0)
        port = proxy._server.sockets[0].getsockname()[1]
        proxy.dsn = f"{proxy._before}{proxy._at}127.0.0.1:{port}/{proxy._database}"
        return proxy

    def cut(self) -> None:
        self._silent = True

    def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_connection(self._host, int(self._port))
        self._tasks += [
            asyncio.create_task(self._pass(reader, there[1])),
            asyncio.create_task(self._pass(there[0], writer)),
        ]

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            if not self._silent:
                writer.write(data)
                await writer.drain()
