"""Canary names pushed through every path, failures included: none stands in anything that was written outside the services' own tables."""

import json
import secrets
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import asyncpg
import httpx2
import pytest

from cme_bus.meta import Meta
from cme_bus.sealing import VersionedKeyring, sealed_json
from cme_contracts.catalogue import CATALOG
from cme_contracts.codes_intake import ReferralReason, ReferrerKind
from cme_contracts.people import Child
from cme_contracts.referrals import ReferralRaised
from cme_contracts.sealed import Sealed
from deploy.local.ports import OFFSETS
from tests.e2e.intake import ACCEPTED, SCHOOL, SERVICES, all_arrived, database, reach, referral, send
from tests.e2e.local_run import LocalRun
from tests.story.system import System
from tests.support import Kafka, eventually

FORENAME, SURNAME, STREET = "Quixandra", "Zephyrbane", "Xylograph Passage"
TELEPHONE, MAIL, REFERRER = "01632 960777", "zephyrbane.family@canary.example.org", "Ozymandrel Pettifogg"
CHILDS = [FORENAME, SURNAME, STREET, TELEPHONE, MAIL]
CANARIES = [*CHILDS, REFERRER, "ozymandrel"]
TOPICS = sorted({event.stream for event in CATALOG.values()})
TABLES = ("outbox", "inbox", "parked", "timer", "whose", "idempotency")
BAD_REQUEST, SERVER_ERROR = 400, 500


def canary_child(**more: object) -> dict[str, Any]:
    return {
        "forename": FORENAME,
        "surname": SURNAME,
        "date_of_birth": "2014-04-05",
        "addresses": [{"lines": [f"7 {STREET}"], "postcode": "ZZ99 7QX"}],
        "parents": [{"name": f"Robin {SURNAME}", "telephones": [TELEPHONE], "email": MAIL}],
        **more,
    }


def canary_referral(**more: object) -> dict[str, Any]:
    named = {"name": REFERRER, "email": "ozymandrel@canary.example.org"}
    return referral(**({"child": canary_child(), "referrer": named, "factors": ["child_protection_plan"]} | more))


@pytest.mark.policy("10.1")
@pytest.mark.policy("10.3")
@pytest.mark.timeout(300)
async def test_no_name_is_written_where_it_does_not_belong(run: LocalRun) -> None:
    async with reach(run) as system:
        accepted = await accepted_paths(system)
        refused = await refused_paths(system)
        await failing_readers(run)
        await all_arrived(run, accepted)
        await eventually(lambda: three_are_parked(run), 60)
        unreachable = await while_the_database_is_away(run, system)
        metrics = [
            await text(system, f"http://127.0.0.1:{port(run, name)}/metrics")
            for name in OFFSETS
            if name.split("-")[0] in SERVICES
        ]
    assert not leaks(CANARIES, "\n".join([*refused, unreachable]))
    assert not leaks(CANARIES, "\n".join(metrics))
    assert not leaks(CANARIES, "\n".join(run.printed.lines))
    logs = {log.name: log.read_text(errors="replace") for log in (run.state / "logs").iterdir()}
    for service in SERVICES:
        assert any(name.startswith(service) and content for name, content in logs.items()), service
    for name, content in logs.items():
        assert not leaks(CANARIES, content), name
    said = {topic: await everything_in(run, topic) for topic in TOPICS}
    assert all(one in said["cme.referrals"] for one in accepted)  # the canaries' own events are among what is searched
    for topic, content in said.items():
        assert not leaks(CANARIES, content), topic
    for service in SERVICES:
        kept = {table: content async for table, content in tables(run, service)}
        assert kept["inbox"], service
        for table, content in kept.items():
            assert not leaks(CANARIES, content), (service, table)
        listed = run.service(service, "parked", "list")
        assert not leaks(CANARIES, listed.stdout)
    async with database(run, "notifications") as notifications:
        for row in await notifications.fetch("SELECT * FROM mailbox"):
            assert not leaks(CHILDS, str(dict(row)))


async def accepted_paths(system: System) -> list[str]:
    """A referral with an urgent factor, the two returns, and the referral again."""
    key, body = str(uuid4()), canary_referral()
    today = datetime.now(UTC).date().isoformat()
    first = await send(system, body, key)
    again = await send(system, body, key)
    deletion = {
        "child": canary_child(),
        "ground": "g",
        "evidence": {"distance_miles": 60},
        "deleted_on": today,
        "destination": None,
    }
    addition = {"child": canary_child(surname=f"{SURNAME}-Two"), "entered_on": today}
    returns = [
        await send(system, deletion, path="/v1/deletion-returns"),
        await send(system, addition, path="/v1/new-pupil-returns"),
        await send(system, canary_referral(school_urn=SURNAME)),  # no number of a school: kept aside, and told
    ]
    assert {answer.status_code for answer in (first, again, *returns)} == {ACCEPTED}
    assert not leaks(CANARIES, "".join(answer.text for answer in (first, again, *returns)))
    return [first.json()["submission_id"], returns[0].json()["submission_id"]]


