"""Intake as real processes with real Kafka: lists loaded, a form accepted, its events sent, progress heard."""

import asyncio
import base64
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import httpx2
import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRecord

from cme_bus.meta import Meta
from cme_bus.sealing import Key, VersionedKeyring, kid_of, open_box, sealed_json
from cme_contracts.base import Event
from cme_contracts.codes import CaseKind, Category, Factor
from cme_contracts.partners import ANSWERS, FORMS, Form, FormAnswered, FormSent
from cme_contracts.referrals import CONCERNS, STREAM, ConcernReported, EstablishmentChanged, PupilDeleted
from cme_contracts.register import STREAM as REGISTER
from cme_contracts.register import CaseOpened
from cme_contracts.register_clocks import ClockStarted
from cme_contracts.register_matching import SubmissionMatched
from cme_contracts.sealed import Sealed
from deploy.local.ports import free_port
from tests.kit.issuer import NAME, Issuer, issuer_at_an_address
from tests.referrals.invented import CANARY, MONDAY, SCHOOL, deletion
from tests.support import Kafka, eventually

ROOT = Path(__file__).parents[3]
COUNTY = ROOT / "deploy" / "local" / "county"
RING = "k1:" + base64.b64encode(bytes(32)).decode()
TOPICS = (STREAM, CONCERNS, REGISTER, "cme.notifications", FORMS, ANSWERS)
SCHOOLS_KEY = Key(f"school/{SCHOOL}", b"s" * 32)


@pytest.fixture
async def issuer_at() -> AsyncIterator[tuple[Issuer, str]]:
    async with issuer_at_an_address() as found:
        yield found


@pytest.fixture
def environment(dsn: str, issuer_at: tuple[Issuer, str], kafka_servers: str) -> dict[str, str]:
    port = free_port()
    return {
        "PATH": os.environ["PATH"],
        "CME_REFERRALS_DATABASE": dsn,
        "CME_KAFKA": kafka_servers,
        "CME_KEYRING": RING,
        "CME_REFERRALS_FORM_KEYS": f"{SCHOOLS_KEY.kid}:{base64.b64encode(b's' * 32).decode()}",
        "CME_ISSUER": NAME,
        "CME_JWKS": issuer_at[1],
        "CME_LINK_SECRET": "no secret at all but long enough for one",
        "CME_REFERRALS_PORT": str(port),
        "CME_REFERRALS_URL": f"http://127.0.0.1:{port}",
        "CME_COUNCIL": str(ROOT / "deploy" / "council.toml"),
    }


@pytest.fixture
async def listener(kafka: Kafka) -> AsyncIterator["Listener"]:
    for topic in TOPICS:
        await kafka.create(topic)
    consumer = AIOKafkaConsumer(
        STREAM, CONCERNS, ANSWERS, bootstrap_servers=kafka.servers, auto_offset_reset="earliest"
    )
    await consumer.start()
    yield Listener(consumer)
    await consumer.stop()


type Run = Callable[..., Awaitable[asyncio.subprocess.Process]]


@pytest.fixture
async def run(environment: dict[str, str]) -> AsyncIterator[Run]:
    """Starts `cme-referrals ...`; what still runs after the test is stopped."""
    started: list[asyncio.subprocess.Process] = []

    async def begin(*arguments: str) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "cme_referrals", *arguments,
            env=environment, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        started.append(process)
        return process

    yield begin
    for process in started:
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
            await process.wait()


async def done(process: asyncio.subprocess.Process) -> str:
    output, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, output.decode()
    return output.decode()


async def say(kafka: Kafka, *events: Event) -> None:
    """As the register would: these carry no personal data."""
    for event in events:
        meta = Meta.of(event, source="/cme/register")
        headers = [(name, value.encode()) for name, value in meta.headers().items()]
        await kafka.write(event.stream, event.model_dump_json().encode(), key=event.key.encode(), headers=headers)


