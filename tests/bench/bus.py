"""The bus beside the limit of this machine and beside the naive way, in one run. Ratios count; rates are the machine's.

All three write the same rows and the same topic, counted afterwards, with the durability that is printed.
"""

from __future__ import annotations

import logging
import statistics
import time

import structlog
import uvloop

from tests.bench.bus_latency import latency
from tests.bench.bus_limit import Limit
from tests.bench.bus_naive import Naive
from tests.bench.bus_ours import Ours
from tests.bench.bus_rig import Load, Measure, durability, rate
from tests.servers import Servers

COUNT = 20_000
NAIVE = 800
ROUNDS = 5
BUDGET = 300
"""Seconds after which no new round is begun: the whole stays under eight minutes on a busy machine too."""
OURS = "ours"


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
    contests = {
        OURS: (Ours(), whole),
        "ours, 1 % refused by a handler that names them": (Ours(), bad),
        "ours, 1 % refused, to be searched for": (Ours(named=False), bad),
        "ours, a held key in every batch": (Ours(), held),
    }
    await rate(Limit(), kafka, postgres, Load(3_000))  # caches, files and JIT
    await rate(Ours(), kafka, postgres, Load(3_000))
    found: dict[str, list[tuple[Measure, Measure]]] = {name: [] for name in contests}
    ends = time.monotonic() + BUDGET
    rounds = 0
    while rounds < ROUNDS and time.monotonic() < ends:
        rounds += 1
        for name, (contestant, load) in contests.items():
            limit = await rate(Limit(), kafka, postgres, whole)  # anew beside each: a machine has moods
            ours = await rate(contestant, kafka, postgres, load)
            found[name].append((limit, ours))
            print(
                f"{name:48} {ours.rate:8,.0f}/s beside {limit.rate:8,.0f}/s = {ours.rate / limit.rate:.2f}", flush=True
            )
    naive = await rate(Naive(), kafka, postgres, Load(NAIVE))
    print(f"{'naive':48} {naive.rate:8,.0f}/s")
    print("\nat 200 events/s, from commit to commit, the reader in a process of its own")
    for contestant in (Limit, Ours):
        print(f"{contestant().name:48} {await latency(contestant, kafka, postgres)}", flush=True)
    print(f"\nof the limit beside it, median of {rounds}{'':22}  rate (spread)         CPU per event")
    for name, pairs in found.items():
        ratios = sorted(ours.rate / limit.rate for limit, ours in pairs)
        cpu = statistics.median(ours.cpu / limit.cpu for limit, ours in pairs)
        spread = f"({ratios[0]:.2f} to {ratios[-1]:.2f})"
        print(f"{name:48} {statistics.median(ratios):10.2f} {spread}    {cpu:8.1f} times")
    ours_rate = statistics.median(ours.rate for _, ours in found[OURS])
    ours_cpu = statistics.median(ours.cpu for _, ours in found[OURS])
    print(f"{'ours against naive':48} {ours_rate / naive.rate:10.0f} times {'':15} {ours_cpu / naive.cpu:8.2f} times")
    return 0
