"""Intake beside its limits, in one run. Ratios count; rates are the machine's.

Single referrals beside a bare insert by the same server, files beside COPY of the same rows, one process beside four.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import uvloop

from tests.bench.intake_bulk import bulk
from tests.bench.intake_rig import Intake
from tests.bench.intake_scaling import scaling
from tests.bench.intake_single import single
from tests.bench.product_load import CONNECTIONS, requests
from tests.servers import Servers

SHOWN = ("server_version", "fsync", "synchronous_commit", "full_page_writes")


def main() -> int:
    servers = Servers({"postgres"})
    try:
        postgres = servers.postgres()
        uvloop.run(_durability(postgres))
        uvloop.run(_measure(postgres, bulk))
        uvloop.run(_measure(postgres, lambda intake: single(intake, requests(intake.tokens))))
        uvloop.run(_measure(postgres, lambda intake: scaling(intake, requests(intake.tokens), None)))
        kafka = servers.kafka()  # only now: until here nothing but intake and its database has run
        uvloop.run(_measure(postgres, lambda intake: scaling(intake, requests(intake.tokens), kafka)))
    finally:
        servers.stop()
    return 0


async def _durability(postgres: str) -> None:
    conn = await asyncpg.connect(postgres)
    print(", ".join([f"{name} = {await conn.fetchval(f'SHOW {name}')}" for name in SHOWN]))
    print(f"{CONNECTIONS} connections kept open for single referrals\n")
    await conn.close()


async def _measure(postgres: str, part: Callable[[Intake], Awaitable[None]]) -> None:
    with TemporaryDirectory() as folder:
        intake = Intake(postgres, Path(folder) / "intake.log")
        try:
            await intake.prepare()
            await part(intake)
        except BaseException:
            print(intake.said(), file=sys.stderr)
            raise
        finally:
            await intake.remove()
    print()
