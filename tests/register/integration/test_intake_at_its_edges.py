"""What cannot be taken in costs itself only; and nothing that is written down outside the register names a child."""

from collections.abc import Callable
from datetime import UTC, date, datetime

from cme_bus.database import Database
from cme_contracts.codes_intake import ReferralReason
from cme_register.adapters.postgres import RegisterTx
from cme_register.adapters.tables import load_rules
from tests.register.integration.county import KEYRING, Register, Standing, record
from tests.register.integration.desk import Desk
from tests.register.invented import NOVEMBER, child, referral

CANARY = "Canarybird"


async def test_a_receipt_beyond_the_calendar_is_set_aside_and_the_batch_goes_on(register: Register) -> None:
    beyond = referral(child("Far", "Away", born=date(2090, 5, 4)), at=datetime(2099, 1, 1, tzinfo=UTC))
    await register.ears.take([record(one) for one in (referral(child("One")), beyond, referral(child("Two")))])
    assert (await register.told()).count("case.opened") == 2
    rows = await register.db.pool.fetch("SELECT key, error FROM parked")
    assert [row["key"] for row in rows] == [beyond.key.encode()]
    assert rows[0]["error"] == "Unprocessable: a date is beyond the calendar"
    assert await register.db.pool.fetchval("SELECT count(*) FROM child") == 2


async def test_a_reason_this_version_does_not_know_is_looked_for_as_missing(register: Register) -> None:
    await register.hear(referral(reason=ReferralReason.UNKNOWN))
    assert (await register.only("case.opened"))["category"] == "missing"


async def test_no_name_leaves_the_register(register: Register, desk: Callable[..., Desk]) -> None:
    await register.hear(referral(child(CANARY, CANARY, upn="W830200126001")))
    case_id = (await register.only("case.opened"))["case_id"]
    await desk().do(f"/v1/cases/{case_id}/located", proof="seen_by_officer")
    await register.let_pass("2026-12-08T00:00:00+00:00")
    tables = [
        row["table_name"]
        for row in await register.db.pool.fetch(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        )
    ]
    holding = set()
    for table in tables:
        rows = await register.db.pool.fetch(f"SELECT t::text AS text FROM {table} AS t")
        if any(CANARY.lower() in row["text"].lower() for row in rows):
            holding.add(table)
    assert holding == {"child", "submission"}
    payloads = await register.db.pool.fetch("SELECT payload, headers FROM outbox")
    assert payloads and not any(CANARY.encode() in row["payload"] for row in payloads)


async def test_officers_are_announced_sealed_and_only_when_something_changed(register: Register) -> None:
    await register.staff()
    assert await register.told() == []
    await register.db.pool.execute("UPDATE officer SET active = false WHERE role = 'team_manager'")
    await register.staff()
    changed = await register.only("officer.changed")
    assert (changed["role"], changed["active"], set(changed["personal"])) == ("team_manager", True, {"kid", "sealed"})


async def test_a_closed_council_counts_no_day(register: Register) -> None:
    closed = load_rules(closures=[datetime(2026, 12, day).date() for day in (29, 30, 31)])
    db = Database(register.db.pool, RegisterTx, source="/cme/register", keyring=KEYRING)
    shut = Register(db, Standing(NOVEMBER), closed)
    await shut.hear(referral(at=datetime(2026, 12, 17, 11, tzinfo=UTC)))
    clock = await shut.only("clock.started")
    assert clock["due_on"] == "2027-01-08"
    assert clock["calendar"] == closed.days.version != register.rules.days.version
