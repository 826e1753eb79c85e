"""What people on duty have: the commands, the numbers, and forgetting in time."""

from __future__ import annotations

from datetime import timedelta

import asyncpg
import pytest

from cme_bus import health, parked
from cme_bus.consumer import Consumer, Patience
from cme_bus.database import Database, Tx
from cme_bus.errors import Unprocessable
from cme_bus.meta import Meta
from cme_bus.retention import sweep
from tests.bus.events import Message, Stepped, message, said_on
from tests.bus.fake_consumer import record

type Pool = asyncpg.Pool[asyncpg.Record]

STREAM = "test.operating"


async def test_list_show_replay_and_discard(db: Database[Tx], pool: Pool, capsys: pytest.CaptureFixture[str]) -> None:
    said = said_on(STREAM)
    consumer: Consumer[Tx] = Consumer(
        db, name="register", catalog=said.catalog, patience=Patience(attention=timedelta(0))
    )
    mended = False

    @consumer.on(said.step)
    async def refuse(event: Stepped, tx: Tx, meta: Meta) -> None:
        if not mended:
            raise Unprocessable("no such school")

    messages = [
        message(said.step(case="a", note="a private note")),
        message(said.step(case="a", step=1)),
        message(said.step(case="b")),
        Message(b"\x1b[2J", b"\x1b[2J", []),
        Message(b"?", None, []),
    ]
    await consumer.take([record(STREAM, 0, n, m.value, key=m.key, headers=m.headers) for n, m in enumerate(messages)])

    async def command(*argv: str) -> tuple[int, str]:
        capsys.readouterr()
        code = await parked.main(db, consumer, argv)
        return code, capsys.readouterr().out

    _, listed = await command("list")
    assert listed.count("no such school") == 2
    assert listed.count("earlier event") == 1
    assert listed.count("OVERDUE") == 5
    assert "private" not in listed
    assert "\x1b" not in listed
    _, shown = await command("show", STREAM, "0", "0")
    assert said.step.type in shown
    assert "private" not in shown
    assert "private" in (await command("show", STREAM, "0", "0", "--payload"))[1]
    code, said_so = await command("replay", STREAM, "a")
    assert code == 1
    assert "no such school" in said_so
    mended = True
    assert (await command("replay", STREAM, "a"))[0] == 0
    assert (await command("replay", STREAM, "0x1b5b324a"))[0] == 1  # found, and still unreadable
    assert (await command("discard", STREAM, "0", "2", "--reason", "test data (A. Clerk)"))[0] == 0
    assert (await command("discard", STREAM, "0", "2", "--reason", "again"))[0] == 1
    assert (await command("unpark", STREAM, "a"))[0] == 1
    assert (await command("catch-up"))[1] == "0 handled\n"
    rows = await pool.fetch('SELECT resolution FROM parked ORDER BY "offset" LIMIT 3')
    assert [row["resolution"] for row in rows] == ["replayed", "replayed", "discarded: test data (A. Clerk)"]


async def test_the_numbers_say_what_is_wrong(db: Database[Tx], pool: Pool) -> None:
    said = said_on(STREAM)
    now = await health.snapshot(pool)
    assert (now.outbox_age, now.outbox_parked, now.parked_open, now.lag) == (0, 0, 0, {})
    assert health.faults(now) == []
    async with db.transaction() as tx:
        tx.publish(said.step(case="big"), said.step(case="big"), said.step(case="a"))
    await pool.execute("UPDATE outbox SET created_at = now() - interval '1 hour'")
    assert health.faults(await health.snapshot(pool)) == ["events are not reaching Kafka"]
    await pool.execute("DELETE FROM outbox WHERE key = 'a'")
    await pool.execute("UPDATE outbox SET parked_at = now() WHERE seq = (SELECT min(seq) FROM outbox)")
    now = await health.snapshot(pool)
    assert (now.outbox_age, now.outbox_parked) == (0, 1)  # what waits behind it is no sign of a stuck relay
    assert health.faults(now) == ["Kafka has refused an event for good"]


async def test_the_old_is_forgotten_and_the_open_is_kept(pool: Pool) -> None:
    await pool.execute(
        "INSERT INTO inbox SELECT 'c', gen_random_uuid(), now() - n * interval '1 day' FROM generate_series(1, 100) AS n"
    )
    await pool.execute(
        'INSERT INTO parked (consumer, topic, partition, "offset", digest, headers, error, holds, attend_by, resolved_at)'
        " SELECT 'c', 't', 0, n, '', '{}', '', true, now(), CASE WHEN n > 1 THEN now() - n * interval '1 day' END"
        " FROM generate_series(1, 10) AS n"
    )
    assert await sweep(pool, inbox=timedelta(days=30, hours=1), parked=timedelta(days=5, hours=1)) == 70 + 5
    assert await pool.fetchval("SELECT count(*) FROM parked WHERE resolved_at IS NULL") == 1
