"""The servers that tests and the local run start are the real ones, and keep what they are given."""

from collections.abc import Awaitable, Callable

import asyncpg

from tests.support import Kafka

Connect = Callable[[], Awaitable[asyncpg.Connection]]


async def test_postgres_is_18_and_survives_a_power_cut(connect: Connect) -> None:
    connection = await connect()
    assert (await connection.fetchval("SHOW server_version")).startswith("18")
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        assert await connection.fetchval(f"SHOW {setting}") == "on"


async def test_each_test_has_a_database_of_its_own(
    connect: Connect, new_database: Callable[..., Awaitable[str]], dsn: str
) -> None:
    mine = await connect()
    await mine.execute("CREATE TABLE mark (n int)")
    await mine.close()
    copy = await asyncpg.connect(await new_database(template=dsn))
    other = await asyncpg.connect(await new_database())
    try:
        assert await copy.fetchval("SELECT to_regclass('mark')") == "mark"
        assert await other.fetchval("SELECT to_regclass('mark')") is None
    finally:
        await copy.close()
        await other.close()


async def test_kafka_keeps_a_record(kafka: Kafka, topic: Callable[..., Awaitable[str]]) -> None:
    name = await topic("kept", partitions=2)
    await kafka.write(name, b"body", key=b"key", headers=[("ce_id", b"1")])
    (record,) = await kafka.read(name, 1)
    assert (record.key, record.value, record.headers) == (b"key", b"body", (("ce_id", b"1"),))
