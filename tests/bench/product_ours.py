"""The product by its production path: intake over HTTP, two workers, the register's database. Nothing is left out.

Tokens, idempotency, validation, sealing, outbox, lease, lanes, inbox, held keys, matching, cases, clocks, timers,
chronology, and the register's own events with their way back to intake's progress.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

import asyncpg

from deploy import topics
from deploy.local.ports import free_port
from tests.bench.product_rig import (
    ROOT,
    Processes,
    address_of,
    answers,
    drop_database,
    new_database,
    publish_keys,
    records,
    until,
)  # fmt: skip
from tests.kit.issuer import NAME, Issuer

COUNTY = ROOT / "deploy" / "local" / "county"
SCHOOLS = [f"9900{number:02}" for number in range(1, 13)]


class Ours:
    """See `product_rig.Contestant`."""

    name = "product"

    def __init__(self, kafka: str, postgres: str, log: Path) -> None:
        self._kafka, self._postgres, self._log = kafka, postgres, log
        self.port = free_port()
        self._issuer = Issuer()
        self.tokens = [self._issuer.token("school", sub=f"office-{urn}", urn=urn, exp=2**33) for urn in SCHOOLS]

    async def prepare(self) -> None:
        await topics.create(self._kafka)
        self._dsns = [await new_database(self._postgres, name) for name in ("referrals", "register")]
        self._referrals, self._register = [await asyncpg.create_pool(dsn, min_size=1, max_size=2) for dsn in self._dsns]
        self._keys = await publish_keys(self._issuer)
        self._processes = Processes({
            "CME_REFERRALS_DATABASE": self._dsns[0],
            "CME_REGISTER_DATABASE": self._dsns[1],
            "CME_REFERRALS_PORT": str(self.port),
            "CME_REGISTER_PORT": str(free_port()),
            "CME_REFERRALS_URL": f"http://127.0.0.1:{self.port}",
            "CME_REGISTER_URL": "http://127.0.0.1:1",
            "CME_REFERRALS_SENDER_PER_MINUTE": "1000000000",
            "CME_KAFKA": self._kafka,
            "CME_KEYRING": "k1:" + base64.b64encode(bytes(32)).decode(),
            "CME_ISSUER": NAME,
            "CME_JWKS": address_of(self._keys),
            "CME_LINK_SECRET": "a secret that signs links in a measurement",
            "CME_SENDER_PER_MINUTE": "100000000",
            "CME_COUNCIL": str(ROOT / "deploy" / "council.toml"),
        }, self._log)  # fmt: skip
        await asyncio.gather(*(self._processes.run(f"cme_{name}", "migrate") for name in ("referrals", "register")))
        await self._processes.run("cme_referrals", "import-gias", str(COUNTY / "establishments.csv"))
        await self._processes.run("cme_register", "import-officers", str(COUNTY / "officers.json"))

    async def start(self) -> None:
        for command in (("cme_referrals", "http"), ("cme_referrals", "worker"), ("cme_register", "worker")):
            await self._processes.start(*command)
        await until(lambda: answers(self.port), 0.1, "intake does not answer")

    async def stop(self) -> None:
        await self._processes.stop()

    async def remove(self) -> None:
        self._keys.close()
        for pool in (self._referrals, self._register):
            await pool.close()
        for dsn in self._dsns:
            await drop_database(self._postgres, dsn)

    def said(self) -> str:
        return self._processes.said()

    async def visible(self) -> int:
        self._processes.alive()
        return int(await self._register.fetchval("SELECT count(*) FROM case_file"))

    async def among(self, submissions: Iterable[str]) -> set[str]:
        rows = await self._register.fetch(
            "SELECT id FROM submission WHERE id = ANY($1) AND case_id IS NOT NULL", list(map(UUID, submissions))
        )
        return {str(row["id"]) for row in rows}

    async def settled(self) -> bool:
        waiting = [
            await self._referrals.fetchval("SELECT count(*) FROM outbox"),
            await self._register.fetchval("SELECT count(*) FROM outbox"),
            await self._referrals.fetchval(
                "SELECT (SELECT count(*) FROM submission) - (SELECT count(*) FROM submission_progress)"
            ),
        ]
        return not any(waiting)

    async def check(self, submissions: int) -> str:
        counted = {
            "submissions": await self._referrals.fetchval("SELECT count(*) FROM submission"),
            "registered": await self._register.fetchval("SELECT count(*) FROM submission"),
            "cases": await self.visible(),
            "children": await self._register.fetchval("SELECT count(DISTINCT child_id) FROM case_file"),
            "running clocks": await self._register.fetchval("SELECT count(*) FROM clock WHERE satisfied_at IS NULL"),
            "progress": await self._referrals.fetchval("SELECT count(*) FROM submission_progress"),
        }
        assert set(counted.values()) == {submissions}, counted
        for pool in (self._referrals, self._register):
            assert not await pool.fetchval("SELECT count(*) FROM parked")
        said = await records(self._kafka, "cme.referrals"), await records(self._kafka, "cme.register")
        assert said[0] >= 2 * submissions
        assert said[1] >= 4 * submissions
        return f"{submissions} submissions, {said[0]} + {said[1]} records, as many cases, clocks and progress lines"
