"""How well, and how fast, the register knows a child again. `DATA=file` takes anybody's file (`matching_data` says its columns).

Otherwise an invented population of `CHILDREN` (20,000), made with `SEED` (2): weights are fitted on what seed 1 makes, and reported on another.
Then one search among `PEOPLE` (1,000,000; 0: none).
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from pathlib import Path

import structlog
import uvloop

from tests.bench import matching_data
from tests.bench.matching_noise import Description, described
from tests.bench.matching_population import TABLE
from tests.bench.matching_rig import HARD, Measured, measure, register, replay
from tests.bench.matching_search import SEARCHES, million
from tests.servers import Servers

FITTED_ON = 1
LAST = ("nothing wrong", "one thing wrong", "two things wrong", "three things wrong or more")


def main() -> int:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("warning"))
    seed, children = int(os.environ.get("SEED", "2")), int(os.environ.get("CHILDREN", "20000"))
    if data := os.environ.get("DATA"):
        descriptions = list(matching_data.read(Path(data)))
        print(f"{len(descriptions)} descriptions of {Path(data).name}")
    else:
        descriptions = described(children, seed)
        print(
            f"{len(descriptions)} descriptions of {children} invented children, seed {seed} (weights: seed {FITTED_ON})"
        )
        print("noise:", ", ".join(f"{kind} {rate}" for kind, rate in TABLE["noise"].items()))
    searched = int(os.environ.get("PEOPLE", "1000000"))
    servers = Servers({"postgres"})
    try:
        uvloop.run(_measure(servers.postgres(), descriptions, seed))
        if searched:
            uvloop.run(_search(servers.postgres(), searched, seed))
    finally:
        servers.stop()
    return 0


async def _measure(postgres: str, descriptions: list[Description], seed: int) -> None:
    async with register(postgres) as db:
        found = await replay(db, descriptions, seed)
    rate = len(descriptions) / found.seconds
    print(
        f"taken in at {rate:,.0f} a second: one worker, {len(descriptions)} submissions, {len({one.child for one in found.told})} children on the register\n"
    )
    report(measure(found))


async def _search(postgres: str, size: int, seed: int) -> None:
    async with register(postgres) as db:
        found = await million(db, size, seed)
    print(
        f"\n{size:,} people under {found.keys:,} keys, loaded in {found.loading:.0f} s; {SEARCHES} searched for by descriptions with noise of their own"
    )
    print(
        f"p50 {found.p50:.1f} ms, p95 {found.p95:.1f} ms, p99 {found.p99:.1f} ms (to reach: p95 under 150); "
        f"{found.found:.3f} among the answers, {found.first:.3f} the first"
    )


def report(counted: Measured) -> None:
    """Figures beside what is to be reached, then every stratum."""
    false, pairs = counted.false_joins.total(), max(counted.true_pairs, 1)
    for what, figure, goal in (
        ("true pairs joined or queued", f"{(counted.joined + counted.queued) / pairs:.4f}", "0.98"),
        ("true pairs joined alone", f"{counted.joined / pairs:.4f}", "0.90"),
        ("false joins in 10,000", f"{10_000 * false / max(counted.joins, 1):.2f} ({false} of {counted.joins}{_bound(false, counted.joins)})", "1"),
        ("false pairs queued for a true one", f"{counted.false_proposals / max(counted.true_proposals, 1):.2f} ({counted.false_proposals} and {counted.true_proposals})", "2"),
    ):  # fmt: skip
        print(f"{what:36} {figure:45} to reach: {goal}")
    if false:
        print("false joins:", ", ".join(f"{kind} {count}" for kind, count in counted.false_joins.most_common()))
    print(f"\n{'true pairs, where one of them has':38} {'pairs':>7} {'joined':>7} {'queued':>7} {'lost':>7}")
    kinds = sorted(counted.strata.keys() - {*HARD, *LAST})
    for stratum in [one for one in (*LAST, *kinds, *HARD) if one in counted.strata]:
        print(_line(stratum, counted.strata[stratum]))


def _line(stratum: str, of: Counter[str]) -> str:
    shares = " ".join(f"{of[what] / of.total():7.3f}" for what in ("joined", "queued", "lost"))
    return f"{stratum:38} {of.total():7} {shares}"


def _bound(false: int, joins: int) -> str:
    """Where none was seen, the rate that would still have shown none once in twenty runs."""
    return f"; with 95 % at most {30_000 / joins:.1f}" if not false and joins else ""


if __name__ == "__main__":
    sys.exit(main())
