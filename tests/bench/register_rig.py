"""Intake and the register with databases and a Kafka of their own, each in its own processes."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path

import asyncpg
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient

from cme_bus.database import as_it_is, prepare
from deploy import topics
from deploy.local.ports import free_port
from tests.bench.product_rig import ROOT, Processes, drop_database, new_database, records
from tests.kit.issuer import NAME

COUNTY = ROOT / "deploy" / "local" / "county"
SAID, HEARD = "cme.register", "cme.referrals"


class Rig:
    """Made ready by `prepare`: tables, topics, officers, and nothing else."""

    def __init__(self, kafka: str, postgres: str, log: Path) -> None:
        self._kafka, self._postgres, self._log = kafka, postgres, log

    async def prepare(self) -> None:
        self._dsns = {name: await new_database(self._postgres, name) for name in ("referrals", "register")}
        self.intake, self.register = [
            await asyncpg.create_pool(dsn, min_size=1, max_size=4, init=prepare, reset=as_it_is)
            for dsn in self._dsns.values()
        ]
        self.processes = Processes({
            "CME_REFERRALS_DATABASE": self._dsns["referrals"],
            "CME_REGISTER_DATABASE": self._dsns["register"],
            "CME_REFERRALS_PORT": str(free_port()),
            "CME_REGISTER_PORT": str(free_port()),
            "CME_REFERRALS_URL": "http://127.0.0.1:1",
            "CME_REGISTER_URL": "http://127.0.0.1:1",
            "CME_KAFKA": self._kafka,
            "CME_KEYRING": "k1:" + base64.b64encode(bytes(32)).decode(),
            "CME_ISSUER": NAME,
            "CME_JWKS": "http://127.0.0.1:1/jwks",
            "CME_LINK_SECRET": "a secret that signs links in a measurement",
            "CME_COUNCIL": str(ROOT / "deploy" / "council.toml"),
        }, self._log)  # fmt: skip
        await asyncio.gather(*(self.processes.run(f"cme_{name}", "migrate") for name in self._dsns))
        await topics.create(self._kafka)
        await self.processes.run("cme_register", "import-officers", str(COUNTY / "officers.json"))
        await self.register.execute("DELETE FROM outbox")

    async def count(self, topic: str) -> int:
        """Records a topic has ever been given."""
        return await records(self._kafka, topic)

    async def count_of(self, topic: str, type_: str) -> int:
        """Records of one type of event, read from the beginning."""
        found = seen = 0
        wanted = await self.count(topic)
        async with AIOKafkaConsumer(topic, bootstrap_servers=self._kafka, auto_offset_reset="earliest") as consumer:
            while seen < wanted:
                for some in (await consumer.getmany(timeout_ms=1000)).values():
                    seen += len(some)
                    found += sum(("ce_type", type_.encode()) in record.headers for record in some)
        return found

    async def remove(self) -> None:
        """Databases and topics: whoever comes next finds none."""
        await self.processes.stop()
        for pool in (self.intake, self.register):
            await pool.close()
        for dsn in self._dsns.values():
            await drop_database(self._postgres, dsn)
        admin = AIOKafkaAdminClient(bootstrap_servers=self._kafka)
        await admin.start()
        await admin.delete_topics(list(topics.read().owners))
        await admin.close()

    def said(self) -> str:
        return self.processes.said()
