"""Whose is this: what a service keeps follows the child there and back, however late or often it is told."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from cme_bus.migrate import migrate
from cme_identity import MIGRATIONS, child_of, join, place, separate, subjects_of
from tests.support import eventually

START = datetime(2026, 11, 23, 9, tzinfo=UTC)


def at(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)


@pytest.fixture
async def conn(dsn, connect):
    await migrate(dsn, component="identity", folder=MIGRATIONS)
    return await connect()


async def test_nobodys_before_the_register_has_spoken(conn):
    assert await child_of(conn, uuid4()) is None


async def test_the_latest_saying_wins_whichever_arrives_last(conn):
    submission, first, second = uuid4(), uuid4(), uuid4()
    await place(conn, submission, second, at=at(2))
    await place(conn, submission, first, at=at(1))
    assert await child_of(conn, submission) == second


async def test_a_join_takes_everything_along_and_a_separation_gives_back_exactly_what_was(conn):
    absorbed, surviving = uuid4(), uuid4()
    theirs, ours = sorted([uuid4(), uuid4()]), uuid4()
    for subject in theirs:
        await place(conn, subject, absorbed, at=at(1))
    await place(conn, ours, surviving, at=at(1))

    await join(conn, absorbed, surviving, at=at(2))
    assert await subjects_of(conn, surviving) == sorted([*theirs, ours])
    assert await subjects_of(conn, absorbed) == []

    await separate(conn, surviving, absorbed, theirs, at=at(3))
    assert await subjects_of(conn, absorbed) == theirs
    assert await subjects_of(conn, surviving) == [ours]


async def test_a_match_that_names_an_absorbed_child_lands_on_the_survivor(conn):
    late, absorbed, surviving = uuid4(), uuid4(), uuid4()
    await join(conn, absorbed, surviving, at=at(2))
    await place(conn, late, absorbed, at=at(1))
    assert await child_of(conn, late) == surviving


async def test_what_the_separation_does_not_name_stays_even_when_it_arrives_afterwards(conn):
    late, named, absorbed, surviving = uuid4(), uuid4(), uuid4(), uuid4()
    await join(conn, absorbed, surviving, at=at(2))
    await separate(conn, surviving, absorbed, [named], at=at(3))
    await place(conn, late, absorbed, at=at(1))
    await place(conn, named, absorbed, at=at(1))
    assert await child_of(conn, late) == surviving
    assert await child_of(conn, named) == absorbed


async def test_what_is_matched_to_a_restored_child_after_the_separation_is_that_childs(conn):
    new, absorbed, surviving = uuid4(), uuid4(), uuid4()
    await join(conn, absorbed, surviving, at=at(2))
    await separate(conn, surviving, absorbed, [], at=at(3))
    await place(conn, new, absorbed, at=at(4))
    assert await child_of(conn, new) == absorbed


async def test_chains_of_joins_end_at_the_last_survivor_in_either_order(conn):
    a, b, c, subject = uuid4(), uuid4(), uuid4(), uuid4()
    await place(conn, subject, a, at=at(1))
    await join(conn, b, c, at=at(3))
    await join(conn, a, b, at=at(2))
    assert await child_of(conn, subject) == c


async def test_the_middle_of_a_chain_can_be_taken_out_again(conn):
    a, b, c, of_a, of_b = (uuid4() for _ in range(5))
    await place(conn, of_a, a, at=at(1))
    await place(conn, of_b, b, at=at(1))
    await join(conn, a, b, at=at(2))
    await join(conn, b, c, at=at(3))
    await separate(conn, c, b, [of_a, of_b], at=at(4))
    assert await child_of(conn, of_a) == await child_of(conn, of_b) == b
    await separate(conn, b, a, [of_a], at=at(5))
    assert (await child_of(conn, of_a), await child_of(conn, of_b)) == (a, b)


async def test_a_part_of_a_record_can_become_a_record_of_its_own(conn):
    child, new, stays, goes = (uuid4() for _ in range(4))
    await place(conn, stays, child, at=at(1))
    await place(conn, goes, child, at=at(1))
    await separate(conn, child, new, [goes], at=at(2))
    assert (await child_of(conn, stays), await child_of(conn, goes)) == (child, new)


async def test_duplicates_change_nothing(conn):
    a, b, subject = uuid4(), uuid4(), uuid4()
    for _ in range(2):
        await place(conn, subject, a, at=at(1))
        await join(conn, a, b, at=at(2))
        await separate(conn, b, a, [subject], at=at(3))
    assert await child_of(conn, subject) == a


async def test_a_record_is_not_joined_to_or_separated_from_itself(conn):
    child = uuid4()
    with pytest.raises(ValueError, match="itself"):
        await join(conn, child, child, at=at(1))
    with pytest.raises(ValueError, match="itself"):
        await separate(conn, child, child, [], at=at(1))


async def test_joins_that_seem_to_go_in_a_circle_are_put_right_by_the_separation_that_is_late(conn):
    a, b, of_a, of_b = (uuid4() for _ in range(4))
    await place(conn, of_a, a, at=at(1))
    await place(conn, of_b, b, at=at(1))
    await join(conn, a, b, at=at(2))
    await join(conn, b, a, at=at(4))
    await separate(conn, b, a, [of_a], at=at(3))
    assert await subjects_of(conn, a) == sorted([of_a, of_b])


async def test_a_join_sees_what_was_being_placed_while_it_was_decided(conn, connect):
    """Without the lock the join would not see the uncommitted placing, and the placing not the uncommitted join."""
    other = await connect()
    absorbed, surviving, subject = uuid4(), uuid4(), uuid4()
    placing = conn.transaction()
    await placing.start()
    await place(conn, subject, absorbed, at=at(1))

    async def join_meanwhile() -> UUID | None:
        async with other.transaction():
            await join(other, absorbed, surviving, at=at(2))
        return await child_of(other, subject)

    joining = asyncio.create_task(join_meanwhile())
    watcher = await connect()

    async def waits() -> bool:
        return await watcher.fetchval("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted") == 1

    await eventually(waits)
    await placing.commit()
    assert await joining == surviving
