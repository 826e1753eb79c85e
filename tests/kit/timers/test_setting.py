"""Timers are set and cancelled in their caller's transaction, each once; what is over is forgotten, what is open never."""

from datetime import timedelta
from uuid import uuid4

import pytest

from cme_bus.meta import Meta
from cme_timers import Wanted, next_due, sweep
from tests.kit.timers.support import at, set_timer


async def cancel(db, subject, kind=None):
    async with db.transaction() as tx:
        return await tx.timers.cancel(subject, kind)


async def test_many_set_at_once_are_as_those_set_one_by_one(db, clock, loop):
    one, other = uuid4(), uuid4()
    causes = [Meta(id=uuid4(), type="t", source="s", subject="k", time=at(0), correlation_id="c") for _ in range(2)]
    async with db.transaction() as tx:
        await tx.timers.set_timers([
            Wanted("breach", one, at(2), {"rung": 2}, causes[0]),
            Wanted("warn", one, at(1), cause=causes[0]),
            Wanted("breach", other, at(1), cause=causes[1]),
        ])  # fmt: skip
        await tx.timers.set_timers([])
        pending = await tx.timers.pending(one)
    assert [(timer.kind, timer.detail) for timer in pending] == [("warn", {}), ("breach", {"rung": 2})]
    clock.set(2)
    assert await loop.fire_due() == 3
    caused = await db.pool.fetch("SELECT headers->>'ce_causationid' AS cause FROM outbox")
    assert sorted(row["cause"] for row in caused) == sorted([str(causes[0].id)] * 2 + [str(causes[1].id)])


async def test_a_caller_that_rolls_back_has_set_and_cancelled_nothing(db):
    kept = uuid4()
    await set_timer(db, "warn", kept, at(1))

    async def set_cancel_and_fail():
        async with db.transaction() as tx:
            await tx.timers.set_timer("breach", kept, at(2))
            await tx.timers.cancel(kept)
            raise LookupError

    with pytest.raises(LookupError):
        await set_cancel_and_fail()
    async with db.transaction() as tx:
        assert [timer.kind for timer in await tx.timers.pending(kept)] == ["warn"]


async def test_setting_the_same_instant_again_is_one_timer_with_the_later_detail(db):
    case = uuid4()
    assert await set_timer(db, "warn", case, at(1), {"by": "first"})
    assert await set_timer(db, "warn", case, at(1), {"by": "second"})
    async with db.transaction() as tx:
        assert [timer.detail for timer in await tx.timers.pending(case)] == [{"by": "second"}]


async def test_a_cancelled_timer_does_not_fire_until_it_is_set_again(db, clock, loop):
    case = uuid4()
    for kind in ("warn", "breach"):
        await set_timer(db, kind, case, at(1))
    assert await cancel(db, case, "warn") == 1
    assert await cancel(db, case) == 1
    clock.set(1)
    assert await loop.fire_due() == 0
    assert await set_timer(db, "breach", case, at(1))
    assert await loop.fire_due() == 1


async def test_what_has_fired_stays_fired_however_often_it_is_set_or_cancelled(db, loop):
    case = uuid4()
    await set_timer(db, "breach", case, at(0))
    await loop.fire_due()
    assert await cancel(db, case) == 0
    assert not await set_timer(db, "breach", case, at(0))
    assert await loop.fire_due() == 0


@pytest.mark.parametrize("value", ["Ada Lovelace", "Zoë", "", "x" * 121, None, 1.5])
async def test_a_timer_holds_no_words_only_ids_codes_and_dates(db, value):
    with pytest.raises(ValueError, match="reason"):
        await set_timer(db, "warn", uuid4(), at(1), {"reason": value})


async def test_a_due_instant_has_a_time_zone(db):
    with pytest.raises(ValueError, match="time zone"):
        await set_timer(db, "warn", uuid4(), at(1).replace(tzinfo=None))


async def test_the_next_moment_at_which_time_alone_does_something_can_be_asked(db):
    assert await next_due(db.pool) is None
    case = uuid4()
    await set_timer(db, "breach", case, at(9))
    await set_timer(db, "warn", case, at(7))
    assert await next_due(db.pool) == at(7)
    await cancel(db, case, "warn")
    assert await next_due(db.pool) == at(9)


async def test_what_is_over_is_forgotten_after_its_time_and_what_is_open_never(db, loop):
    fired, cancelled, waiting = uuid4(), uuid4(), uuid4()
    await set_timer(db, "breach", fired, at(0))
    await loop.fire_due()
    for subject in (cancelled, waiting):
        await set_timer(db, "breach", subject, at(1))
    await cancel(db, cancelled)
    assert await sweep(db.pool, keep=timedelta(days=30)) == 0
    await db.pool.execute(
        "UPDATE timer SET fired_at = fired_at - '31 days'::interval, cancelled_at = cancelled_at - '31 days'::interval"
    )
    assert await sweep(db.pool, keep=timedelta(days=30)) == 2
    assert await db.pool.fetchval("SELECT subject FROM timer") == waiting
