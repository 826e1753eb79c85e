"""What goes on beside a timer that fires: somebody cancels it, other workers fire theirs; each fires once at most."""

import asyncio
from uuid import uuid4

from cme_timers import TimerLoop, Timers
from tests.kit.timers.support import announced, at, opened, prepared, ring, rung, set_timer
from tests.support import eventually


async def test_a_timer_cancelled_while_it_fires_leaves_no_effect(db, clock, connect):
    """The one who cancels holds the aggregate; the handler waits for it. Neither waits for the other's timer."""
    case = uuid4()
    await set_timer(db, "breach", case, at(0))
    await db.pool.execute("CREATE TABLE aggregate (id uuid PRIMARY KEY)")
    await db.pool.execute("INSERT INTO aggregate VALUES ($1)", case)
    lock = "SELECT id FROM aggregate WHERE id = $1 FOR UPDATE"

    async def breach(timer, tx, detected_at):
        await tx.ring(timer, detected_at)
        await tx.conn.fetchval(lock, timer.subject)

    other = await connect()
    async with other.transaction():
        await other.fetchval(lock, case)
        firing = asyncio.create_task(TimerLoop(db, clock, {"breach": breach}).fire_due())
        await eventually(
            lambda: db.pool.fetchval(
                "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
        )
        assert await Timers(other).cancel(case) == 1
    assert await firing == 0
    assert await rung(db) == []
    assert await db.pool.fetchval("SELECT attempts FROM timer") == 0


async def test_what_one_worker_is_firing_no_other_begins_and_other_subjects_do_not_wait_for_it(db, clock):
    case, other = uuid4(), uuid4()
    begun, begun_beside, go_on = [], [], asyncio.Event()

    async def slow(timer, tx, detected_at):
        begun.append(timer.subject)
        await go_on.wait()

    async def note(timer, tx, detected_at):
        begun_beside.append(timer.subject)

    await set_timer(db, "breach", case, at(-2))
    await set_timer(db, "warn", case, at(-1))
    await set_timer(db, "breach", other, at(0))

    async def has_begun():
        return bool(begun)

    async with asyncio.TaskGroup() as group:
        firing = group.create_task(TimerLoop(db, clock, {"breach": slow, "warn": slow}).fire_due())
        await eventually(has_begun)
        try:
            assert await TimerLoop(db, clock, {"breach": note, "warn": note}).fire_due() == 1
            assert begun == [case]
            assert begun_beside == [other]
        finally:
            go_on.set()
    assert firing.result() == 2


async def test_three_workers_fire_two_hundred_timers_once_each_and_in_order_per_subject(dsn, clock):
    await prepared(dsn)
    workers = [await opened(dsn) for _ in range(3)]
    cases = [uuid4() for _ in range(40)]
    async with workers[0].transaction() as tx:
        for hours in range(5):
            for case in cases:
                await tx.timers.set_timer("breach", case, at(-hours))
    fired = await asyncio.gather(*(TimerLoop(db, clock, {"breach": ring}).fire_due() for db in workers))
    db = workers[0]
    # A worker stops at the first moment when all that is free is claimed: the others may have to finish.
    fired.append(await TimerLoop(db, clock, {"breach": ring}).fire_due())
    assert sum(fired) == 200
    assert sum(count > 0 for count in fired) > 1
    assert await announced(db) == 200
    assert await db.pool.fetchval("SELECT count(DISTINCT (subject, due_at)) FROM rang") == 200
    for case in cases:
        due = [
            row["due_at"] for row in await db.pool.fetch("SELECT due_at FROM rang WHERE subject = $1 ORDER BY n", case)
        ]
        assert due == sorted(due)
    for worker in workers:
        await worker.pool.close()
