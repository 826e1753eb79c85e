"""A handler that fails or hangs leaves no effect, is tried again, and stops no other subject's timers."""

import asyncio
from uuid import uuid4

from cme_timers import TimerLoop, overdue
from tests.kit.timers.support import announced, at, ring, rung, set_timer


async def pass_technical_time(db):
    """As if the pauses after failures were over."""
    await db.pool.execute("UPDATE timer SET retry_at = now()")


async def test_a_handler_that_fails_leaves_no_effect_and_is_seen_and_tried_again_after_growing_pauses(db, clock):
    case, broken = uuid4(), True

    async def sometimes(timer, tx, detected_at):
        await tx.ring(timer, detected_at)
        if broken:
            await tx.conn.execute("INSERT INTO nowhere VALUES ('Zyxwvut Qponml')")

    loop = TimerLoop(db, clock, {"breach": sometimes})
    await set_timer(db, "breach", case, at(0))
    pauses = []
    for _ in range(3):
        assert await loop.fire_due() == 0
        pauses.append(await db.pool.fetchval("SELECT retry_at - now() FROM timer"))
        assert await loop.fire_due() == 0  # it rests
        await pass_technical_time(db)
    assert pauses == sorted(pauses)
    assert pauses[0] * 2 < pauses[2]
    assert await rung(db) == []
    assert await announced(db) == 0
    assert tuple(await db.pool.fetchrow("SELECT attempts, error FROM timer")) == (3, "UndefinedTableError 42P01")
    assert (await overdue(db.pool, clock)).failing == 1

    broken = False
    assert await loop.fire_due() == 1
    assert await rung(db) == [("breach", case)]
    assert tuple(await db.pool.fetchrow("SELECT attempts, error FROM timer")) == (3, None)


async def fail(timer, tx, detected_at):
    raise LookupError("a defect")


async def test_a_timer_that_fails_does_not_stop_those_of_others(db, clock):
    loop = TimerLoop(db, clock, {"warn": fail, "breach": ring})
    await set_timer(db, "warn", uuid4(), at(0))
    other = uuid4()
    await set_timer(db, "breach", other, at(0))
    assert await loop.fire_due() == 1
    assert await rung(db) == [("breach", other)]


async def test_a_timer_that_fails_holds_back_the_later_ones_of_its_subject_but_not_for_ever(db, clock):
    loop, case = TimerLoop(db, clock, {"warn": fail, "breach": ring}), uuid4()
    await set_timer(db, "warn", case, at(0))
    await set_timer(db, "breach", case, at(1))
    clock.set(2)
    for _ in range(4):
        assert await loop.fire_due() == 0
        await pass_technical_time(db)
    assert await loop.fire_due() == 1  # with the fifth failure
    assert await rung(db) == [("breach", case)]


async def test_a_handler_that_hangs_is_given_up(db, clock):
    async def hang(timer, tx, detected_at):
        await asyncio.Event().wait()

    other = uuid4()
    await set_timer(db, "warn", uuid4(), at(0))
    await set_timer(db, "breach", other, at(0))
    assert await TimerLoop(db, clock, {"warn": hang, "breach": ring}, patience=0.2).fire_due() == 1
    assert await db.pool.fetchval("SELECT error FROM timer WHERE kind = 'warn'") == "TimeoutError"
