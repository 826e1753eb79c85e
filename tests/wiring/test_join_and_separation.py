"""Two records joined and separated again, through every service's own handlers: in all four databases everything is whose it was."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from cme_bus.migrate import migrate
from cme_calendars import WorkingDays
from cme_contracts.codes_work import ContactMethod
from cme_referrals.adapters.blinding import ADDRESSES
from cme_referrals.application.authority import Authority
from cme_referrals.application.forms import Receipt
from cme_referrals.entrypoints.kinds import read_form
from cme_register.adapters.tables import load_rules
from cme_register.application.checks import request_check
from cme_register.application.joining import join
from cme_register.application.ports_work import Note
from cme_register.application.separating import separate
from cme_register.application.taking_out import take_out
from cme_register.application.work import write_note
from cme_safeguarding.application.decide import decide
from cme_safeguarding.domain.consideration import Decision
from cme_safeguarding.domain.escalation import Consent, Terms
from cme_web.blinding import Blinding
from tests.safeguarding.support import PRACTICE
from tests.wiring.services import SERVICES, context, definition
from tests.wiring.test_confidential_address import consumer_hears, said

pytestmark = pytest.mark.prove

RULES = load_rules()
OFFICER = UUID(int=7)
READERS = ("referrals", "safeguarding", "notifications")
TECHNICAL = frozenset({
    "schema_migration", "outbox", "inbox", "parked", "lease", "timer", "chronology", "join_journal", "review_pair", "joined",
    "separated", "case_change", "officer_load", "working_calendar", "recount", "access",
})  # fmt: skip
"""How a service works, or what was done: these grow with every step, and none of them says whose anything is."""
COUNTED = frozenset({"version", "since", "recorded_child_id", "changed_at"})
"""Fields that count changes, or say by which decision a subject is whose it is."""
OURS = "SELECT first_id AS subject, shown_as FROM submission JOIN child ON child.id = record_id UNION SELECT id, child_id FROM case_file"

type Rows = dict[str, dict[str, dict[str, Any]]]


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
        self._now = datetime.now(UTC)

    def later(self) -> datetime:
        """A minute after what was done last: the services' own clocks are before it."""
        self._now += timedelta(minutes=1)
        return self._now

    async def send(self, forename: str, born: str) -> UUID:
        content = form(forename, born)
        async with self.made["referrals"].db.transaction() as tx:
            kind, read = read_form(content)
            received = Receipt(
                submission_id=uuid4(), reference=f"7KQ4-M2XW-{next(self.numbers)}", received_at=self._now, sender="clerk-17", school_urn="990001",
                as_received=json.dumps({name: value for name, value in content.items() if name != "kind"}).encode(),
            )  # fmt: skip
            await kind.use_case(read, self.authority)(tx, received)
        await self.carry()
        return received.submission_id

    async def carry(self) -> None:
        while any([await self._carry(speaker) for speaker in SERVICES]):
            pass  # what is heard makes somebody speak
        for service in SERVICES:
            assert await self.made[service].pool.fetchval("SELECT count(*) FROM parked") == 0

    async def _carry(self, speaker: str) -> int:
        records = (await said(self.made[speaker].pool))[self.carried[speaker] :]
        self.carried[speaker] += len(records)
        for service in SERVICES:
            consumer = definition(service).consumer(self.made[service])
            assert consumer is not None
            for record in records:
                if consumer_hears(consumer, record):
                    await consumer.take([record])
        return len(records)

    async def register(self, use_case: Callable[..., Awaitable[Any]], *what: Any, **more: Any) -> Any:
        """Do something at the register, and let everybody hear of it."""
        async with self.made["register"].db.transaction() as tx:
            done = await use_case(tx, *what, **more)
        await self.carry()
        return done

    async def decide_for(self, case_id: UUID, decision: Decision) -> UUID:
        """Safeguarding decides what waits about a case."""
        [waits] = await self.made["safeguarding"].pool.fetch(
            "SELECT id FROM consideration WHERE case_id = $1 AND decided_at IS NULL ORDER BY considered_at LIMIT 1",
            case_id,
        )
        async with self.made["safeguarding"].db.transaction() as tx:
            await decide(
                tx, PRACTICE, consideration_id=waits["id"], decision=decision, reasons=(), factors=frozenset({"fgm"}),
                terms=Terms(consent=Consent.GIVEN), escalation_id=uuid4(), by=OFFICER, now=self.later(),
            )  # fmt: skip
        await self.carry()
        return UUID(str(waits["id"]))

    async def case_of(self, child_id: UUID) -> UUID:
        found: UUID = await self.made["register"].pool.fetchval(
            "SELECT id FROM case_file WHERE record_id = $1 ORDER BY opened_at DESC LIMIT 1", child_id
        )
        return found

    async def whose(self) -> dict[str, dict[UUID, UUID]]:
        """By service: whose each chain and case is there."""
        found = {"register": {row["subject"]: row["shown_as"] for row in await self.made["register"].pool.fetch(OURS)}}
        for service in READERS:
            rows = await self.made[service].pool.fetch("SELECT subject, child_id FROM whose")
            found[service] = {row["subject"]: row["child_id"] for row in rows}
        for service in READERS:
            assert found[service].keys() & found["register"].keys(), service
            for subject, child_id in found[service].items():
                assert child_id == found["register"].get(subject, child_id), (service, subject)
        return found

    async def everything(self) -> Rows:
        """Every row of every table that keeps something about a child, by service and table and then by its key."""
        found: Rows = {}
        for service in SERVICES:
            pool = self.made[service].pool
            for table in [
                row["tablename"]
                for row in await pool.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            ]:
                if table not in TECHNICAL:
                    key = await pool.fetch(KEY, table)
                    rows = [dict(row) for row in await pool.fetch(f'SELECT * FROM "{table}"')]
                    found[f"{service}.{table}"] = {str([row[one["name"]] for one in key]): row for row in rows}
        return found


