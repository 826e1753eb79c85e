"""More processes take more: each held to a fifth of a core, they accept as many times as much, and none waits for another."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

from deploy import topics
from tests.bench.bus_rig import background
from tests.bench.intake_limiter import limiter
from tests.bench.intake_rig import OURS, Intake, Server
from tests.bench.intake_single import cpu
from tests.bench.product_load import Sent, flood

SHARE = 0.2
COUNTS = (1, 2, 4)
ROUNDS, SECONDS = 3, 4.0
WARMING = 200
LOOK = 0.02
WAITING = """
SELECT wait_event FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND wait_event_type = 'Lock'"""


async def scaling(intake: Intake, forms: Iterator[bytes], kafka: str | None) -> None:
    """`kafka`: with it intake's worker and the register's run besides; None: nothing but intake and its database."""
    async with _the_rest(intake, kafka), _servers(intake, forms) as servers:
        rates: dict[int, list[float]] = {count: [] for count in COUNTS}
        costs: dict[int, list[float]] = {count: [] for count in COUNTS}
        waits: Counter[str] = Counter()
        for number in range(ROUNDS):
            for count in COUNTS[number % 3 :] + COUNTS[: number % 3]:
                used = servers[:count]
                before = sum(cpu(server.pid) for server in used)
                async with background(_watch(intake, waits)):
                    sent = await _flood(used, forms)
                accepted = sum(one.accepted for one in sent)
                rates[count].append(sum(one.accepted / one.took for one in sent))
                costs[count].append((sum(cpu(server.pid) for server in used) - before) / accepted * 1000)
    name = "with the rest of the system running" if kafka else "with the rest of the system stopped"
    one = statistics.median(rates[1])
    print(f"{name}, each process held to {SHARE} of a core:")
    for count in COUNTS:
        rate, cost = statistics.median(rates[count]), statistics.median(costs[count])
        print(
            f"  {count} processes {rate:7,.0f}/s = {rate / one:.2f} times one; {cost:.2f} ms of CPU each"
            f" = {cost / statistics.median(costs[1]):.2f} times"
        )
    looked, found = waits.total(), {event: times for event, times in waits.items() if event}
    print(f"  looked {looked} times who waits for a lock: {found or 'nobody'}", flush=True)


async def _flood(servers: list[Server], forms: Iterator[bytes]) -> list[Sent]:
    def more(sent: Sent) -> bool:
        return time.perf_counter() - sent.started < SECONDS

    return await asyncio.gather(*(flood(server.port, forms, more, connections=6) for server in servers))


async def _watch(intake: Intake, waits: Counter[str]) -> None:
    """Look who waits for a heavyweight lock, again and again. A look that finds nobody counts as ''."""
    while True:
        found = [row["wait_event"] for row in await intake.pool.fetch(WAITING)]
        waits.update(found or [""])
        await asyncio.sleep(LOOK)


@asynccontextmanager
async def _servers(intake: Intake, forms: Iterator[bytes]) -> AsyncIterator[list[Server]]:
    """As many as are ever wanted, warm, and each held to its share."""
    servers = [await intake.serve(OURS) for _ in range(max(COUNTS))]
    for server in servers:
        await flood(server.port, forms, lambda sent: sent.accepted < WARMING)
    holds = limiter()
    try:
        for server in servers:
            holds.hold(server.pid, SHARE)
        print(f"held by {holds.how}")
        yield servers
    finally:
        holds.close()
        await asyncio.gather(*(server.stop() for server in servers))


@asynccontextmanager
async def _the_rest(intake: Intake, kafka: str | None) -> AsyncIterator[None]:
    if kafka is None:
        yield
        return
    await topics.create(kafka)
    own = intake.processes(kafka=kafka)
    await own.start("cme_referrals", "worker")
    await own.start("cme_register", "worker")
    yield
    own.alive()
    await own.stop()
