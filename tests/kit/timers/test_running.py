"""The loop wakes when business time jumps, and outlives a database that is unwell."""

import asyncio
from contextlib import asynccontextmanager
from functools import partial
from uuid import uuid4

from cme_timers import TimerLoop, Timers
from tests.kit.timers.support import at, ring, rung, set_timer
from tests.support import eventually


async def test_a_running_loop_notices_a_jump_of_business_time_long_before_its_poll(db, clock):
    """With a poll of an hour only the jump can wake it: past a timer it knew, and past one it could not know."""
    async with running(TimerLoop(db, clock, {"breach": ring}, poll=3600)):
        for count, hours in enumerate((10, 20), start=1):
            await set_timer(db, "breach", uuid4(), at(hours))
            clock.set(hours)
            await eventually(partial(has_rung, db, count))


@asynccontextmanager
async def running(loop):
    async with asyncio.TaskGroup() as group:
        task = group.create_task(loop.run())
        yield
        task.cancel()


async def has_rung(db, count):
    return len(await rung(db)) == count


async def test_the_loop_waits_for_a_database_that_is_unwell(db, clock, connect):
    other = await connect()

    async def fired():
        return await other.fetchval("SELECT count(*) FROM rang") == 1

    async with running(TimerLoop(db, clock, {"breach": ring}, poll=0.1)):
        for _ in range(20):  # at whatever it is doing
            await other.execute(CUT_OFF)
        await Timers(other).set_timer("breach", uuid4(), at(0))
        await eventually(fired)


CUT_OFF = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()"""