KEY = """
SELECT attname AS name FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY(indkey)
WHERE indrelid = $1::regclass AND indisprimary ORDER BY attname"""


def same_again(before: Rows, after: Rows) -> None:
    """Field by field, whatever was there is there and as it was."""
    differs = [
        (table, key, field, value, after[table].get(key, {}).get(field, "gone"))
        for table, rows in before.items() for key, row in rows.items() for field, value in row.items()
        if field not in COUNTED and after[table].get(key, {}).get(field, "gone") != value
    ]  # fmt: skip
    assert differs == []


@pytest.fixture
async def four(new_database: Callable[..., Awaitable[str]]) -> AsyncIterator[Four]:
    async with AsyncExitStack() as stack:
        made = {}
        for service in SERVICES:
            dsn = await new_database()
            for component, folder in definition(service).folders():
                await migrate(dsn, component=component, folder=folder)
            made[service] = await stack.enter_async_context(context(service, database=dsn))
        yield Four(made)


async def two(four: Four) -> tuple[UUID, UUID]:
    await four.send("Juniper", "2015-03-09")
    await four.send("Casper", "2012-08-30")
    first, second = await four.made["register"].pool.fetch("SELECT id FROM child ORDER BY made_at, id")
    return first["id"], second["id"]


@pytest.mark.policy("5.1.6")
async def test_a_join_that_is_taken_back_leaves_no_trace_in_any_database(four: Four) -> None:
    first, second = await two(four)
    before, whose = await four.everything(), await four.whose()
    assert {
        len(before[table]) for table in ("register.case_file", "safeguarding.case_file", "notifications.case_file")
    } == {2}
    assert (
        before["notifications.message"] and before["safeguarding.consideration"] and before["referrals.case_progress"]
    )
    await four.register(join, first, second, RULES, by=OFFICER, at=four.later(), new_id=uuid4)
    assert set((await four.whose())["register"].values()) == {first}
    await four.register(separate, first, second, RULES, by=OFFICER, at=four.later(), new_id=uuid4)
    same_again(before, await four.everything())
    apart = await four.whose()
    for service, subjects in whose.items():  # a reader may have learnt of a case only by this
        assert {subject: apart[service][subject] for subject in subjects} == subjects, service


