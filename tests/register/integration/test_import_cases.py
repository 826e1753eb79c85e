"""The council's spreadsheet of open cases comes in on the first day: clocks from its own dates, nobody written to about old cases."""

from datetime import datetime
from uuid import uuid4

import pytest

from cme_register.application.casework import locate
from cme_register.application.closing import Ending, close
from cme_register.domain.codes import Outcome, Proof
from tests.register.integration.county import IMOGEN, TOBIAS, Register
from tests.register.integration.sheet import ISOLDE, SECRET, TARQUIN, Sheet
from tests.register.invented import child, referral


@pytest.mark.policy("7.2")
async def test_clocks_run_from_the_original_day(register: Register, sheet: Sheet) -> None:
    assert await sheet.take(ISOLDE, TARQUIN) == 0
    told = [(one.short, one.body.get("starts_on") or one.body.get("opened_at")) for one in await register.said()]
    assert ("clock.started", "2026-11-02") in told and ("case.opened", "2026-11-02T12:00:00Z") in told
    rows = await register.db.pool.fetch(
        "SELECT lead_officer_id, category, factors, located_at FROM case_file ORDER BY opened_at"
    )
    assert [(row["lead_officer_id"], row["category"]) for row in rows] == [
        (IMOGEN, "missing"), (TOBIAS, "without_school_place")
    ]  # fmt: skip
    assert {"social_worker", "deadline_breached"} == {*rows[0]["factors"]} and rows[1]["located_at"] is not None
    assert {one.body["reason"] for one in await register.said() if one.short == "lead-officer.assigned"} == {
        "already_theirs"
    }


@pytest.mark.policy("7.2")
@pytest.mark.policy("8.1")
async def test_what_was_missed_before_is_said_once_and_nobody_is_written_to_about_it(
    register: Register, sheet: Sheet
) -> None:
    await sheet.take(ISOLDE, TARQUIN)
    breach = await register.only("deadline.breached")  # due on Monday 16 November; Tarquin was found in time
    assert (breach["due_on"], breach["tell"]) == ("2026-11-16", [])
    assert breach["detected_late_by"] == 7 * 86400 + 8 * 3600
    assert (await register.only("clock.satisfied"))["on_time"] is True
    await register.timers.fire_due()  # the rungs of 19 and 24 November are past as well
    assert "deadline.escalated" not in await register.told() and "clock.warned" not in await register.told()
    assert (await register.told()).count("deadline.breached") == 1
    overdue = await register.db.pool.fetchval("SELECT due_at < $1 FROM case_file ORDER BY opened_at", register.clock.at)
    assert overdue, "the work list shows it as overdue"


async def test_what_is_still_to_come_is_told_in_its_time(register: Register, sheet: Sheet) -> None:
    overdue_since_yesterday = "1,Isolde Quillfeather,04/05/2016,09/11/2026,CME missing,,,,,,ZZ99 1AB,"
    due_on_friday = "2,Tarquin Ash,17/09/2013,13/11/2026,CME missing,,,,,,ZZ99 2CD,"
    await sheet.take(overdue_since_yesterday, due_on_friday)
    await register.go_through("2026-11-25T08:00:00+00:00", "2026-11-28T08:00:00+00:00")
    said = [
        one for one in await register.said() if one.short in {"clock.warned", "deadline.breached", "deadline.escalated"}
    ]
    assert [(one.short, one.body["due_on"], bool(one.body.get("tell"))) for one in said] == [
        ("deadline.breached", "2026-11-23", False), ("deadline.escalated", "2026-11-23", True),
        ("clock.warned", "2026-11-27", False), ("deadline.breached", "2026-11-27", True),
    ]  # fmt: skip


async def test_a_child_who_was_found_too_late_was_found_too_late(register: Register, sheet: Sheet) -> None:
    await sheet.take("1,Isolde Quillfeather,04/05/2016,02/11/2026,CME missing,,,20/11/2026,seen,,ZZ99 1AB,")
    assert (await register.only("deadline.breached"))["tell"] == []
    satisfied = await register.only("clock.satisfied")
    assert (satisfied["on_time"], satisfied["late_by_working_days"]) == (False, 4)


async def test_of_a_case_that_a_row_opens_again_nobody_is_written_to_either(register: Register, sheet: Sheet) -> None:
    await sheet.take(TARQUIN)
    await end(register, await register.db.pool.fetchval("SELECT id FROM case_file"))
    register.clock.at = datetime.fromisoformat("2026-12-18T08:00:00+00:00")
    await sheet.take("9,Tarquin Ash,17/09/2013,26/11/2026,WASP,Tobias Wrenfield,,,,,ZZ99 2CD,")
    assert "case.reopened" in await register.told()
    await register.timers.fire_due()
    breach = await register.only("deadline.breached")
    assert (breach["clock"], breach["due_on"], breach["tell"]) == ("INIT-10", "2026-12-10", [])


