"""Due instants fire once, in the transaction of their effect; late rather than never; in order per subject."""

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest

from cme_bus.meta import Meta, current_meta
from cme_timers import TimerLoop, Timers, Wanted, next_due, overdue, sweep
from tests.kit.timers.support import HandClock, Rang, at, opened, prepared, ring
from tests.support import eventually


@pytest.fixture
async def db(dsn):
    await prepared(dsn)
    db = await opened(dsn)
    yield db
    await db.pool.close()


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def loop(db, clock):
    return TimerLoop(db, clock, {"warn": ring, "breach": ring})


async def set_timer(db, kind, subject, due_at, detail=None):
    async with db.transaction() as tx:
        return await tx.timers.set_timer(kind, subject, due_at, detail)


async def cancel(db, subject, kind=None):
    async with db.transaction() as tx:
        return await tx.timers.cancel(subject, kind)


async def rung(db):
    return [(row["kind"], row["subject"]) for row in await db.pool.fetch("SELECT kind, subject FROM rang ORDER BY n")]


async def announced(db):
    return await db.pool.fetchval("SELECT count(*) FROM outbox")


async def pass_technical_time(db):
    """As if the pauses after failures were over."""
    await db.pool.execute("UPDATE timer SET retry_at = now()")


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
