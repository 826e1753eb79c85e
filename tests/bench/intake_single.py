"""Referrals one by one, each with its own commit, beside a bare insert of the same body by the same server."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Iterator

import psutil

from tests.bench.intake_rig import BARE, OURS, Intake, Server
from tests.bench.product_load import CONNECTIONS, Connection, connect, flood

ROUNDS, SECONDS = 8, 1.5
WARMING = 400
FOR = 6
"""Seconds at half load."""


async def single(intake: Intake, forms: Iterator[bytes]) -> None:
    """Short rounds in turn, so that a busy machine disturbs both; the CPU is what it disturbs least."""
    bare, ours = await intake.serve(BARE), await intake.serve(OURS)
    for server in (bare, ours):
        await flood(server.port, forms, lambda sent: sent.accepted < WARMING)
    rates, costs, found = [], [], []
    for _ in range(ROUNDS):
        limit, real = await _round(bare, forms), await _round(ours, forms)
        rates.append(real[0] / limit[0])
        costs.append(limit[1] / real[1])
        found.append(real[0])
        print(f"{real[0]:8,.0f}/s beside {limit[0]:8,.0f}/s = {rates[-1]:.2f}", flush=True)
    kept = await intake.pool.fetchval("SELECT (SELECT count(*) FROM submission) - (SELECT count(*) FROM idempotency)")
    assert kept == 0, "a referral without its answer, or an answer without its referral"
    print(f"single referrals: {spread(rates)} of a bare insert; for the same CPU {spread(costs)}")
    half = statistics.median(found) / 2
    for name, server in (("a bare insert", bare), ("a referral", ours)):
        p50, p99 = await _latency(server, forms, half)
        print(f"at {half:.0f} a second {name} takes: p50 {p50:.1f} ms, p99 {p99:.1f} ms, {p99 / p50:.1f} times")
    await bare.stop()
    await ours.stop()


async def _round(server: Server, forms: Iterator[bytes]) -> tuple[float, float]:
    """Accepted a second, and CPU seconds of the server for each."""
    before = cpu(server.pid)
    sent = await flood(server.port, forms, lambda sent: time.perf_counter() - sent.started < SECONDS)
    return sent.accepted / sent.took, (cpu(server.pid) - before) / sent.accepted


async def _latency(server: Server, forms: Iterator[bytes], per_second: float) -> tuple[float, float]:
    """Milliseconds from the moment a request is due, whoever is late."""
    free = asyncio.Queue[Connection]()
    connections = [await connect(server.port) for _ in range(CONNECTIONS)]
    for connection in connections:
        free.put_nowait(connection)
    took: list[float] = []
    started = time.perf_counter()

    async def one(due: float) -> None:
        connection = await free.get()
        await connection.ask(next(forms))
        took.append((time.perf_counter() - due) * 1000)
        free.put_nowait(connection)

    async with asyncio.TaskGroup() as group:
        for number in range(int(per_second * FOR)):
            due = started + number / per_second
            await asyncio.sleep(max(0, due - time.perf_counter()))
            group.create_task(one(due))
    for connection in connections:
        connection.close()
    took.sort()
    return took[len(took) // 2], took[int(len(took) * 0.99)]


def cpu(pid: int) -> float:
    """CPU seconds of a process and of those it has started."""
    whole = psutil.Process(pid)
    times = [one.cpu_times() for one in (whole, *whole.children())]
    return sum(one.user + one.system for one in times)


def spread(ratios: list[float]) -> str:
    """Their median, with the least and the greatest."""
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
