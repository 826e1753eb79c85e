"""The whole system under what happens to whole systems: Kafka away, rubbish on the topics, one more worker, the same thing twice."""

import asyncio
import secrets
import subprocess
from collections.abc import Callable
from uuid import uuid4

import pytest

from cme_contracts.catalogue import CATALOG
from tests.e2e.intake import ACCEPTED, SCHOOL, SERVICES, all_arrived, database, reach, referral, send
from tests.e2e.local_run import LocalRun
from tests.support import Kafka, eventually

pytestmark = [pytest.mark.prove, pytest.mark.timeout(400)]

TOPICS = sorted({event.stream for event in CATALOG.values()})


@pytest.mark.policy("7.1")
async def test_the_same_referral_sent_five_times_at_once_is_one(run: LocalRun) -> None:
    body, key = referral(), str(uuid4())
    async with reach(run) as system:
        await system.token("school", urn=SCHOOL)
        answers = await asyncio.gather(*(send(system, body, key) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {ACCEPTED}
    assert len({answer.json()["submission_id"] for answer in answers}) == 1
    submission = answers[0].json()["submission_id"]
    await all_arrived(run, [submission])
    async with database(run, "register") as register:
        assert await register.fetchval("SELECT count(*) FROM submission WHERE id = $1", submission) == 1


async def test_referrals_are_accepted_while_kafka_is_away_and_caught_up_with_after(run: LocalRun) -> None:
    accepted: list[str] = []
    async with reach(run) as system:
        await system.token("school", urn=SCHOOL)
        run.command("deploy.local", "stop", "kafka")
        try:
            for _ in range(60):  # a minute of a busy morning
                answer = await send(system, referral())
                assert answer.status_code == ACCEPTED
                accepted.append(answer.json()["submission_id"])
                await asyncio.sleep(1)
        finally:
            run.command("deploy.local", "start", "kafka")
    await all_arrived(run, accepted, 120)


async def test_random_bytes_on_every_topic_are_parked_and_nothing_else_waits(run: LocalRun) -> None:
    kafka = Kafka(run.told["CME_KAFKA"])
    before = {service: await parked(run, service) for service in SERVICES}
    for topic in TOPICS:
        rubbish = [("ce_id", secrets.token_bytes(9)), ("ce_type", b"\xff\xfe"), ("x", b"\x00")]
        await kafka.write(topic, secrets.token_bytes(300), key=secrets.token_bytes(8), headers=rubbish)
        await kafka.write(topic, None, key=b"nothing", headers=[])
    story = run.command("tests.story", check=False)
    assert story.returncode == 0, story.stdout + story.stderr
    for service in SERVICES:

        async def has_parked_it(service: str = service) -> bool:
            return await parked(run, service) > before[service]

        await eventually(has_parked_it)
        listed = run.service(service, "parked", "list")
        assert listed.returncode == 0, listed.stdout
        assert "not a CloudEvent" in listed.stdout


async def parked(run: LocalRun, service: str) -> int:
    async with database(run, service) as connection:
        found = await connection.fetchval("SELECT count(*) FROM parked WHERE resolved_at IS NULL")
    return int(found)


@pytest.mark.policy("8.1")
async def test_one_more_register_worker_in_mid_stream_makes_no_case_twice(run: LocalRun) -> None:
    accepted: list[str] = []

    async def go_on_until(done: Callable[[], bool]) -> None:
        while not done():
            answer = await send(system, referral())
            assert answer.status_code == ACCEPTED
            accepted.append(answer.json()["submission_id"])

    async with reach(run) as system:
        await go_on_until(lambda: len(accepted) >= 40)
        worker = run.begin_service("register", "worker")
        try:
            working = asyncio.create_task(asyncio.to_thread(wait_for, worker, "service.started"))
            await go_on_until(working.done)
            assert await working
            enough = len(accepted) + 80
            await go_on_until(lambda: len(accepted) >= enough)
            await all_arrived(run, accepted)
        finally:
            worker.terminate()
            assert await asyncio.to_thread(worker.wait, 30) == 0
    async with database(run, "register") as register:
        cases = await register.fetchval(
            "SELECT count(DISTINCT case_id) FROM submission WHERE id = ANY($1::uuid[])", accepted
        )
        clocks = await register.fetchval(
            "SELECT count(*) FROM clock WHERE code = 'INIT-10' AND case_id IN (SELECT case_id FROM submission WHERE id = ANY($1::uuid[]))",
            accepted,
        )
    assert (cases, clocks) == (len(accepted), len(accepted))


def wait_for(process: "subprocess.Popen[str]", said: str) -> bool:
    """Read what a process logs until it says so. False: it ended without."""
    return any(said in line for line in process.stdout or ())
