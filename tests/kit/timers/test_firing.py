"""Due instants fire once, in the transaction of their effect; late rather than never; in order per subject."""

from datetime import timedelta
from uuid import uuid4

from cme_bus.meta import Meta, current_meta
from cme_timers import TimerLoop, overdue
from tests.kit.timers.support import Rang, announced, at, ring, rung, set_timer


async def test_a_timer_fires_at_its_instant_once_with_its_effect_and_its_event(db, clock, loop):
    case = uuid4()
    await set_timer(db, "breach", case, at(1))
    assert await loop.fire_due() == 0
    clock.set(1)
    assert await loop.fire_due() == 1
    assert await loop.fire_due() == 0
    assert await rung(db) == [("breach", case)]
    assert await announced(db) == 1


async def test_after_an_outage_it_fires_late_and_says_so(db, clock, loop):
    await set_timer(db, "breach", uuid4(), at(1))
    clock.set(50)
    await loop.fire_due()
    row = await db.pool.fetchrow("SELECT due_at, detected_at FROM rang")
    assert (row["due_at"], row["detected_at"]) == (at(1), at(50))
    assert await db.pool.fetchval("SELECT detected_at FROM timer") == at(50)


async def test_a_jump_over_several_instants_fires_them_in_their_order(db, clock, loop):
    first, second = uuid4(), uuid4()
    for hours, kind, subject in [(5, "breach", first), (2, "warn", first), (3, "warn", second), (6, "breach", second)]:
        await set_timer(db, kind, subject, at(hours))
    clock.set(100)
    assert await loop.fire_due() == 4
    assert await rung(db) == [("warn", first), ("warn", second), ("breach", first), ("breach", second)]


async def test_the_handler_is_given_what_the_timer_was_set_with(db, clock):
    seen = []

    async def look(timer, tx, detected_at):
        seen.append((timer.kind, timer.subject, timer.due_at, timer.detail, timer.attempts))

    case = uuid4()
    detail = {"calendar": "england-and-wales/2026-02-25/636b1bcc", "due": "2026-12-07", "rung": 2}
    await set_timer(db, "warn", case, at(0), detail)
    await TimerLoop(db, clock, {"warn": look}).fire_due()
    assert seen == [("warn", case, at(0), detail, 0)]


async def test_what_it_publishes_is_caused_by_the_event_that_set_it(db, clock, loop):
    event = Rang(subject_id=uuid4(), kind="referral")
    meta = Meta.of(event, source="test")
    token = current_meta.set(meta)
    await set_timer(db, "breach", uuid4(), at(0))
    current_meta.reset(token)
    await loop.fire_due()
    headers = await db.pool.fetchval("SELECT headers::jsonb FROM outbox")
    assert (headers["ce_causationid"], headers["ce_correlationid"]) == (str(meta.id), meta.correlation_id)


async def test_a_kind_of_a_newer_version_is_left_for_it_counted_and_in_nobodys_way(db, clock, loop):
    case = uuid4()
    await set_timer(db, "newer", case, at(0))
    await set_timer(db, "breach", case, at(1))
    clock.set(2)
    assert await loop.fire_due() == 1
    late = await overdue(db.pool, clock)
    assert (late.count, late.oldest_due_at, late.late_by, late.failing) == (1, at(0), timedelta(hours=2), 0)
    assert await TimerLoop(db, clock, {"newer": ring}).fire_due() == 1
    assert (await overdue(db.pool, clock)).count == 0


async def test_a_handler_may_cancel_its_subjects_timers_and_set_the_next_rung(db, clock):
    case = uuid4()

    async def climb(timer, tx, detected_at):
        assert await tx.timers.cancel(timer.subject) == 1  # the warning, not the timer that is firing
        await tx.timers.set_timer("rung", timer.subject, at(5))
        await tx.ring(timer, detected_at)

    loop = TimerLoop(db, clock, {"breach": climb, "warn": ring, "rung": ring})
    await set_timer(db, "breach", case, at(1))
    await set_timer(db, "warn", case, at(2))
    clock.set(6)
    assert await loop.fire_due() == 2
    assert await rung(db) == [("breach", case), ("rung", case)]
