"""A register that is empty is filled from what intake announces again: matching on, then off; events in and out counted."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

import psutil

from tests.bench.register_events import fill
from tests.bench.register_rig import HEARD, SAID, Rig

WORKERS = 2
QUIET = 900.0
"""Seconds after which nothing will come any more."""


@dataclass
class Replayed:
    """What one replay came to."""

    inputs: int
    said: int
    seconds: float
    cpu: float
    """Seconds of the workers' own, once they were up."""

    @property
    def rate(self) -> float:
        return self.inputs / self.seconds

    @property
    def events(self) -> float:
        return (self.inputs + self.said) / self.seconds


async def announce(rig: Rig, inputs: int, seed: int) -> float:
    """Put them into intake's table, and let `republish` bring all of them to Kafka. Returns how many a second."""
    await fill(rig.intake, inputs, seed)
    await rig.processes.start("cme_referrals", "worker")
    started = time.perf_counter()
    await rig.processes.run("cme_referrals", "republish", "--since", "2000-01-01")
    while await rig.intake.fetchval("SELECT count(*) FROM outbox"):
        await asyncio.sleep(0.1)
    took = time.perf_counter() - started
    await rig.processes.stop()
    assert await rig.count(HEARD) == inputs
    return inputs / took


async def replay(rig: Rig, inputs: int, program: str) -> Replayed:
    """Start the workers before an empty register; over when all is in, and all that they say of it is with Kafka."""
    for _ in range(WORKERS):
        await rig.processes.start(program, "worker")
    workers = [psutil.Process(pid) for pid in rig.processes.pids]
    while not await rig.register.fetchval("SELECT count(*) FROM inbox"):  # they have found their partitions
        await asyncio.sleep(0.05)
    before, said = await rig.register.fetchval("SELECT count(*) FROM inbox"), await rig.count(SAID)
    cpu, started = _cpu(workers), time.perf_counter()
    while await rig.register.fetchval("SELECT count(*) FROM inbox") < inputs:
        rig.processes.alive()
        if time.perf_counter() - started > QUIET:
            raise TimeoutError("the register has not come to an end")
        await asyncio.sleep(0.25)
    while await rig.register.fetchval("SELECT count(*) FROM outbox"):
        await asyncio.sleep(0.05)
    took = time.perf_counter() - started
    cpu = _cpu(workers) - cpu
    await rig.processes.stop()
    return Replayed(inputs - before, await rig.count(SAID) - said, took, cpu)


def _cpu(workers: Sequence[psutil.Process]) -> float:
    return sum(sum(worker.cpu_times()[:2]) for worker in workers)


async def check(rig: Rig, inputs: int) -> str:
    """Every input is there once, nothing is parked. Raises `AssertionError`."""
    counted = {
        what: await rig.register.fetchval(f"SELECT count(*) FROM {table}")
        for what, table in (
            ("submissions", "submission"), ("children", "child WHERE shown_as = id"), ("cases", "case_file"), ("parked", "parked"),
        )
    }  # fmt: skip
    assert (counted["submissions"], counted["parked"]) == (inputs, 0), counted
    matched = await rig.register.fetchval("SELECT count(DISTINCT id) FROM submission WHERE cardinality(matched_by) > 0")
    return ", ".join(f"{number} {what}" for what, number in counted.items() if number) + f", {matched} found again"
