"""A command ends as soon as its work is committed; that its bell is cut off says nothing of the database."""

import asyncio

import asyncpg

from cme_bus.bell import Bell


async def test_a_bell_whose_pool_is_closed_falls_silent(dsn: str, logged: list[dict[str, object]]) -> None:
    pool = await asyncpg.create_pool(dsn, min_size=1, max_size=1)
    around = asyncio.all_tasks()
    Bell(pool).ring({"test.bell"})
    await pool.close()
    async with asyncio.timeout(20):
        await asyncio.gather(*(asyncio.all_tasks() - around))
    assert logged == []
