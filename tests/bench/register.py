"""The register: how fast it takes in a year's inputs, and whether it tells of ten thousand deadlines at once among a million.

`INPUTS` (40,000; a tenth of a national year is 137,000), `CLOCKS` (1,000,000), `DUE` (10,000).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog
import uvloop

from tests.bench.bus_rig import durability
from tests.bench.register_replay import WORKERS, Replayed, announce, check, replay
from tests.bench.register_rig import Rig
from tests.bench.register_sweep import Swept, sweep
from tests.servers import Servers

YEAR = 1_370_000
SEED = 2


def main() -> int:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("error"))
    inputs, clocks, due = (
        int(os.environ.get(name, default))
        for name, default in (("INPUTS", 40_000), ("CLOCKS", 1_000_000), ("DUE", 10_000))
    )
    parts = os.environ.get("ONLY", "on,off,sweep").split(",")
    servers = Servers({"kafka_servers", "postgres"})
    try:
        kafka, postgres = servers.kafka(), servers.postgres()
        settings = uvloop.run(durability(kafka, postgres))
        print(", ".join(f"{name} = {value}" for name, value in settings.items()))
        if "on" in parts:
            uvloop.run(_within(kafka, postgres, lambda rig: _filled(rig, inputs, "cme_register", "matching on")))
        if "off" in parts:
            off = "tests.bench.register_unmatched"
            uvloop.run(_within(kafka, postgres, lambda rig: _filled(rig, inputs, off, "MATCHING OFF")))
        if "sweep" in parts:
            uvloop.run(_within(kafka, postgres, lambda rig: _swept(rig, clocks, due)))
    finally:
        servers.stop()
    return 0


async def _within(kafka: str, postgres: str, part: Callable[[Rig], Awaitable[None]]) -> None:
    with TemporaryDirectory() as folder:
        rig = Rig(kafka, postgres, Path(folder) / "register.log")
        await rig.prepare()
        try:
            await part(rig)
        except BaseException:
            print(rig.said(), file=sys.stderr)
            raise
        finally:
            await rig.remove()


async def _filled(rig: Rig, inputs: int, program: str, named: str) -> None:
    announced = await announce(rig, inputs, SEED)
    found: Replayed = await replay(rig, inputs, program)
    counted = await check(rig, inputs)
    print(
        f"\n{named}, {WORKERS} workers, {inputs} inputs of seed {SEED} ({100 * inputs / YEAR:.1f} % of a national year, 21 % referrals); "
        f"republished at {announced:,.0f} a second"
    )
    print(f"  {counted}")
    print(
        f"  {found.rate:,.0f} inputs a second, {found.events:,.0f} events in and out ({found.inputs} + {found.said}), "
        f"{1000 * found.cpu / found.inputs:.2f} ms of the workers' CPU an input"
    )
    print("  to reach: " + ("400 inputs a second" if named == "matching on" else "3,200 events a second"), flush=True)


async def _swept(rig: Rig, clocks: int, due: int) -> None:
    found: Swept = await sweep(rig, clocks, due, WORKERS)
    print(
        f"\nsweep: {due} of {clocks} open clocks fall due at once; {WORKERS} workers, loaded in {found.loading:.0f} s"
    )
    print(f"  all {found.breaches} told once, {found.seconds:.1f} s after they fell due (to reach: under 10)")
    print(
        f"  the queries of a case page meanwhile: p50 {found.p50:.1f} ms, p99 {found.p99:.1f} ms of {found.pages} pages "
        f"(to reach: p99 under 50); before: p50 {found.p50_before:.1f}, p99 {found.p99_before:.1f}",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