@pytest.mark.policy("8.1")
async def test_what_has_happened_since_is_with_the_child_it_happened_to(four: Four) -> None:
    """Juniper and Casper are taken for one. A note and a check about Casper, a decision of safeguarding about each, a second form."""
    first, second = await two(four)
    firsts, seconds = await four.case_of(first), await four.case_of(second)
    await four.register(join, first, second, RULES, by=OFFICER, at=four.later(), new_id=uuid4)
    joined = await four.everything()

    note = Note(
        id=uuid4(), case_id=seconds, record_id=second, words="Seen.", sensitive=False, written_by=OFFICER, written_at=four.later()
    )  # fmt: skip
    await four.register(write_note, note, may_see_sensitive=False)
    check = await four.register(
        request_check, firsts, "public_health_nursing", RULES, how=ContactMethod.EMAIL, gateway=None, by=OFFICER, at=four.later(), new_id=uuid4
    )  # fmt: skip
    calmed = await four.decide_for(firsts, Decision.NO_FURTHER_ACTION)
    escalated = await four.decide_for(seconds, Decision.ESCALATE)
    sent = await four.send("Casper", "2012-08-30")  # it fits Casper's record, and is answered with Juniper's case
    assert await four.made["register"].pool.fetchval("SELECT case_id FROM submission WHERE id = $1", sent) == firsts

    await four.register(separate, first, second, RULES, by=OFFICER, at=four.later(), new_id=uuid4)
    after, whose = await four.everything(), await four.whose()
    one = {
        table: {key: row for key, row in rows.items() if key not in joined.get(table, {})}
        for table, rows in after.items()
    }
    assert {row["record_id"] for row in one["register.case_note"].values()} == {second}
    assert {(row["id"], row["record_id"]) for row in one["register.child_check"].values()} == {(check, first)}
    decided = {
        row["id"]: (row["decision"], row["case_id"])
        for row in after["safeguarding.consideration"].values()
        if row["decided_at"]
    }
    assert decided == {calmed: ("no_further_action", firsts), escalated: ("escalate", seconds)}
    [escalation] = after["safeguarding.escalation"].values()
    assert whose["safeguarding"][escalation["subject"]] == second
    risks = {row["id"]: (row["factors"], row["risk"]) for row in after["register.case_file"].values()}
    assert "fgm" in risks[seconds][0] and "fgm" not in risks[firsts][0], risks
    assert risks[seconds][1] > risks[firsts][1]

    submission = after["register.submission"][str([sent])]
    assert (submission["record_id"], submission["case_id"]) == (second, seconds)
    assert {whose[service][sent] for service in ("register", *READERS)} == {second}
    progress = after["referrals.submission_progress"][str([sent])]
    assert progress["case_id"] == seconds, "its sender follows the case that is about Casper"
    told = [row for row in one["notifications.message"].values() if row["subject"] == seconds]
    assert {whose["notifications"].get(row["subject"]) for row in told} == {second}
    for row in after["notifications.message"].values():
        assert row["subject"] is None or whose["notifications"].get(row["subject"], row["child_id"]) in {first, second}


@pytest.mark.policy("8.1")
async def test_a_submission_taken_out_is_the_other_childs_in_all_four_databases(four: Four) -> None:
    """Two forms about two children of one name, born on one day: the second joined the first by itself."""
    one, other = await four.send("Juniper", "2015-03-09"), await four.send("Juniper", "2015-03-09")
    before = (await four.whose())["register"]
    [child_id] = {*before.values()}
    case_id = await four.case_of(child_id)
    own = await four.register(take_out, child_id, other, RULES, by=OFFICER, at=four.later(), new_id=uuid4)
    whose, after = await four.whose(), await four.everything()
    new_case = await four.case_of(own)
    for service in ("register", *READERS):
        assert whose[service][one] == child_id, service
        assert whose[service][other] == own, service
    assert {whose[service][new_case] for service in ("register", "safeguarding", "notifications")} == {own}
    progress = {key: row["case_id"] for key, row in after["referrals.submission_progress"].items()}
    assert progress == {str([one]): case_id, str([other]): new_case}
    assert {row["subject"] for row in after["safeguarding.consideration"].values()} >= {case_id, new_case}
