"""Intake with a database of its own: as many of its processes as are wanted, and the bare server beside them."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path

import asyncpg

from deploy.local.ports import free_port
from tests.bench.intake_limit import TABLE
from tests.bench.product_ours import COUNTY, SCHOOLS
from tests.bench.product_rig import (
    ROOT,
    Processes,
    address_of,
    answers,
    drop_database,
    new_database,
    publish_keys,
    until,
)  # fmt: skip
from tests.kit.issuer import NAME, Issuer

OURS, BARE = "cme_referrals", "tests.bench.intake_limit"


class Intake:
    """Made ready by `prepare`, which loads the county's schools."""

    def __init__(self, postgres: str, log: Path) -> None:
        self._postgres, self._log = postgres, log
        self._issuer = Issuer()
        self.tokens = [self._issuer.token("school", sub=f"office-{urn}", urn=urn, exp=2**33) for urn in SCHOOLS]
        self._all: list[Processes] = []

    async def prepare(self) -> None:
        self._dsns = {name: await new_database(self._postgres, name) for name in ("referrals", "register")}
        self.pool = await asyncpg.create_pool(self._dsns["referrals"], min_size=1, max_size=3)
        self._keys = await publish_keys(self._issuer)
        own = self.processes()
        await asyncio.gather(own.run("cme_referrals", "migrate"), own.run("cme_register", "migrate"))
        await own.run("cme_referrals", "import-gias", str(COUNTY / "establishments.csv"))
        await own.run("cme_register", "import-officers", str(COUNTY / "officers.json"))
        await self.pool.execute("DELETE FROM outbox")  # the schools: they are not what is measured
        await self.pool.execute(TABLE)

    def processes(self, *, port: int = 0, kafka: str = "127.0.0.1:1") -> Processes:
        """Programs of intake and the register, in one environment."""
        made = Processes({
            "CME_REFERRALS_DATABASE": self._dsns["referrals"],
            "CME_REGISTER_DATABASE": self._dsns["register"],
            "CME_REFERRALS_PORT": str(port or free_port()),
            "CME_REGISTER_PORT": str(free_port()),
            "CME_REFERRALS_URL": "http://127.0.0.1:1",
            "CME_REGISTER_URL": "http://127.0.0.1:1",
            "CME_REFERRALS_SENDER_PER_MINUTE": "1000000000",  # a brake that is not measured; the bare server has it too
            "CME_KAFKA": kafka,
            "CME_KEYRING": "k1:" + base64.b64encode(bytes(32)).decode(),
            "CME_ISSUER": NAME,
            "CME_JWKS": address_of(self._keys),
            "CME_LINK_SECRET": "a secret that signs links in a measurement",
            "CME_COUNCIL": str(ROOT / "deploy" / "council.toml"),
        }, self._log)  # fmt: skip
        self._all.append(made)
        return made

    @property
    def dsn(self) -> str:
        """Of intake's database."""
        return self._dsns["referrals"]

    async def serve(self, program: str) -> Server:
        """One HTTP process of `OURS` or `BARE`, on a port of its own."""
        port = free_port()
        own = self.processes(port=port)
        await own.start(program, "http")
        await until(lambda: answers(port), 0.1, f"{program} does not answer")
        return Server(own, port)

    async def remove(self) -> None:
        for one in self._all:
            await one.stop()
        self._keys.close()
        await self.pool.close()
        for dsn in self._dsns.values():
            await drop_database(self._postgres, dsn)

    def said(self) -> str:
        return self._log.read_text(errors="replace")[-4000:]


class Server:
    """Where a process answers."""

    def __init__(self, own: Processes, port: int) -> None:
        self._own, self.port, self.pid = own, port, own.pids[0]

    async def stop(self) -> None:
        """Let it finish what it has in hand."""
        await self._own.stop()
