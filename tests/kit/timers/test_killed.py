"""A worker that is killed at any point costs nothing: what it had not committed is fired by the next, once."""

import asyncio
import random
import signal
import sys
from uuid import uuid4

import pytest

from tests.kit.timers.support import at
from tests.kit.timers.worker import POINTS
from tests.support import eventually

pytestmark = [pytest.mark.prove, pytest.mark.timeout(180)]


async def start(dsn, *point):
    return await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.kit.timers.worker", dsn, *point)


async def set_timers(db, count):
    async with db.transaction() as tx:
        for n in range(count):
            await tx.timers.set_timer("breach", uuid4(), at(-n))


async def each_fired_once(db, count):
    assert await db.pool.fetchval("SELECT count(*) FROM timer WHERE fired_at IS NOT NULL") == count
    assert await db.pool.fetchval("SELECT count(*) FROM rang") == count
    assert await db.pool.fetchval("SELECT count(DISTINCT (subject, due_at)) FROM rang") == count
    assert await db.pool.fetchval("SELECT count(*) FROM outbox") == count


@pytest.mark.parametrize("point", POINTS)
async def test_a_worker_killed_at_a_named_point(dsn, db, point):
    await set_timers(db, 8)
    assert await (await start(dsn, point)).wait() == -signal.SIGKILL
    assert 0 < await db.pool.fetchval("SELECT count(*) FROM timer WHERE fired_at IS NOT NULL") < 8
    assert await (await start(dsn)).wait() == 0
    await each_fired_once(db, 8)


async def test_workers_killed_at_twenty_random_moments(dsn, db):
    seed = random.randrange(2**32)
    print(f"seed {seed}")  # shown when it fails
    dice = random.Random(seed)
    await set_timers(db, 3000)
    killed = 0
    for _ in range(20):
        workers = [await start(dsn) for _ in range(2)]
        before = await db.pool.fetchval("SELECT count(*) FROM rang")

        async def has_got_going(before=before, workers=workers):
            return await db.pool.fetchval("SELECT count(*) FROM rang") > before or workers[0].returncode is not None

        await eventually(has_got_going, 60)
        for _ in range(dice.randrange(10)):
            await db.pool.fetchval("SELECT 1")  # some hundreds of microseconds each: lets the kill fall anywhere
        for worker in workers:
            if worker.returncode is None:
                worker.kill()
            killed += await worker.wait() == -signal.SIGKILL
    assert killed > 20  # of forty: otherwise there was too little to do, and this shows nothing
    assert await (await start(dsn)).wait() == 0
    await each_fired_once(db, 3000)
