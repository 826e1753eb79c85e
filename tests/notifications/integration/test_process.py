"""The service as real processes beside a real Kafka and a real PostgreSQL: from events on topics to mail and events."""

import asyncio
import base64
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx2
import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRecord

from cme_bus.meta import Meta
from cme_bus.sealing import VersionedKeyring
from cme_contracts.base import CATALOG, Event
from cme_contracts.codes import OfficerRole
from cme_contracts.notifications import STREAM, MessageSent, ReferrerInformed
from deploy.local.ports import free_port
from tests.kit.issuer import NAME, Issuer, issuer_at_an_address
from tests.notifications import invented
from tests.notifications.written import write
from tests.support import Kafka

ROOT = Path(__file__).parents[3]
KEYS = "k1:" + base64.b64encode(bytes(32)).decode()
KEYRING = VersionedKeyring.from_text(KEYS)
TOPICS = ("cme.referrals", "cme.register", "cme.safeguarding.concerns", STREAM)


class Running:
    """The service's commands, in one environment."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self.processes: list[asyncio.subprocess.Process] = []

    async def start(self, command: str) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "cme_notifications",
            command,
            env=self.environment,
            cwd=ROOT,
            stdout=asyncio.subprocess.DEVNULL,
        )
        self.processes.append(process)
        return process

    async def stop(self, process: asyncio.subprocess.Process, how: signal.Signals = signal.SIGTERM) -> int:
        if process.returncode is None:
            process.send_signal(how)
        return await asyncio.wait_for(process.wait(), 30)


@pytest.fixture
async def issuer() -> AsyncIterator[tuple[Issuer, str]]:
    async with issuer_at_an_address() as found:
        yield found


@pytest.fixture
async def running(dsn: str, kafka: Kafka, issuer: tuple[Issuer, str]) -> AsyncIterator[Running]:
    for topic in TOPICS:
        await kafka.create(topic)
    port = str(free_port())
    service = Running(
        {
            "PATH": os.environ["PATH"],
            "CME_PROFILE": "local",
            "CME_NOTIFICATIONS_DATABASE": dsn,
            "CME_KAFKA": kafka.servers,
            "CME_KEYRING": KEYS,
            "CME_ISSUER": NAME,
            "CME_JWKS": issuer[1],
            "CME_LINK_SECRET": "a secret that signs links in tests only",
            "CME_COUNCIL": "deploy/local/county/council.toml",
            "CME_NOTIFICATIONS_PORT": port,
            "CME_NOTIFICATIONS_URL": f"http://127.0.0.1:{port}",
            "CME_REFERRALS_URL": "https://r.example.org",
            "CME_REGISTER_URL": "https://g.example.org",
            "CME_SAFEGUARDING_URL": "https://s.example.org",
        }
    )
    yield service
    for process in service.processes:
        await service.stop(process, signal.SIGKILL)


async def publish(running: Running, kafka: Kafka, *events: Event) -> list[Meta]:
    """Put events on their topics as their owners' relays would."""
    conn = await asyncpg.connect(running.environment["CME_NOTIFICATIONS_DATABASE"])
    sent = [await write(conn, KEYRING, event) for event in events]
    await conn.close()
    for one in sent:
        await kafka.write(one.event.stream, one.value, key=one.event.key.encode(), headers=list(one.headers))
    return [one.meta for one in sent]


async def said_of(kafka: Kafka, child: UUID, count: int) -> list[tuple[Any, Meta]]:
    """What the service has said about a child, once it is that much. A worker that was killed may have sent it twice."""
    found: dict[object, tuple[Any, Meta]] = {}
    consumer = AIOKafkaConsumer(STREAM, bootstrap_servers=kafka.servers, auto_offset_reset="earliest", group_id=None)
    await consumer.start()
    try:
        async with asyncio.timeout(60):
            while len(found) < count:
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    said = [read(record) for record in records if record.key == str(child).encode()]
                    found |= {about.id: (event, about) for event, about in said if about.id not in found}
    finally:
        await consumer.stop()
    return list(found.values())


def read(record: ConsumerRecord) -> tuple[Any, Meta]:
    about = Meta.parse(record.headers)
    return CATALOG[about.type].model_validate_json(record.value or b""), about


def mailbox(running: Running, issuer: Issuer) -> Callable[[str], Awaitable[list[str]]]:
    async def subjects(address: str) -> list[str]:
        headers = {"Authorization": f"Bearer {issuer.token('operator')}"}
        async with httpx2.AsyncClient(base_url=running.environment["CME_NOTIFICATIONS_URL"], headers=headers) as client:
            answer = await client.get("/v1/mailbox", params={"to": address})
            assert answer.status_code == 200
            return [mail["subject"] for mail in answer.json()["items"]]

    return subjects


@pytest.mark.prove
@pytest.mark.policy("7.3")
@pytest.mark.timeout(300)  # five processes start one after another
async def test_from_events_on_topics_to_mail_and_what_is_said_of_it(
    running: Running, kafka: Kafka, issuer: tuple[Issuer, str]
) -> None:
    migrated = await running.start("migrate")
    assert await migrated.wait() == 0
    worker, http = await running.start("worker"), await running.start("http")
    child, case, referral, manager = (uuid4() for _ in range(4))
    address = f"{referral}@example.org"
    for topic in TOPICS[:3]:
        await kafka.write(topic, os.urandom(60), key=os.urandom(8), headers=[("ce_id", os.urandom(8))])
    (closing, *_) = await publish(
        running,
        kafka,
        invented.closed(child, case, referral),
        invented.officer(manager, OfficerRole.TEAM_MANAGER, email=f"{manager}@example.org"),
        invented.breached(child, case),
        invented.concern(child, case),
    )
    assert {event.template for event, _ in await said_of(kafka, child, 2)} == {"deadline-passed", "concern-raised"}

    assert await running.stop(worker, signal.SIGKILL) == -signal.SIGKILL
    await publish(running, kafka, invented.referrer_named(referral, email=address))
    worker = await running.start("worker")
    said = await said_of(kafka, child, 4)
    outcome = [(event, about) for event, about in said if about.causation_id == str(closing.id)]
    assert [type(event) for event, _ in outcome] == [MessageSent, ReferrerInformed]
    assert outcome[1][0].submission_id == referral

    subjects = mailbox(running, issuer[0])
    assert f"The outcome of {invented.submission()['reference']}" in await subjects(address)
    assert sorted(await subjects(f"{manager}@example.org")) == [
        "A deadline has passed: Monday 7 December 2026",
        "Urgent: a safeguarding concern has been raised",
    ]
    assert await running.stop(worker) == 0
    assert await running.stop(http) == 0
