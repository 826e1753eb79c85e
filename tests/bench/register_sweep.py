"""A million clocks run, ten thousand fall due at one instant: each is told once, and officers go on reading cases meanwhile."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

from cme_bus.database import Connection, Database
from cme_bus.sealing import VersionedKeyring
from cme_register.adapters.postgres import RegisterTx
from cme_register.adapters.reading import case_page
from cme_register.adapters.tables import load_rules
from cme_register.application.intake import Received, take_in
from cme_register.domain.codes import SubmissionKind
from tests.bench.matching_noise import Description
from tests.bench.matching_rig import submission
from tests.bench.register_events import KEY
from tests.bench.register_rig import SAID, Rig

AHEAD = 15
"""Seconds until they fall due, once all is loaded: the workers are up by then."""
AT_ONCE = 4
"""Officers who read one case after the other."""
PAUSE = 0.02
BREACHED = "cme.deadline.breached.v1"

MADE = """
CREATE TABLE made AS SELECT n, gen_random_uuid() AS child_id, gen_random_uuid() AS case_id, gen_random_uuid() AS clock_id,
    gen_random_uuid() AS submission_id, now() + interval '1 day' * (1 + n % 13) AS due_at
FROM generate_series(1, $1) AS n"""
OTHERWISE = {
    "child": {"id": "made.child_id", "shown_as": "made.child_id"},
    "case_file": {"id": "made.case_id", "record_id": "made.child_id", "child_id": "made.child_id", "due_at": "made.due_at"},
    "submission": {
        "id": "made.submission_id", "first_id": "made.submission_id", "record_id": "made.child_id", "case_id": "made.case_id",
        "reference": "'CME-' || made.n", "seq": "nextval(pg_get_serial_sequence('submission', 'seq'))",
    },
    "clock": {
        "id": "made.clock_id", "case_id": "made.case_id", "due_at": "made.due_at", "due_on": "made.due_at::date",
        "warn_at": "NULL",
    },
    "chronology": {"id": "nextval(pg_get_serial_sequence('chronology', 'id'))", "subject": "made.case_id"},
    "timer": {
        "id": "nextval(pg_get_serial_sequence('timer', 'id'))", "subject": "made.clock_id", "due_at": "made.due_at",
    },
}  # fmt: skip
"""What is another in each copy of the one case that the register itself has opened. Whatever columns there are besides, are copied."""
COLUMNS = """
SELECT attname AS name FROM pg_attribute
WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''"""
INIT_10 = "SELECT id FROM clock WHERE code = 'INIT-10'"
TEMPLATE = {
    "clock": "WHERE one.code = 'INIT-10'",
    "timer": f"WHERE one.kind = 'clock.breach' AND one.subject IN ({INIT_10})",
    "chronology": "WHERE one.subject IN (SELECT id FROM case_file)",
}
DUE = (
    "UPDATE clock SET due_at = $1 FROM made WHERE clock_id = clock.id AND n <= $2",
    "UPDATE timer SET due_at = $1 FROM made WHERE clock_id = timer.subject AND n <= $2",
)


@dataclass
class Swept:
    """How it went. Milliseconds, of the queries behind one case page, all of them together."""

    loading: float
    seconds: float
    breaches: int
    pages: int
    p50: float
    p99: float
    p50_before: float
    p99_before: float


async def sweep(rig: Rig, clocks: int, due: int, workers: int) -> Swept:
    """Raises `AssertionError` unless each was told once, on Kafka and in the tables, and no other."""
    started = time.perf_counter()
    await _load(rig, clocks)
    await rig.register.execute("ANALYZE", timeout=600)
    loading = time.perf_counter() - started
    cases = [row["case_id"] for row in await rig.register.fetch("SELECT case_id FROM made WHERE n % 97 = 0 ORDER BY n")]
    quiet = await _read(rig, cases, seconds=5)
    for _ in range(workers):
        await rig.processes.start("cme_register", "worker")
    at = await rig.register.fetchval("SELECT now() + make_interval(secs => $1)", float(AHEAD))
    for statement in DUE:
        await rig.register.execute(statement, at, due, timeout=600)
    reading = asyncio.create_task(_read(rig, cases, seconds=None))
    while not (fell_due := await rig.register.fetchval("SELECT now() >= $1", at)):
        await asyncio.sleep(0.05)
    assert fell_due and not await rig.register.fetchval("SELECT count(*) FROM clock WHERE breached_at IS NOT NULL"), (
        "too early"
    )
    fell = time.perf_counter()
    while await rig.register.fetchval("SELECT count(*) FROM timer WHERE fired_at IS NULL AND due_at <= $1", at):
        rig.processes.alive()
        await asyncio.sleep(0.1)
    took = time.perf_counter() - fell
    reading.cancel()
    busy = await reading
    while await rig.register.fetchval("SELECT count(*) FROM outbox"):
        await asyncio.sleep(0.05)
    await rig.processes.stop()
    noted = await rig.register.fetchval("SELECT count(*) FROM chronology WHERE what = $1", BREACHED)
    breached = await rig.register.fetchval("SELECT count(*) FROM clock WHERE breached_at IS NOT NULL")
    told = await rig.count_of(SAID, BREACHED)
    assert (noted, breached, told) == (due, due, due), (noted, breached, told)
    return Swept(loading, took, told, len(busy), *_percentiles(busy), *_percentiles(quiet))


async def _load(rig: Rig, clocks: int) -> None:
    """One case by the use case itself, then as many copies as are wanted, by the database."""
    db = Database(rig.register, RegisterTx, source="/cme/register", keyring=VersionedKeyring([KEY]))
    now, sent = (
        datetime.now(UTC),
        Description("one", forename="Isolde", surname="Quillfeather", date_of_birth=date(2015, 3, 9)),
    )
    first = replace(
        submission(sent, 1, random.Random(3), {}), kind=SubmissionKind.REFERRAL, on_roll=False, received_at=now
    )
    async with db.transaction() as tx:
        await take_in(tx, [Received(first)], load_rules(), at=now, new_id=uuid4)
    await rig.register.execute("DELETE FROM outbox")
    async with rig.register.acquire() as conn, conn.transaction():
        await conn.execute(
            "SET LOCAL session_replication_role = replica"
        )  # what one case refers to is there for all of them
        await conn.execute(MADE, clocks, timeout=600)
        for table, other in OTHERWISE.items():
            await _copy(conn, table, other)
        await conn.execute(
            "DELETE FROM timer WHERE NOT EXISTS (SELECT FROM made WHERE clock_id = subject)", timeout=600
        )


async def _copy(conn: Connection, table: str, other: Mapping[str, str]) -> None:
    columns = {row["name"]: other.get(row["name"], f"one.{row['name']}") for row in await conn.fetch(COLUMNS, table)}
    await conn.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) OVERRIDING SYSTEM VALUE SELECT {', '.join(columns.values())}"
        f" FROM {table} AS one CROSS JOIN made {TEMPLATE.get(table, '')}",
        timeout=1800,
    )


async def _read(rig: Rig, cases: list[UUID], seconds: float | None) -> list[float]:
    """Several officers look at cases, for so long or until cancelled. Returns how long each page took, in milliseconds."""
    took: list[float] = []
    rules, chance, began = load_rules(), random.Random(5), time.perf_counter()

    async def officer() -> None:
        while seconds is None or time.perf_counter() - began < seconds:
            started = time.perf_counter()
            assert await case_page(rig.register, chance.choice(cases), rules)
            took.append((time.perf_counter() - started) * 1000)
            await asyncio.sleep(PAUSE)

    try:
        await asyncio.gather(*(officer() for _ in range(AT_ONCE)))
    except asyncio.CancelledError:
        pass
    return took


def _percentiles(took: list[float]) -> tuple[float, float]:
    ordered = sorted(took)
    return ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)]
