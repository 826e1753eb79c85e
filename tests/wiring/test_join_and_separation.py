"""Two records joined and separated again, through the real handlers: in all four databases everything is whose it was."""

import json
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from cme_bus.migrate import migrate
from cme_calendars import WorkingDays
from cme_referrals.adapters.blinding import ADDRESSES, Blinding
from cme_referrals.application.authority import Authority
from cme_referrals.application.forms import Receipt
from cme_referrals.entrypoints.kinds import read_form
from cme_register.adapters.tables import load_rules
from cme_register.application.joining import join, separate
from tests.wiring.services import SERVICES, context, definition
from tests.wiring.test_confidential_address import consumer_hears, said

MONDAY = datetime(2026, 11, 23, 9, 12, tzinfo=UTC)
OFFICER = UUID(int=7)
READERS = ("referrals", "safeguarding", "notifications")
OURS = "SELECT first_id AS subject, shown_as FROM submission JOIN child ON child.id = record_id UNION SELECT id, child_id FROM case_file"


def form(forename: str, born: str) -> dict[str, Any]:
    return {
        "kind": "referral",
        "child": {"forename": forename, "surname": "Invented", "date_of_birth": born, "addresses": [{"lines": ["7 Nowhere Row"], "postcode": "ZZ99 7QX"}]},
        "referrer": {"name": "Sam Invented", "kind": "school", "email": "sam@harrowmere.example.org"},
    }  # fmt: skip


class Four:
    """The four services on databases of their own; what each says is carried to the others, once."""

    def __init__(self, made: dict[str, Any]) -> None:
        self.numbers = iter(range(100, 1000))
        self.made, self.carried = made, dict.fromkeys(SERVICES, 0)
        self.authority = Authority(la_code="999", working_days=WorkingDays(), addresses=Blinding(["x" * 40], ADDRESSES))

    async def send(self, forename: str, born: str) -> None:
        content = form(forename, born)
        async with self.made["referrals"].db.transaction() as tx:
            kind, read = read_form(content)
            received = Receipt(
                submission_id=uuid4(), reference=f"7KQ4-M2XW-{next(self.numbers)}", received_at=MONDAY, sender="clerk-17", school_urn="990001",
                as_received=json.dumps({name: value for name, value in content.items() if name != "kind"}).encode(),
            )  # fmt: skip
            await kind.use_case(read, self.authority)(tx, received)
        await self.carry()

    async def carry(self) -> None:
        for _ in range(3):  # what is heard makes somebody speak
            for speaker in SERVICES:
                records = (await said(self.made[speaker].pool))[self.carried[speaker] :]
                self.carried[speaker] += len(records)
                for service in SERVICES:
                    consumer = definition(service).consumer(self.made[service])
                    assert consumer is not None
                    for record in records:
                        if consumer_hears(consumer, record):
                            await consumer.take([record])
        for service in SERVICES:
            assert await self.made[service].pool.fetchval("SELECT count(*) FROM parked") == 0

    async def whose(self) -> dict[str, dict[UUID, UUID]]:
        """By service: whose each chain and case is there."""
        found = {"register": {row["subject"]: row["shown_as"] for row in await self.made["register"].pool.fetch(OURS)}}
        for service in READERS:
            rows = await self.made[service].pool.fetch("SELECT subject, child_id FROM whose")
            found[service] = {row["subject"]: row["child_id"] for row in rows}
        return found

    async def records(self) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in await self.made["register"].pool.fetch("SELECT * FROM child ORDER BY id")]


@pytest.mark.policy("5.1.6")
async def test_everything_comes_back_in_all_four_databases(new_database: Callable[..., Awaitable[str]]) -> None:
    rules = load_rules()
    async with AsyncExitStack() as stack:
        made = {}
        for service in SERVICES:
            dsn = await new_database()
            for component, folder in definition(service).folders():
                await migrate(dsn, component=component, folder=folder)
            made[service] = await stack.enter_async_context(context(service, database=dsn))
        four = Four(made)
        await four.send("Juniper", "2015-03-09")
        await four.send("Casper", "2012-08-30")
        before, records = await four.whose(), await four.records()
        first, second = [
            row["id"] for row in await made["register"].pool.fetch("SELECT id FROM child ORDER BY made_at, id")
        ]
        agree(before)
        now = datetime.now(UTC) + timedelta(minutes=1)

        async with made["register"].db.transaction() as tx:
            await join(tx, first, second, rules, by=OFFICER, at=now)
        await four.carry()
        joined = await four.whose()
        agree(joined)
        assert set(joined["register"].values()) == {first}

        async with made["register"].db.transaction() as tx:
            await separate(tx, first, second, rules, by=OFFICER, at=now + timedelta(minutes=1), new_id=uuid4)
        await four.carry()
        apart = await four.whose()
        agree(apart)
        for service, subjects in before.items():  # a reader may have learnt of a case only by this
            assert {subject: apart[service][subject] for subject in subjects} == subjects, service
        assert await four.records() == records

        async with made["register"].db.transaction() as tx:
            await join(tx, first, second, rules, by=OFFICER, at=now + timedelta(minutes=2))
        await four.carry()
        await four.send("Casper", "2012-08-30")  # while they are one
        async with made["register"].db.transaction() as tx:
            await separate(tx, first, second, rules, by=OFFICER, at=now + timedelta(minutes=3), new_id=uuid4)
        await four.carry()
        after = await four.whose()
        agree(after)
        assert len(after["register"]) > len(before["register"])
        assert {subject: after["register"][subject] for subject in before["register"]} == before["register"]


def agree(whose: dict[str, dict[UUID, UUID]]) -> None:
    """Whatever a service keeps by a chain or case is there whose it is in the register."""
    for service in READERS:
        assert whose[service], service
        for subject, child_id in whose[service].items():
            assert child_id == whose["register"].get(subject, child_id), service
        assert whose[service].keys() & whose["register"].keys(), service
