"""Many timers of one kind fire in one transaction, and one that cannot keeps none of the others from it."""

import asyncio
from uuid import uuid4

from cme_timers import TimerLoop, Wanted
from tests.kit.timers.support import announced, at, opened, prepared, ring, rung, set_timer


def together(db, clock, handler, **others):
    return TimerLoop(db, clock, others, together={"breach": handler})


async def ring_all(due, tx, detected_at):
    for timer in due:
        await tx.ring(timer, detected_at)


async def test_many_of_one_kind_fire_in_few_transactions_each_once_and_in_order_per_subject(db, clock):
    batches = []

    async def note(due, tx, detected_at):
        batches.append(len(due))
        await ring_all(due, tx, detected_at)

    cases = [uuid4() for _ in range(150)]
    async with db.transaction() as tx:
        await tx.timers.set_timers([Wanted("breach", case, at(-hours)) for case in cases for hours in range(2)])
        await tx.timers.set_timer("warn", cases[0], at(-5))
    assert await together(db, clock, note, warn=ring).fire_due() == 301
    assert len(batches) <= 5
    for case in cases:
        due = [
            row["due_at"] for row in await db.pool.fetch("SELECT due_at FROM rang WHERE subject = $1 ORDER BY n", case)
        ]
        assert due == sorted(due)
    assert await announced(db) == 301


async def test_one_that_cannot_fire_keeps_none_of_those_beside_it_from_firing(db, clock):
    bad = uuid4()

    async def all_but_one(due, tx, detected_at):
        if bad in {timer.subject for timer in due}:
            raise LookupError("a defect")
        await ring_all(due, tx, detected_at)

    for subject in (uuid4(), bad, uuid4(), uuid4()):
        await set_timer(db, "breach", subject, at(0))
    loop = together(db, clock, all_but_one)
    assert await loop.fire_due() == 3
    assert await db.pool.fetchval("SELECT attempts FROM timer WHERE subject = $1", bad) == 1
    assert bad not in [subject for _, subject in await rung(db)]


async def test_many_workers_fire_many_at_once_and_each_timer_fires_once(dsn, clock):
    await prepared(dsn)
    workers = [await opened(dsn) for _ in range(3)]
    async with workers[0].transaction() as tx:
        await tx.timers.set_timers([Wanted("breach", uuid4(), at(0)) for _ in range(900)])
    fired = await asyncio.gather(*(together(db, clock, ring_all).fire_due() for db in workers))
    fired.append(await together(workers[0], clock, ring_all).fire_due())
    assert sum(fired) == 900
    assert await workers[0].pool.fetchval("SELECT count(DISTINCT subject) FROM rang") == 900
    for worker in workers:
        await worker.pool.close()


async def test_a_handler_of_many_may_cancel_what_is_not_firing_and_nothing_that_is(db, clock):
    case = uuid4()
    await set_timer(db, "breach", case, at(0))
    await set_timer(db, "warn", case, at(9))

    async def cancel_all(due, tx, detected_at):
        assert [await tx.timers.cancel(timer.subject) for timer in due] == [1]

    assert await together(db, clock, cancel_all).fire_due() == 1


async def test_what_one_timer_costs_does_not_grow_with_how_many_are_due(db, clock):
    """Nobody has counted the rows yet, as after a sudden backlog: the plan must not depend on it."""
    read = []
    async with db.pool.acquire() as conn:
        await conn.execute("ALTER TABLE timer SET (autovacuum_enabled = false)")
    for due in (100, 1000):
        async with db.transaction() as tx:
            await tx.timers.set_timers([Wanted("breach", uuid4(), at(0)) for _ in range(due)])
            await tx.timers.set_timers([Wanted("breach", uuid4(), at(9)) for _ in range(due)])
        before = await looked_at(db)
        assert await together(db, clock, ring_all).fire_due() == due
        read.append((await looked_at(db) - before) / due)
    assert read[1] < 3 * read[0]


async def looked_at(db):
    """Entries of its indexes that have been read so far."""
    async with db.pool.acquire() as conn:
        await conn.execute("SELECT pg_stat_force_next_flush()")
        return await conn.fetchval("SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname = 'timer'")
