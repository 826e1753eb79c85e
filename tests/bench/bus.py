"""The bus beside the limit of this machine and beside the naive way, in one run. Ratios count; rates are the machine's.

All three write the same rows and the same topic, counted afterwards, with the durability that is printed.
"""

from __future__ import annotations

import asyncio
import logging
import statistics
import time
from collections.abc import Sequence

import structlog
import uvloop

from cme_bus.consumer import Consumer
from tests.bench.bus_limit import Limit
from tests.bench.bus_naive import Naive
from tests.bench.bus_ours import Ours
from tests.bench.bus_rig import PUPIL, Load, Measured, durability, new_rig, rate
from tests.servers import Servers

COUNT = 30_000
ROUNDS = 5


def main() -> int:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.disable(logging.CRITICAL)
    servers = Servers({"kafka_servers", "postgres"})
    try:
        return uvloop.run(measure(servers.kafka(), servers.postgres()))
    finally:
        servers.stop()


async def measure(kafka: str, postgres: str) -> int:
    print(", ".join(f"{name} = {value}" for name, value in (await durability(kafka, postgres)).items()))
    print("every producer: acks=all, idempotent; every offset committed after its transaction\n")
    whole, bad, held = Load(COUNT), Load(COUNT, bad_every=100), Load(COUNT, held_every=200)
    await rate(Limit(), kafka, postgres, Load(5_000))  # caches, files and JIT
    await rate(Ours(), kafka, postgres, Load(5_000))
    found: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        limit = await note(found, "limit", rate(Limit(), kafka, postgres, whole))
        await note(found, "ours", rate(Ours(), kafka, postgres, whole), limit)
        await note(found, "ours, 1 % refused by a handler that names them", rate(Ours(), kafka, postgres, bad), limit)
        await note(found, "ours, 1 % refused, to be searched for", rate(Ours(named=False), kafka, postgres, bad), limit)
        await note(found, "ours, a held key in every batch", rate(Ours(), kafka, postgres, held), limit)
    naive = await rate(Naive(), kafka, postgres, Load(1_500))
    print(f"{'naive':50} {naive:9,.0f}/s")
    p50, p95, p99 = await latency(kafka, postgres)
    print(f"\nat 200 events/s, from commit to commit: p50 {p50:.1f} ms, p95 {p95:.1f} ms, p99 {p99:.1f} ms\n")
    ratios = {name: statistics.median(values) for name, values in found.items()}
    for name, ratio in ratios.items():
        spread = f"{min(found[name]):.2f} to {max(found[name]):.2f}"
        print(f"{name:50} {ratio:5.2f} of the limit ({spread} in {ROUNDS} rounds)")
    print(f"{'ours against naive':50} {RATES['ours'] / naive:5.1f} times")
    return 0


RATES: dict[str, float] = {}


async def note(found: dict[str, list[float]], name: str, measured: object, limit: float | None = None) -> float:
    value: float = await measured  # type: ignore[misc]
    print(f"{name:50} {value:9,.0f}/s" + ("" if limit is None else f"  {value / limit:.2f}"), flush=True)
    RATES[name] = statistics.median([RATES[name], value]) if name in RATES else value
    if limit is not None:
        found.setdefault(name, []).append(value / limit)
    return value


async def latency(kafka: str, postgres: str, per_second: int = 200, seconds: int = 10) -> Sequence[float]:
    """From the commit of the outbox row to the commit of the effect, at a steady trickle."""
    load = Load(per_second * seconds)
    committed: dict[str, float] = {}
    handled: dict[str, float] = {}
    async with new_rig(kafka, postgres, load) as rig:
        Measured.stream = rig.topic
        ours = Ours()
        async with ours.running(rig):
            take = ours.consumer.take

            async def timed(records: Sequence[object]) -> None:
                await take(records)  # type: ignore[arg-type]
                now = time.perf_counter()
                handled.update((record.key.decode(), now) for record in records)  # type: ignore[attr-defined]

            Consumer.take, original = (lambda self, records: timed(records)), Consumer.take  # type: ignore[method-assign, assignment]
            try:
                started = time.perf_counter()
                for n in range(load.count):
                    await asyncio.sleep(max(0, started + n / per_second - time.perf_counter()))
                    async with ours.db.transaction() as tx:
                        tx.publish(Measured(submission_id=f"c{n}", step=0, personal=PUPIL))
                    committed[f"c{n}"] = time.perf_counter()
                while len(handled) < load.count:
                    await asyncio.sleep(0.02)
            finally:
                Consumer.take = original  # type: ignore[method-assign]
    took = sorted((handled[key] - committed[key]) * 1000 for key in committed)
    return [took[int(len(took) * part)] for part in (0.5, 0.95, 0.99)]