async def test_a_case_of_today_was_not_received_later_than_now(register: Register, sheet: Sheet) -> None:
    await sheet.take("1,Isolde Quillfeather,04/05/2016,24/11/2026,CME missing,,,24/11/2026,seen,,ZZ99 1AB,")
    assert (await register.only("case.opened"))["opened_at"] == "2026-11-24T08:00:00Z"
    assert (await register.only("child.located"))["located_at"] == "2026-11-24T08:00:00Z"


async def test_run_again_it_takes_what_is_new_and_nothing_twice(register: Register, sheet: Sheet, capsys) -> None:
    await sheet.take(ISOLDE)
    before = await register.told()
    assert await sheet.take(ISOLDE) == 0
    assert await register.told() == before
    assert await sheet.take(ISOLDE, TARQUIN) == 0
    assert "1 imported before, 1 opened" in capsys.readouterr().out


async def test_ids_tell_nobody_who_it_is_and_a_changed_secret_knows_the_row_again(
    register: Register, sheet: Sheet, capsys
) -> None:
    elsewhere = "2,Tarquin Ash,17/09/2004,16/11/2026,WASP,,,,,,ZZ99 2CD,"  # over age: another team's, told by reference
    await sheet.take(ISOLDE, elsewhere)
    first = await register.db.pool.fetchval("SELECT id FROM submission ORDER BY received_at LIMIT 1")
    said = str([one.body for one in await register.said()])
    assert "IMPORTED-" in said and "'reference': '2'" not in said, "the sheet's own reference stays here"
    detail = await register.db.pool.fetchval(
        "SELECT detail FROM chronology WHERE what = 'register.case.imported' ORDER BY id LIMIT 1"
    )
    assert detail["sheet_reference"] == "1"
    sheet.secrets = f"another secret that is long enough too,{SECRET}"
    assert await sheet.take(ISOLDE) == 0
    assert "1 imported before" in capsys.readouterr().out
    for table in ("child", "submission", "case_file", "clock", "timer"):
        await register.db.pool.execute(f"TRUNCATE {table} CASCADE")
    await sheet.take(ISOLDE)
    assert await register.db.pool.fetchval("SELECT id FROM submission") != first


async def test_a_child_found_before_somebody_referred_them_again_is_not_found(
    register: Register, sheet: Sheet, capsys
) -> None:
    register.clock.at = datetime.fromisoformat("2026-11-23T09:12:00+00:00")
    await register.hear(referral(child()))
    await sheet.take(ISOLDE.replace(",,,,ZZ99", ",20/11/2026,seen,,ZZ99"))
    assert "Found on: is not taken, as the child has a case that was opened after that day" in capsys.readouterr().out
    assert "child.located" not in await register.told()


async def test_a_child_whom_somebody_has_referred_since_has_one_case_and_its_sender_alone_is_told(
    register: Register, sheet: Sheet, capsys
) -> None:
    register.clock.at = datetime.fromisoformat("2026-11-23T09:12:00+00:00")
    sent = referral(child())
    await register.hear(sent)
    assert await sheet.take(ISOLDE) == 0
    assert "1 joined" in capsys.readouterr().out
    [case_id] = [row["id"] for row in await register.db.pool.fetch("SELECT id FROM case_file")]
    await end(register, case_id)
    assert (await register.only("case.closed"))["submission_ids"] == [str(sent.submission_id)]


async def test_of_a_case_that_was_only_imported_nobody_is_owed_an_answer(register: Register, sheet: Sheet) -> None:
    await sheet.take(TARQUIN)
    await end(register, await register.db.pool.fetchval("SELECT id FROM case_file"))
    assert (await register.only("case.closed"))["submission_ids"] == []
    assert await register.db.pool.fetchval("SELECT count(*) FROM clock WHERE code = 'OUTCOME'") == 0


async def end(register: Register, case_id) -> None:
    await register.considered()
    ending = Ending(outcome=Outcome.DUPLICATE_OR_ERROR, proof=Proof.OFFICIAL_RECORD)
    async with register.db.transaction() as tx:
        at = register.clock.now()
        if (await tx.cases.lock(case_id)).located_at is None:
            await locate(tx, case_id, Proof.SEEN_BY_OFFICER, register.rules, by=IMOGEN, at=at, new_id=uuid4)
        await close(tx, case_id, ending, register.rules, by=IMOGEN, at=at, new_id=uuid4)
