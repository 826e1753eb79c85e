"""A health visitor's FHIR message to the register and back by the real handlers: scenario 20, a sibling who was never on a roll."""

import json
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import asyncpg
import httpx2
import pytest

from cme_bus.migrate import migrate
from cme_web.tokens import TokenChecker
from tests.kit.issuer import NAME, Issuer
from tests.referrals.messages import FHIR, NHS_NUMBER, message
from tests.wiring.services import context, definition
from tests.wiring.test_confidential_address import consumer_hears, said

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


class Monday:
    """Business time on the day the message comes."""

    def now(self) -> datetime:
        return NOON


@pytest.mark.policy("5.4.1")
@pytest.mark.policy("7.2")
async def test_a_child_known_to_health_comes_onto_the_register_and_the_task_says_by_when(
    new_database: Callable[..., Awaitable[str]],
) -> None:
    issuer = Issuer()
    who = {"Authorization": f"Bearer {issuer.token('partner', sub='fallowmere-visits', partner_kind='health')}"}
    async with AsyncExitStack() as stack:
        made: dict[str, Any] = {}
        for service in ("referrals", "register"):
            dsn = await new_database()
            for component, folder in definition(service).folders():
                await migrate(dsn, component=component, folder=folder)
            made[service] = await stack.enter_async_context(context(service, database=dsn))
        keys = await stack.enter_async_context(httpx2.AsyncClient(transport=issuer.transport))
        tokens = TokenChecker(issuer=NAME, audience="cme", jwks_url="https://issuer.test/jwks", client=keys)
        intake = replace(made["referrals"], tokens=tokens, clock=Monday())
        app = definition("referrals").http(intake)
        client = await stack.enter_async_context(
            httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="https://intake.test")
        )

        answer = await client.post(FHIR, json=message(), headers=who)
        assert answer.status_code == 200, answer.text
        await carried(made["referrals"].pool, "register", made["register"])
        child = await made["register"].pool.fetchval("SELECT details FROM child")
        assert child["nhs_number"] == NHS_NUMBER and child["parents"][0]["relationship"] == "mother"
        opened = [body for type_, body in await bodies(made["register"].pool) if type_ == "cme.case.opened.v1"]
        assert [(one["kind"], one["category"]) for one in opened] == [("cme", "without_school_place")]

        await carried(made["register"].pool, "referrals", made["referrals"])
        task = (await client.get(f"/fhir/R4/Task/{answer.json()['entry'][1]['resource']['id']}", headers=who)).json()
        assert task["status"] == "accepted"
        assert task["restriction"]["period"]["end"] == "2026-12-14"


async def carried(outbox: asyncpg.Pool, reader: str, its: Any) -> None:
    """Let a service hear what another has said, in order; nothing may be parked."""
    consumer = definition(reader).consumer(its)
    assert consumer is not None
    for record in await said(outbox):
        if consumer_hears(consumer, record):
            await consumer.take([record])
    assert await its.pool.fetchval("SELECT count(*) FROM parked") == 0


async def bodies(outbox: asyncpg.Pool) -> list[tuple[str, dict[str, Any]]]:
    """Type and body of what a service has said."""
    return [
        (dict(record.headers)["ce_type"].decode(), json.loads(record.value or b"")) for record in await said(outbox)
    ]
