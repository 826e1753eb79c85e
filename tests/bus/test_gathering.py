"""What is gathered is written by one statement, which is a transaction: all of it, or nothing."""

import asyncpg
import pytest

from cme_bus.database import Database, Tx
from cme_bus.gathering import Gathered, StaleError, as_one
from tests.bus.events import said_on

Step = said_on("cme.gathered").step


def test_each_statement_keeps_its_own_arguments() -> None:
    several = (("INSERT INTO a VALUES ($1, $2)", 2), ("DELETE FROM b", 0), ("UPDATE c SET d = $1 WHERE e = $1", 1))
    assert as_one(several) == (
        "WITH w0 AS (INSERT INTO a VALUES ($1, $2)), w1 AS (DELETE FROM b), w2 AS (UPDATE c SET d = $3 WHERE e = $3) SELECT"
    )


async def test_rows_and_events_are_written_together_in_their_order(db: Database[Tx]) -> None:
    async with db.at_once() as tx:
        await tx.conn.execute("INSERT INTO once VALUES ($1, $2)", "k", 1)
        await tx.conn.executemany("INSERT INTO effect (key, step) VALUES ($1, $2)", [("k", 1), ("k", 2)])
        tx.publish(Step(case="k", step=1), Step(case="k", step=2))
        assert await tx.conn.fetchval("SELECT count(*) FROM once") == 0  # what is gathered is not there yet
        assert await tx.conn.fetchrow("SELECT FROM effect") is None
        assert await tx.conn.fetch("SELECT FROM outbox") == []
    assert await db.pool.fetchval("SELECT count(*) FROM once") == 1
    assert await db.pool.fetchval("SELECT count(*) FROM effect") == 2
    assert [
        b'"step":1' in row["payload"] for row in await db.pool.fetch("SELECT payload FROM outbox ORDER BY seq")
    ] == [
        True,
        False,
    ]


async def test_what_one_statement_may_not_write_none_writes(db: Database[Tx]) -> None:
    await db.pool.execute("INSERT INTO once VALUES ('k', 1)")
    with pytest.raises(asyncpg.UniqueViolationError):
        async with db.at_once() as tx:
            await tx.conn.execute("INSERT INTO effect (key) VALUES ($1)", "k")
            await tx.conn.execute("INSERT INTO once VALUES ($1, $2)", "k", 1)
            tx.publish(Step(case="k"))
    assert (
        await db.pool.fetchval("SELECT count(*) FROM effect")
        == await db.pool.fetchval("SELECT count(*) FROM outbox")
        == 0
    )


async def test_a_row_may_belong_to_one_that_is_written_with_it(db: Database[Tx]) -> None:
    await db.pool.execute("CREATE TABLE part (key text, step int, FOREIGN KEY (key, step) REFERENCES once)")
    async with db.at_once() as tx:
        await tx.conn.execute("INSERT INTO part VALUES ($1, $2)", "k", 1)
        await tx.conn.execute("INSERT INTO once VALUES ($1, $2)", "k", 1)
    assert await db.pool.fetchval("SELECT count(*) FROM part") == 1


async def test_what_is_left_by_an_error_writes_nothing(db: Database[Tx]) -> None:
    with pytest.raises(ValueError, match="enough"):
        async with db.at_once() as tx:
            await tx.conn.execute("INSERT INTO effect (key) VALUES ($1)", "k")
            raise ValueError("enough")
    assert await db.pool.fetchval("SELECT count(*) FROM effect") == 0


async def test_what_was_remembered_is_proven_by_the_statement_that_uses_it(db: Database[Tx]) -> None:
    await db.pool.execute("INSERT INTO once VALUES ('known', 1)")
    unchanged = "(SELECT step FROM once WHERE key = $1) IS NOT DISTINCT FROM $2::int"

    async def write(key: str) -> None:
        async with db.at_once() as tx:
            assert isinstance(tx.conn, Gathered)
            tx.conn.expect(unchanged, "known", tx.conn.memory.setdefault("step", 1))
            await tx.conn.execute("INSERT INTO effect (key) VALUES ($1)", key)

    await write("before")
    await db.pool.execute("UPDATE once SET step = 2")
    with pytest.raises(StaleError):
        await write("after")
    assert [row["key"] for row in await db.pool.fetch("SELECT key FROM effect")] == ["before"]
    async with db.at_once() as tx:
        assert isinstance(tx.conn, Gathered) and tx.conn.memory == {}  # it is read anew
