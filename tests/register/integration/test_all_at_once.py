"""Referrals, joins, separations, officers and time, all at once: whatever the order, what must hold holds."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

from cme_register.entrypoints.timers import loop
from tests.register.integration.county import Register
from tests.register.integration.desk import Desk
from tests.register.invented import addition, child, deletion, referral

NAMES = ("Ada", "Bea", "Cleo", "Dot")
BROKEN = """
SELECT 'a submission lies in a case of another child', submission.id FROM submission
    JOIN case_file ON case_file.id = submission.case_id JOIN child ON child.id = submission.record_id
    WHERE case_file.child_id <> child.shown_as
UNION ALL
SELECT 'a referral has no case', id FROM submission WHERE kind <> 'addition' AND case_id IS NULL
UNION ALL
SELECT 'a case waits for one of another child', waiting.id FROM case_file AS waiting
    JOIN case_file AS other ON other.id = waiting.waits_for WHERE waiting.child_id <> other.child_id
UNION ALL
SELECT 'a case lies with a record that is not shown', case_file.id FROM case_file
    JOIN child ON child.id = case_file.child_id WHERE child.joined_into IS NOT NULL
UNION ALL
SELECT 'a case is not with whoever shows its record', case_file.id FROM case_file
    JOIN child ON child.id = case_file.record_id WHERE child.shown_as <> case_file.child_id
UNION ALL
SELECT 'an open clock of a working case has no timer', clock.id FROM clock JOIN case_file ON case_file.id = case_id
    WHERE satisfied_at IS NULL AND clock.cancelled_at IS NULL AND breached_at IS NULL AND status <> 'joined' AND NOT EXISTS (
        SELECT FROM timer WHERE subject = clock.id AND fired_at IS NULL AND cancelled_at IS NULL)
UNION ALL
SELECT 'a clock that stands has a timer', clock.id FROM clock JOIN case_file ON case_file.id = case_id
    JOIN timer ON subject = clock.id AND fired_at IS NULL AND timer.cancelled_at IS NULL
    WHERE satisfied_at IS NOT NULL OR clock.cancelled_at IS NOT NULL OR status = 'joined'
UNION ALL
SELECT 'a case waits, and none that goes on or has ended stands at the end', case_file.id FROM case_file
    WHERE status = 'joined' AND NOT EXISTS (
        WITH RECURSIVE ahead AS (
            SELECT case_file.waits_for AS id
            UNION
            SELECT other.waits_for FROM case_file AS other JOIN ahead ON ahead.id = other.id WHERE other.waits_for IS NOT NULL
        )
        SELECT FROM ahead JOIN case_file AS head ON head.id = ahead.id WHERE head.status <> 'joined')
UNION ALL
SELECT 'a case says nothing of the status of its child', case_file.id FROM case_file
    WHERE NOT EXISTS (SELECT FROM status_line WHERE status_line.case_id = case_file.id)
UNION ALL
SELECT 'a child was told to be what no line says', child_id FROM status_told WHERE NOT EXISTS (
    SELECT FROM status_line JOIN child ON child.id = record_id WHERE child.shown_as = child_id OR child.id = child_id)
UNION ALL
SELECT 'a case does not rank by what waits behind it', case_file.id FROM case_file
    JOIN case_file AS waiting ON waiting.waits_for = case_file.id
    WHERE NOT case_file.joined_factors @> (waiting.factors || waiting.joined_factors)
"""


async def test_what_must_hold_holds_whatever_happens_at_once(register: Register, desk: Callable[..., Desk]) -> None:
    who = {name: child(name, postcode=f"ZZ99 {number}AB") for number, name in enumerate(NAMES)}
    await register.hear(*(referral(one) for one in who.values()))
    ids = [one.body["child_id"] for one in await register.said() if one.short == "case.opened"]
    manager, officer = desk("team_manager"), desk("lead_officer")
    answers: Counter[int] = Counter()

    async def ask(path: str, **body: str | list[str]) -> None:
        answers[(await manager.post(path, body)).status_code] += 1

    async def join_and_separate(turn: int) -> None:
        for step in range(4):
            one, other = ids[(turn + step) % 4], ids[(turn + step + 1) % 4]
            await ask(f"/v1/children/{one}/join", absorbed_child_id=other)
            await ask(f"/v1/children/{one}/separate", restored_child_id=other)

    async def refer(partition: int) -> None:
        for name in NAMES:
            await register.hear(referral(who[name]), addition(who[name]), deletion(who[name]), partition=partition)

    async def work() -> None:
        for _ in range(3):
            for item in (await officer.read("/v1/cases"))["items"]:
                await ask(f"/v1/cases/{item['case_id']}/located", proof="seen_by_officer")
                await ask(f"/v1/cases/{item['case_id']}/considerations", of="safeguarding", reason="no concern")
                if checks := (await officer.read(f"/v1/cases/{item['case_id']}/closure"))["checks_to_settle"]:
                    await ask(f"/v1/cases/{item['case_id']}/waived-checks", checks=checks, reason="found_otherwise")
                await ask(
                    f"/v1/cases/{item['case_id']}/closure",
                    outcome="returned_to_same_school",
                    proof="school_confirmed_in_writing",
                )

    async def pass_time() -> None:
        worker = loop(register.db, register.clock, register.rules)
        for day in (3, 8, 9, 14):
            register.clock.at = max(register.clock.at, datetime(2026, 12, day, tzinfo=UTC))
            await worker.fire_due()

    await asyncio.gather(
        *(join_and_separate(turn) for turn in range(4)), *(refer(n) for n in range(3)), work(), pass_time(), pass_time()
    )
    assert answers[200] > 0
    assert set(answers) == {200, 409}  # refused by a rule, never by a deadlock
    assert await register.db.pool.fetchval("SELECT max(attempts) FROM timer") == 0
    broken = await register.db.pool.fetch(BROKEN)
    assert [tuple(row) for row in broken] == []
    said = await register.said(standing=True)
    for type_, kept_as in (
        ("deadline.breached", "breached_at"),
        ("clock.satisfied", "satisfied_at"),
        ("clock.cancelled", "cancelled_at"),
    ):
        kept = await register.db.pool.fetch(f"SELECT id FROM clock WHERE {kept_as} IS NOT NULL")
        assert kept
        assert Counter(one.body["clock_id"] for one in said if one.short == type_) == {
            str(row["id"]): 1 for row in kept
        }