async def refused_paths(system: System) -> list[str]:
    """Everything a client can get wrong with a name in its hand. Gives what was answered."""
    school = {"Authorization": f"Bearer {await system.token('school', urn=SCHOOL)}", "Content-Type": "application/json"}
    officer = {"Authorization": f"Bearer {await system.token('lead_officer')}", "Content-Type": "application/json"}
    intake, register = f"{system.urls['referrals']}/v1/referrals", system.urls["register"]
    key = str(uuid4())
    wrong = [
        canary_referral(child=canary_child(date_of_birth=FORENAME)),
        canary_referral(child=canary_child(**{SURNAME: FORENAME})),
        canary_referral(factors=[SURNAME]),
        canary_referral(reason=SURNAME),
        {FORENAME: SURNAME},
    ]
    answers = [
        await system.http.post(intake, json=body, headers=school | {"Idempotency-Key": str(uuid4())}) for body in wrong
    ]
    answers += [
        await system.http.post(
            intake, content=f'{{"child": "{SURNAME}"', headers=school | {"Idempotency-Key": str(uuid4())}
        ),
        await system.http.post(intake, content=SURNAME * 200_000, headers=school | {"Idempotency-Key": str(uuid4())}),
        await system.http.post(intake, json=canary_referral()),
        await system.http.post(intake, json=canary_referral(), headers=school),
        await system.http.post(
            intake, json=canary_referral(), headers=school | {"Idempotency-Key": f"{SURNAME}/{FORENAME}"}
        ),
        await system.http.get(f"{system.urls['referrals']}/v1/submissions/{SURNAME}", headers=school),
        await system.http.get(f"{register}/v1/cases/{SURNAME}", headers=officer),
        await system.http.get(f"{register}/v1/cases?submission_id={SURNAME}", headers=officer),
        await system.http.get(f"{register}/{SURNAME}", headers=officer),
        await system.http.post(
            f"{register}/v1/cases/{uuid4()}/closure",
            json={"outcome": SURNAME, "proof": FORENAME},
            headers=officer | {"Idempotency-Key": key},
        ),
        await system.http.post(
            f"{system.urls['safeguarding']}/v1/escalations/{uuid4()}/acknowledgement", json={"their_reference": SURNAME}
        ),
        await system.http.get(f"{system.urls['referrals']}/v1/progress/{SURNAME}"),
    ]
    assert {answer.status_code for answer in answers} <= set(range(BAD_REQUEST, SERVER_ERROR)), [
        answer.text for answer in answers
    ]
    return [answer.text + str(dict(answer.headers)) for answer in answers]


async def failing_readers(run: LocalRun) -> None:
    """Referrals the register cannot handle: sealed with a key it has not, sealed around nonsense, and not sealed for this event."""
    ring = VersionedKeyring.from_text(run.told["CME_KEYRING"])
    stranger = VersionedKeyring.from_text(f"stranger:{_random_key()}")
    nonsense = Child.model_construct(forename=FORENAME, surname=SURNAME, date_of_birth=SURNAME)  # type: ignore[arg-type]
    for event, keys, bound_to in [
        (raised(Child(forename=FORENAME, surname=SURNAME)), stranger, None),
        (raised(nonsense), ring, None),
        (raised(Child(forename=FORENAME, surname=SURNAME)), ring, uuid4()),
    ]:
        meta = Meta.of(event, source="/cme/referrals")
        key = (await keys.for_sealing({event.key}))[event.key]
        headers = [(name, value.encode()) for name, value in meta.headers().items()]
        await Kafka(run.told["CME_KAFKA"]).write(
            event.stream, sealed_json(event, bound_to or meta.id, key), key=event.key.encode(), headers=headers
        )


def raised(child: Child) -> ReferralRaised:
    submission = uuid4()
    return ReferralRaised(
        submission_id=submission,
        first_submission_id=submission,
        reference="NONE",
        received_at=datetime.now(UTC),
        referrer=ReferrerKind.SCHOOL,
        reason=ReferralReason.OTHER,
        personal=Sealed(child),
    )


async def three_are_parked(run: LocalRun) -> bool:
    async with database(run, "register") as register:
        found = await register.fetchval(
            "SELECT count(*) FROM parked WHERE topic = 'cme.referrals' AND resolved_at IS NULL AND error NOT LIKE '%CloudEvent%'"
        )
    return bool(found >= 3)


async def while_the_database_is_away(run: LocalRun, system: System) -> str:
    run.command("deploy.local", "stop", "postgres")
    try:
        answer = await send(system, canary_referral())
    finally:
        run.command("deploy.local", "start", "postgres")
    assert answer.status_code == httpx2.codes.SERVICE_UNAVAILABLE
    assert answer.headers["retry-after"]
    return answer.text


async def everything_in(run: LocalRun, topic: str) -> str:
    records = await Kafka(run.told["CME_KAFKA"]).read_all(topic)
    return "\n".join(f"{record.key!r} {record.value!r} {record.headers!r}" for record in records)


async def tables(run: LocalRun, service: str) -> AsyncIterator[tuple[str, str]]:
    async with database(run, service) as connection:
        there = {row["relname"] for row in await connection.fetch("SELECT relname FROM pg_class WHERE relkind = 'r'")}
        for table in sorted(set(TABLES) & there):
            yield table, "\n".join(_plain(row) for row in await connection.fetch(f"SELECT * FROM {table}"))


def _plain(row: asyncpg.Record) -> str:
    return json.dumps(
        [value.decode(errors="replace") if isinstance(value, bytes) else str(value) for value in row.values()]
    )


async def text(system: System, url: str) -> str:
    return (await system.http.get(url)).text


def port(run: LocalRun, name: str) -> int:
    return int(run.environment["CME_LOCAL_PORTS"]) + OFFSETS[name]


def leaks(names: list[str], written: str) -> list[str]:
    return list(_found(names, written.casefold()))


def _found(names: list[str], written: str) -> Iterator[str]:
    yield from (name for name in names if name.casefold() in written)


def _random_key() -> str:
    return b64encode(secrets.token_bytes(32)).decode()
