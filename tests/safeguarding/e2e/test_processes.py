"""The service alone, as real processes over a real Kafka: a report comes in on the fast lane, social care answers."""

import asyncio
import base64
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx2
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import TopicAlreadyExistsError
from standardwebhooks import Webhook

from cme_contracts.base import Event
from cme_contracts.codes import Factor
from cme_contracts.safeguarding import CONCERNS, STREAM, CaseConsidered, EscalatedToSocialCare, SocialCareAcknowledged
from deploy.local.ports import free_port
from tests.kit.issuer import NAME, Issuer, issuer_at_an_address
from tests.safeguarding.support import CANARY, Someone, written
from tests.support import Kafka, eventually

ROOT = Path(__file__).parents[3]
SECRET = "whsec_" + base64.b64encode(b"social care's own secret").decode()


@pytest.fixture(scope="module")
async def issuer() -> AsyncIterator[tuple[Issuer, str]]:
    async with issuer_at_an_address() as found:
        yield found


@pytest.fixture
async def topics(kafka: Kafka) -> None:
    for name in ("cme.referrals.concerns", "cme.register", STREAM, CONCERNS):
        try:
            await kafka.create(name)
        except TopicAlreadyExistsError:
            pass  # another test of this session has made it


@pytest.fixture
def environment(dsn: str, kafka_servers: str, issuer: tuple[Issuer, str]) -> dict[str, str]:
    port = free_port()
    return {
        "PATH": os.environ["PATH"],
        "CME_SAFEGUARDING_DATABASE": dsn,
        "CME_SAFEGUARDING_PORT": str(port),
        "CME_SAFEGUARDING_WORKER_PORT": str(free_port()),
        "CME_SAFEGUARDING_URL": f"http://127.0.0.1:{port}",
        "CME_KAFKA": kafka_servers,
        "CME_KEYRING": "k1:" + base64.b64encode(b"k" * 32).decode(),
        "CME_ISSUER": NAME,
        "CME_JWKS": issuer[1],
        "CME_LINK_SECRET": "no secret at all but long enough for one",
        "CME_SOCIAL_CARE_SECRET": SECRET,
        "CME_COUNCIL": str(ROOT / "deploy" / "council.toml"),
    }


type Start = Callable[..., Awaitable[asyncio.subprocess.Process]]


@pytest.fixture
async def start(environment: dict[str, str], tmp_path: Path) -> AsyncIterator[Start]:
    """Starts commands of the service; what they write goes to one file; what still runs after the test is killed."""
    log = (tmp_path / "log").open("wb")
    running: list[asyncio.subprocess.Process] = []

    async def begin(*arguments: str) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "cme_safeguarding", *arguments, env=environment, cwd=ROOT, stdout=log, stderr=log
        )
        running.append(process)
        return process

    yield begin
    for process in running:
        if process.returncode is None:
            process.kill()
            await process.wait()
    log.close()


async def say(servers: str, dsn: str, *events: Event) -> None:
    """As the owners' relays would."""
    producer = AIOKafkaProducer(bootstrap_servers=servers, acks="all")
    await producer.start()
    try:
        async with asyncpg.create_pool(dsn, min_size=0) as pool:
            for topic, key, headers, value in await written(pool, *events):
                await producer.send_and_wait(topic, value, key=key.encode(), headers=headers)
    finally:
        await producer.stop()


class Listener:
    """Reads what safeguarding says about some keys, with a consumer of its own.

    As any reader it knows an event again: a relay that is killed between Kafka's word and its own note sends once more.
    """

    def __init__(self, consumer: AIOKafkaConsumer, keys: Sequence[str]) -> None:
        self._consumer, self._keys = consumer, {key.encode() for key in keys}
        self.heard: dict[bytes, tuple[str, dict[str, Any]]] = {}

    async def has(self, event: type[Event]) -> bool:
        for records in (await self._consumer.getmany(timeout_ms=100)).values():
            for record in records:
                if record.key in self._keys:
                    headers = dict(record.headers)
                    self.heard[headers["ce_id"]] = (headers["ce_type"].decode(), json.loads(record.value))
        return bool(self.of(event))

    def of(self, event: type[Event]) -> list[dict[str, Any]]:
        return [value for type_, value in self.heard.values() if type_ == event.type]


@pytest.mark.prove
@pytest.mark.timeout(300)
async def test_a_report_is_escalated_and_answered_across_real_processes(
    topics: None,
    start: Start,
    environment: dict[str, str],
    kafka_servers: str,
    dsn: str,
    issuer: tuple[Issuer, str],
    tmp_path: Path,
) -> None:
    assert await (await start("migrate")).wait() == 0
    http, worker = await start("http"), await start("worker")
    child, submission = Someone(at=datetime.now(UTC)), uuid4()
    async with AsyncExitStack() as stack:
        consumer = AIOKafkaConsumer(STREAM, CONCERNS, bootstrap_servers=kafka_servers, auto_offset_reset="earliest")
        await consumer.start()
        stack.push_async_callback(consumer.stop)
        listener = Listener(consumer, [str(child.child_id), str(submission)])
        visitor = await stack.enter_async_context(httpx2.AsyncClient(base_url=environment["CME_SAFEGUARDING_URL"]))

        await say(kafka_servers, dsn, child.concern(Factor.CHILD_PROTECTION_PLAN, submission=submission))
        await eventually(lambda: listener.has(EscalatedToSocialCare), 60)
        [escalated] = listener.of(EscalatedToSocialCare)
        assert (escalated["first_submission_id"], escalated["to_be_confirmed"]) == (str(submission), True)

        worker.kill()  # between the report and the case
        await worker.wait()
        worker = await start("worker")
        await say(kafka_servers, dsn, child.matched(submission), child.opened(submission, Factor.CHILD_PROTECTION_PLAN))
        await eventually(lambda: _opened_is_considered(listener), 60)
        assert len(listener.of(EscalatedToSocialCare)) == 1

        body, now = json.dumps({"their_reference": "SC-1"}), datetime.now(UTC)
        headers = {
            "webhook-id": "msg_1",
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(SECRET).sign("msg_1", now, body),
            "content-type": "application/json",
        }
        path = f"/v1/escalations/{escalated['escalation_id']}/acknowledgement"
        assert (await visitor.post(path, content=body, headers=headers)).status_code == 201
        await eventually(lambda: listener.has(SocialCareAcknowledged))
        assert listener.of(SocialCareAcknowledged)[0]["child_id"] == str(child.child_id)

        metrics = (await visitor.get("/metrics")).text
        assert "cme_safeguarding_considerations_undecided_at_once" in metrics
        assert (await visitor.get("/health/ready")).json() == {"status": "ready"}
        token = issuer[0].token("lead_officer", sub=str(uuid4()))
        queue = await visitor.get(
            f"/v1/considerations?child_id={child.child_id}", headers={"Authorization": f"Bearer {token}"}
        )
        assert len(queue.json()["items"]) == 2

    for process in (http, worker):
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
    assert CANARY not in (tmp_path / "log").read_text()


async def _opened_is_considered(listener: Listener) -> bool:
    await listener.has(CaseConsidered)
    return any(one["prompted_by"] == "cme.case.opened.v1" for one in listener.of(CaseConsidered))
