"""A million clocks run, ten thousand fall due at one instant: each is told once, and officers go on reading cases meanwhile."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass
from uuid import UUID

from cme_register.adapters.reading import case_page
from cme_register.adapters.tables import load_rules
from tests.bench.register_rig import SAID, Rig

AHEAD = 15
"""Seconds until they fall due, once all is loaded: the workers are up by then."""
AT_ONCE = 4
"""Officers who read one case after the other."""
PAUSE = 0.02

LOAD = (
    """
    CREATE TABLE made AS SELECT n, gen_random_uuid() AS child_id, gen_random_uuid() AS case_id, gen_random_uuid() AS clock_id,
        gen_random_uuid() AS submission_id, CASE WHEN n <= $2 THEN now() ELSE now() + interval '1 day' * (1 + n % 13) END AS due_at
    FROM generate_series(1, $1) AS n""",
    """
    INSERT INTO child (id, shown_as, details, made_at)
    SELECT child_id, child_id, jsonb_build_object('forename', 'Invented', 'surname', 'Number ' || n, 'date_of_birth', '2015-03-09'),
        now() - interval '14 days' FROM made""",
    """
    INSERT INTO case_file (id, record_id, child_id, status, kind, category, factors, risk, due_at, opened_at, lead_officer_id)
    SELECT case_id, child_id, child_id, 'open', 'cme', 'missing', '{}', 0, due_at, now() - interval '14 days',
        (SELECT array_agg(id ORDER BY id) FROM officer WHERE role = 'lead_officer')[1 + n % (SELECT count(*) FROM officer WHERE role = 'lead_officer')]
    FROM made""",
    """
    INSERT INTO submission (id, first_id, record_id, case_id, kind, reference, received_at, factors, matched_by, details)
    SELECT submission_id, submission_id, child_id, case_id, 'referral', 'CME-' || n, now() - interval '14 days', '{}', '{}', '{}'
    FROM made""",
    """
    INSERT INTO clock (id, case_id, code, starts_on, due_on, due_at, calendar, source, rung)
    SELECT clock_id, case_id, 'INIT-10', (due_at - interval '14 days')::date, due_at::date, due_at, 'bench', 'policy 7', 0 FROM made""",
    """
    INSERT INTO chronology (subject, at, what, detail)
    SELECT case_id, now() - interval '14 days', 'cme.case.opened.v1', '{}' FROM made""",
    """
    INSERT INTO timer (kind, subject, due_at) SELECT 'clock.breach', clock_id, due_at FROM made""",
)
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
    for number, statement in enumerate(LOAD):
        await rig.register.execute(statement, *([clocks, 0] if number == 0 else []), timeout=1200)
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
    told = await rig.register.fetchval("SELECT count(*) FROM chronology WHERE what = 'cme.deadline.breached.v1'")
    breached = await rig.register.fetchval("SELECT count(*) FROM clock WHERE breached_at IS NOT NULL")
    assert (told, breached, await rig.count(SAID)) == (due, due, due), (told, breached, await rig.count(SAID))
    return Swept(loading, took, told, len(busy), *_percentiles(busy), *_percentiles(quiet))


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
