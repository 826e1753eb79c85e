"""From a form to all four services by their real handlers: a confidential address is in no table of any of them in clear."""

import json
import re
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from aiokafka import ConsumerRecord

from cme_bus.migrate import migrate
from cme_calendars import WorkingDays
from cme_contracts.catalogue import CATALOG
from cme_contracts.people import Confidential
from cme_referrals.adapters.blinding import ADDRESSES
from cme_referrals.application.authority import Authority
from cme_referrals.application.forms import Receipt
from cme_referrals.entrypoints.kinds import read_form
from cme_web.blinding import Blinding
from tests.wiring.services import SERVICES, context, definition

MONDAY = datetime(2026, 11, 23, 9, 12, tzinfo=UTC)
CANARIES = ("Xylograph Passage", "ZZ99 7QX", "01632 960777")
FORM: dict[str, Any] = {
    "kind": "referral",
    "child": {
        "forename": "Juniper",
        "surname": "Invented",
        "date_of_birth": "2015-03-09",
        "addresses": [{"lines": ["7 Xylograph Passage"], "postcode": "ZZ99 7QX", "confidential": True}],
        "parents": [{"name": "Ash Invented", "telephones": ["01632 960777"], "confidential": True}],
    },
    "referrer": {"name": "Sam Invented", "kind": "school", "email": "sam@harrowmere.example.org"},
    "factors": ["domestic_abuse", "homeless_or_refuge"],
}


@pytest.mark.policy("10.1")
@pytest.mark.policy("10.3")
async def test_it_is_sealed_with_intake_and_with_safeguarding_and_nowhere_else(
    new_database: Callable[..., Awaitable[str]],
) -> None:
    async with AsyncExitStack() as stack:
        made = {}
        for service in SERVICES:
            dsn = await new_database()
            for component, folder in definition(service).folders():
                await migrate(dsn, component=component, folder=folder)
            made[service] = await stack.enter_async_context(context(service, database=dsn))
        authority = Authority(la_code="999", working_days=WorkingDays(), addresses=Blinding(["x" * 40], ADDRESSES))
        async with made["referrals"].db.transaction() as tx:
            kind, form = read_form(FORM)
            await kind.use_case(form, authority)(tx, receipt())
        records = await said(made["referrals"].pool)
        for service in SERVICES[1:]:
            consumer = definition(service).consumer(made[service])
            assert consumer is not None
            for record in records:
                if consumer_hears(consumer, record):
                    await consumer.take([record])
            assert await made[service].pool.fetchval("SELECT count(*) FROM parked") == 0
        register = await made["register"].pool.fetchval("SELECT details FROM child")
        assert register["addresses"][0]["held_by_safeguarding"] is True
        async with made["safeguarding"].db.transaction() as tx:
            [row] = await tx.conn.fetch("SELECT chain FROM confidential_address")
            [(_, _, given)] = await tx.confidential.of([row["chain"]])
        assert isinstance(given, Confidential) and given.addresses[0].postcode == "ZZ99 7QX"
        for service in SERVICES:
            assert not [one async for one in leaks(made[service].pool)], service


def receipt() -> Receipt:
    return Receipt(
        submission_id=uuid4(),
        reference="7KQ4-M2XW-9BW",
        received_at=MONDAY,
        sender="clerk-17",
        school_urn="990001",
        as_received=json.dumps({name: value for name, value in FORM.items() if name != "kind"}).encode(),
    )


def consumer_hears(consumer: Any, record: ConsumerRecord[bytes, bytes]) -> bool:
    return dict(record.headers)["ce_type"].decode() in consumer.hears


async def said(pool: asyncpg.Pool) -> list[ConsumerRecord[bytes, bytes]]:
    """What waits in the outbox, as it would lie in its topics."""
    rows = await pool.fetch("SELECT key, headers, payload FROM outbox ORDER BY seq")
    return [
        ConsumerRecord(
            topic=CATALOG[json.loads(row["headers"])["ce_type"]].stream,
            partition=0,
            offset=number,
            timestamp=1,
            timestamp_type=0,
            key=row["key"].encode(),
            value=bytes(row["payload"]),
            checksum=None,
            serialized_key_size=len(row["key"]),
            serialized_value_size=len(row["payload"]),
            headers=[(name, text.encode()) for name, text in json.loads(row["headers"]).items()],
        )
        for number, row in enumerate(rows)
    ]


async def leaks(pool: asyncpg.Pool) -> Any:
    """Tables in which a canary stands, as text or as the bytes of one."""
    for table in await pool.fetch(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    ):
        for row in await pool.fetch(f'SELECT t::text AS text FROM "{table["relname"]}" AS t'):
            raw = [bytes.fromhex(one) for one in re.findall(r"\\x((?:[0-9a-f]{2})+)", row["text"])]
            written = "\n".join([row["text"], *(one.decode(errors="replace") for one in raw)])
            if any(canary in written for canary in CANARIES):
                yield table["relname"]