@pytest.mark.policy("5.2.2")
@pytest.mark.prove
@pytest.mark.timeout(300)
async def test_a_return_is_accepted_sent_and_followed(
    environment: dict[str, str], issuer_at: tuple[Issuer, str], run: Run, kafka: Kafka, listener: "Listener"
) -> None:
    await done(await run("migrate"))
    assert "establishments read" in await done(await run("import-gias", str(COUNTY / "establishments.csv")))
    assert "cml: deletion_return" in await done(await run("ctf-maps"))

    serve = await run("serve")
    token = issuer_at[0].token("school", urn=SCHOOL)
    async with httpx2.AsyncClient(base_url=environment["CME_REFERRALS_URL"], timeout=10) as client:
        await eventually(lambda: ready(client), 30)
        answer = await client.post(
            "/v1/deletion-returns",
            json=deletion(factors=["section_47"], deleted_on=date.today().isoformat()),
            headers={"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())},
        )
        assert answer.status_code == 202
        submission_id = UUID(answer.json()["submission_id"])

        deleted = await listener.heard(PupilDeleted, submission_id)
        assert deleted.personal.plain.surname == CANARY
        assert (deleted.school_urn, deleted.school_la, deleted.destination_known) == (SCHOOL, "999", False)
        concern = await listener.heard(ConcernReported, submission_id)
        assert (concern.factors, concern.personal.plain.surname) == ((Factor.SECTION_47,), CANARY)
        assert (await listener.heard(EstablishmentChanged, SCHOOL)).la_code == "999"

        form = FormSent(form_id=uuid4(), personal=Sealed(Form(kind="deletion_return", form=deletion(ground="n"))))
        meta = Meta.of(form, source="urn:example:school-system")
        headers = [(name, value.encode()) for name, value in meta.headers().items()]
        await kafka.write(FORMS, sealed_json(form, meta.id, SCHOOLS_KEY), key=form.key.encode(), headers=headers)
        (by_topic,) = (await listener.heard(FormAnswered, form.form_id)).taken
        seen = await client.get(
            f"/v1/submissions/{by_topic.submission_id}", headers={"Authorization": f"Bearer {token}"}
        )
        assert seen.json()["reference"] == by_topic.reference

        child_id, case_id = uuid4(), uuid4()
        await say(
            kafka,
            SubmissionMatched(
                child_id=child_id, submission_id=submission_id, first_submission_id=submission_id, new_record=True,
                matched_at=MONDAY,
            ),
            CaseOpened(
                child_id=child_id, case_id=case_id, submission_id=submission_id, kind=CaseKind.CME,
                category=Category.MISSING, opened_at=MONDAY,
            ),
            ClockStarted(
                child_id=child_id, case_id=case_id, clock_id=uuid4(), clock="INIT-10", due_on=date(2026, 12, 7),
                due_at=MONDAY + timedelta(days=15), starts_on=date(2026, 11, 23), calendar="test", source="policy 7.2",
            ),
        )  # fmt: skip

        async def due() -> bool:  # by the token: the link is for people, and counts how often it is asked
            whole = await client.get(answer.headers["location"], headers={"Authorization": f"Bearer {token}"})
            return bool(whole.json()["investigation_due_on"] == "2026-12-07")

        await eventually(due, 30)
        assert (await client.get(answer.json()["follow"])).json()["stage"] == "on_the_register"

    serve.send_signal(signal.SIGTERM)
    log = await done(serve)
    assert '"service": "referrals"' in log
    assert CANARY not in log
    assert "ZZ99" not in log


async def ready(client: httpx2.AsyncClient) -> bool:
    try:
        return bool((await client.get("/health/ready")).status_code == 200)
    except httpx2.TransportError:
        return False


class Listener:
    """A reader of intake's own topics, with the keys to what it may read."""

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer
        self._records: list[ConsumerRecord] = []

    async def heard[E: Event](self, type_: type[E], key: object) -> E:
        """The first event of this type and key."""
        async with asyncio.timeout(30):
            while True:
                for record in self._records:
                    if record.key != str(key).encode():  # another test's, and perhaps not even an event
                        continue
                    meta = Meta.parse(record.headers)
                    if meta.type == type_.type:
                        event = type_.model_validate_json(record.value)
                        kid = kid_of(event)
                        keys = await VersionedKeyring.from_text(RING).for_opening([kid] if kid else [])
                        open_box(event, meta.id, keys)
                        return event
                found = await self._consumer.getmany(timeout_ms=500)
                self._records += [record for records in found.values() for record in records]
