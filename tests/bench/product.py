"""HTTP referral to case in the register, beside what could be written by hand, in one run. Ratios count; rates are the machine's.

The same forms from the same client to both; each in processes of its own, one contestant's at a time.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import uvloop

from tests.bench.bus_rig import durability
from tests.bench.product_limit import Limit
from tests.bench.product_load import CONNECTIONS, flood, requests, trickle
from tests.bench.product_ours import Ours
from tests.bench.product_rig import Contestant, until
from tests.servers import Servers

ROUNDS, SECONDS = 5, 10.0
WARMING = 200
PER_SECOND, FOR = 20, 15


@dataclass
class Rates:
    """Of one round: a second, and what one referral costs."""

    accepted: float
    visible: float
    cpu: float
    """Milliseconds, of every process: what a busy machine disturbs least."""


def main() -> int:
    servers = Servers({"kafka_servers", "postgres"})
    try:
        return uvloop.run(measure(servers.kafka(), servers.postgres()))
    finally:
        servers.stop()


async def measure(kafka: str, postgres: str) -> int:
    print(", ".join(f"{name} = {value}" for name, value in (await durability(kafka, postgres)).items()))
    print("every producer: acks=all, idempotent; every offset committed after its transaction")
    print(f"{CONNECTIONS} connections kept open, {SECONDS:.0f} s a round; visible: until the last case is committed\n")
    with TemporaryDirectory() as folder:
        limit = Limit(kafka, postgres, Path(folder) / "limit.log")
        ours = Ours(kafka, postgres, Path(folder) / "product.log")
        forms = requests(ours.tokens)
        try:
            await limit.prepare()
            await ours.prepare()
            ratios = await _rounds(limit, ours, forms)
            for contestant in (limit, ours):
                await _latency(contestant, forms)
            print()
            for what, found in ratios.items():
                spread = f"{min(found):.2f} to {max(found):.2f} in {ROUNDS} rounds"
                print(f"product, {what}: {statistics.median(found):.2f} of the limit ({spread})")
        except BaseException:
            print(limit.said(), ours.said(), sep="\n", file=sys.stderr)
            raise
        finally:
            for contestant in (limit, ours):
                await contestant.stop()
                await contestant.remove()
    return 0


async def _rounds(limit: Limit, ours: Ours, forms: Iterator[bytes]) -> dict[str, list[float]]:
    ratios: dict[str, list[float]] = {"accepted": [], "visible": [], "for the CPU": []}
    for _ in range(ROUNDS):
        best, real = await _round(limit, forms), await _round(ours, forms)
        ratios["accepted"].append(real.accepted / best.accepted)
        ratios["visible"].append(real.visible / best.visible)
        ratios["for the CPU"].append(best.cpu / real.cpu)
        last = [found[-1] for found in ratios.values()]
        print("{:17.2f} {:19.2f} {:17.2f}          of the limit".format(*last), flush=True)
    return ratios


async def _round(contestant: Contestant, forms: Iterator[bytes]) -> Rates:
    """As many as are answered in a while, until all of them can be seen."""
    await contestant.start()
    await _warm(contestant, forms)
    before, spent = await contestant.visible(), _cpu()
    sent = await flood(contestant.port, forms, lambda sent: time.perf_counter() - sent.started < SECONDS)
    seen = await _all_visible(contestant, before + sent.accepted)
    await until(contestant.settled, 0.1, "something is still on its way")
    cost = (_cpu() - spent) / sent.accepted * 1000
    rates = Rates(sent.accepted / sent.took, sent.accepted / (seen - sent.started), cost)
    counted = await contestant.check(before + sent.accepted)
    measured = f"{rates.accepted:8,.0f} accepted/s {rates.visible:8,.0f} visible/s {rates.cpu:6.2f} ms of CPU each"
    print(f"{contestant.name:8} {measured}   {counted}", flush=True)
    await contestant.stop()
    return rates


def _cpu() -> float:
    """CPU seconds of this process, the contestant's, and the servers that were started for the run."""
    here = psutil.Process()
    times = [one.cpu_times() for one in [here, *here.children(recursive=True)]]
    return sum(one.user + one.system for one in times)


async def _warm(contestant: Contestant, forms: Iterator[bytes]) -> None:
    """Connections, caches, and groups that have found together; all of it away before anything is measured."""
    before = await contestant.visible()
    sent = await flood(contestant.port, forms, lambda sent: sent.accepted < WARMING)
    await _all_visible(contestant, before + sent.accepted)
    await until(contestant.settled, 0.1, "the warming is still on its way")


async def _all_visible(contestant: Contestant, wanted: int) -> float:
    """The moment at which the last case could be read."""

    async def done() -> bool:
        return await contestant.visible() >= wanted

    await until(done, 0.02, f"{contestant.name}: accepted, and never a case")
    return time.perf_counter()


async def _latency(contestant: Contestant, forms: Iterator[bytes]) -> None:
    """From the request to its case, at a modest pace: looked at every two milliseconds."""
    await contestant.start()
    await _warm(contestant, forms)
    seen: dict[str, float] = {}
    begun: dict[str, float] = {}
    sending = asyncio.create_task(trickle(contestant.port, forms, PER_SECOND, FOR, begun))
    while not sending.done() or begun.keys() - seen.keys():
        if open_ := begun.keys() - seen.keys():
            found = await contestant.among(open_)
            seen |= dict.fromkeys(found, time.perf_counter())
        await asyncio.sleep(0.002)
    await sending
    took = sorted((seen[one] - at) * 1000 for one, at in begun.items())
    p50, p99 = took[len(took) // 2], took[int(len(took) * 0.99)]
    print(f"{contestant.name:8} at {PER_SECOND} a second, from request to case: p50 {p50:.0f} ms, p99 {p99:.0f} ms")
    await contestant.stop()
