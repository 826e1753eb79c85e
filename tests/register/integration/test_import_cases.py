"""The council's spreadsheet of open cases comes in on the first day: clocks from its own dates, nobody written to about old cases."""

import zipfile
from argparse import Namespace
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import pytest
from pydantic import SecretStr

from cme_register.application.casework import locate
from cme_register.application.closing import Ending, close
from cme_register.domain.codes import Outcome, Proof
from cme_register.entrypoints.import_cases import MAP, import_cases
from tests.register.integration.county import IMOGEN, TOBIAS, Register
from tests.register.invented import child, referral

COUNTY = Path(__file__).parents[3] / "deploy" / "local" / "county"
SECRET = "no secret at all but long enough for one"
HEADINGS = "Case ref,Child,DOB,Date referred,Status,Officer,Concerns,Found on,How known,Closed,Postcode,Remarks"
NARROW = """
dates = ["%d/%m/%Y"]
[columns]
reference = "Case ref"
name = "Child"
date_of_birth = "DOB"
received_on = "Date referred"
category = "Status"
lead_officer = "Officer"
factors = "Concerns"
located_on = "Found on"
location_proof = "How known"
closed_on = "Closed"
postcode = "Postcode"
[values.category]
"cme missing" = "missing"
"wasp" = "without_school_place"
[values.factors]
"social worker" = "social_worker"
[values.location_proof]
"seen" = "seen_by_officer"
"""
ISOLDE = (
    '1,"QUILLFEATHER, Isolde",04/05/2016,02/11/2026,CME missing,imogen@example.org,Social worker,,,,ZZ99 1AB,rang twice'
)
TARQUIN = "2,Tarquin Ash,17/09/2013,16/11/2026,WASP,Tobias Wrenfield,,18/11/2026,seen,,ZZ99 2CD,"


class Sheet:
    """A file of the council's, and the command that takes it."""

    def __init__(self, register: Register, folder: Path) -> None:
        self._register, self.folder, self.secrets = register, folder, SECRET
        self.map = folder / "map.toml"
        self.map.write_text(NARROW, "utf-8")

    async def take(self, *lines: str, dry: bool = False, encoding: str = "utf-8", separator: str = ",") -> int:
        file = self.folder / "cases.csv"
        file.write_bytes("\r\n".join([HEADINGS, *lines]).replace(",", separator).encode(encoding))
        return await self.take_file(file, dry=dry)

    async def take_file(
        self, file: Path, *, by: Path | None = None, dry: bool = False, report: Path | None = None
    ) -> int:
        settings = SimpleNamespace(link_secret=SecretStr(self.secrets))
        here = SimpleNamespace(db=self._register.db, clock=self._register.clock, settings=settings)
        given = Namespace(file=file, map=by or self.map, dry_run=dry, report=report)
        return await import_cases(here, self._register.rules, given)


@pytest.fixture
def sheet(register: Register, tmp_path: Path) -> Sheet:
    register.clock.at = datetime.fromisoformat("2026-11-24T08:00:00+00:00")
    return Sheet(register, tmp_path)


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


async def test_a_dry_run_says_what_would_become_of_each_row_and_keeps_nothing(
    register: Register, sheet: Sheet, capsys
) -> None:
    again = '3,"QUILLFEATHER, Isolde",04/05/2016,09/11/2026,CME missing,,,,,,ZZ99 1AB,'
    assert await sheet.take(ISOLDE, again, dry=True) == 0
    assert "would be: 1 joined, 1 opened" in capsys.readouterr().out
    for table in ("child", "case_file", "submission", "outbox", "timer", "chronology"):
        assert await register.db.pool.fetchval(f"SELECT count(*) FROM {table}") == 0


async def test_run_again_it_takes_what_is_new_and_nothing_twice(register: Register, sheet: Sheet, capsys) -> None:
    await sheet.take(ISOLDE)
    before = await register.told()
    assert await sheet.take(ISOLDE) == 0
    assert await register.told() == before
    assert await sheet.take(ISOLDE, TARQUIN) == 0
    assert "1 imported before, 1 opened" in capsys.readouterr().out


async def test_one_bad_row_costs_no_other(register: Register, sheet: Sheet, capsys) -> None:
    sheet.map.write_text(NARROW.replace("[values.category]", 'school_urn = "Remarks"\n[values.category]', 1), "utf-8")
    rest = "CME missing,,,,,,ZZ99 1AB"
    assert await sheet.take(
        f"1,Wren Hollow,01/02/2014,31/12/2023,{rest},", f"2,Merle Ash,01/02/2014,02/11/2026,{rest},Harrowmere", ISOLDE.replace("rang twice", "999001")
    ) == 1  # fmt: skip
    said = capsys.readouterr().out
    assert (
        "row 2, Date referred: not taken: is before 01/01/2024, when the register's tables begin; write that day"
        in said
    )
    assert "row 3, Remarks: not taken: is no unique reference number; write six figures" in said
    assert "2 not taken, 1 opened" in said and "Harrowmere" not in said
    assert (await register.only("case.opened"))["school_urn"] == "999001"


async def test_the_report_has_a_line_for_every_row_and_quotes_no_cell(register: Register, sheet: Sheet) -> None:
    (sheet.folder / "cases.csv").write_text(f"{HEADINGS}\n{ISOLDE}\n2,Wren,,,,,,,,,,", "utf-8")
    report = sheet.folder / "report.csv"
    assert await sheet.take_file(sheet.folder / "cases.csv", report=report) == 1
    lines = report.read_text("utf-8-sig").splitlines()
    assert lines[0] == "row,column,became,what,how to mend it"
    assert {line.split(",")[0] for line in lines[1:]} == {"2", "3"}
    assert "2,,opened,," in lines and any(line.startswith("3,Child,not taken,gives no forename,") for line in lines)
    assert not any(cell in report.read_text() for cell in ("Wren", "Isolde", "QUILLFEATHER", "ZZ99"))


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


async def test_an_error_of_the_database_costs_its_row_alone_and_says_nothing_of_it(
    register: Register, sheet: Sheet, capsys
) -> None:
    await register.db.pool.execute("""
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE check_violation; END $$;
        CREATE TRIGGER refuse BEFORE INSERT ON child FOR EACH ROW
        WHEN (NEW.details ->> 'forename' = 'Isolde') EXECUTE FUNCTION refuse()""")
    try:
        for dry in (True, False):
            assert await sheet.take(ISOLDE, TARQUIN, dry=dry) == 1
            said = capsys.readouterr().out
            assert "row 2: not taken: cannot be taken (CheckViolationError 23514)" in said
            assert "1 not taken, 1 opened" in said and "Isolde" not in said
    finally:
        await register.db.pool.execute("DROP FUNCTION refuse CASCADE")


async def test_every_fault_is_named_by_row_and_column_and_quotes_nothing(
    register: Register, sheet: Sheet, capsys
) -> None:
    bad = "4,Wren,31.2.2015,,Gone fishing,Nobody,Unicorns,,,,ZZ99 1AB,"
    closed = "5,Wren Hollow,01/02/2014,02/11/2026,WASP,,,,,20/11/2026,ZZ99 1AB,"
    unknown = "6,Wren Hollow,01/02/2014,02/11/2026,WASP,Mx Nobody,Unicorns,,,,ZZ99 1AB,"
    assert await sheet.take(bad, closed, unknown, ISOLDE, ISOLDE.replace("Isolde", "Sorrel")) == 1
    said = capsys.readouterr().out
    for line in (
        "row 2, Child: not taken: gives no forename", "row 2, DOB: not taken: is no date", "row 2, Date referred: not taken: is empty",
        "row 2, Status: not taken: is a word that the map does not know", "row 3, Closed: not taken", "row 4, Officer: names no active",
        "row 4, Concerns: has a word", "row 6, Case ref: not taken: is that of row 5 too",
        "columns that the map does not name, and that were not taken: Remarks", "3 not taken, 2 opened",
    ):  # fmt: skip
        assert line in said
    for cell in ("Wren", "Gone fishing", "Unicorns", "Nobody", "31.2.2015", "QUILLFEATHER"):
        assert cell not in said


@pytest.mark.parametrize(("encoding", "separator"), [("cp1252", ";"), ("utf-8-sig", ","), ("utf-16", "\t")])
async def test_it_is_read_as_spreadsheet_programs_save_it(
    register: Register, sheet: Sheet, encoding: str, separator: str
) -> None:
    line = "7,Zoë Le Fèvre,29/02/2012,20/11/2026,WASP,,,,,,ZZ99 1AB,"
    assert await sheet.take(line, encoding=encoding, separator=separator) == 0
    details = await register.db.pool.fetchval("SELECT details FROM child")
    assert (details["forename"], details["surname"]) == ("Zoë Le", "Fèvre")


async def test_a_workbook_is_read_with_its_days_as_days(register: Register, sheet: Sheet, tmp_path: Path) -> None:
    when = datetime(2026, 11, 2), datetime(2016, 5, 4)
    write_workbook(
        tmp_path / "open.xlsx", HEADINGS.split(","), [8, "Isolde Quillfeather", when[1], when[0], "WASP", *[""] * 7]
    )
    assert await sheet.take_file(tmp_path / "open.xlsx") == 0
    row = await register.db.pool.fetchrow("SELECT received_at, details FROM submission")
    assert row["details"]["date_of_birth"] == "2016-05-04"
    assert row["received_at"] == datetime.fromisoformat("2026-11-02T12:00:00+00:00")


async def test_of_a_formula_its_last_result_is_read_and_one_that_failed_is_told_of(sheet: Sheet, capsys) -> None:
    received, born = datetime(2026, 11, 2), datetime(2016, 5, 4)
    rest = [""] * 7
    write_workbook(
        sheet.folder / "open.xlsx", HEADINGS.split(","), [Formula("7+1", 8), "Isolde Quillfeather", born, received, "WASP", *rest],
        [9, "Tarquin Ash", Formula("#REF!+1", "#REF!"), received, "WASP", *rest],
    )  # fmt: skip
    assert await sheet.take_file(sheet.folder / "open.xlsx") == 0
    said = capsys.readouterr().out
    assert "cells whose formula has failed, read as empty: 1; saved as CSV, each is named by its row" in said
    assert await sheet.take("9,Tarquin Ash,#REF!,02/11/2026,WASP,,,,,,ZZ99 2CD,") == 1
    assert "row 2, DOB: not taken: is an error of the spreadsheet's; mend the formula" in capsys.readouterr().out


@dataclass(frozen=True)
class Formula:
    """A cell of a workbook, with what the program had worked out when it was saved."""

    text: str
    value: int | str


def write_workbook(file: Path, *rows: list[object]) -> None:
    """As little as a spreadsheet program needs: cells of style 1 are days."""
    spreadsheet = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    package = "http://schemas.openxmlformats.org/package/2006"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

    def cell(value: object) -> str:
        if isinstance(value, Formula):
            kind = ' t="e"' if isinstance(value.value, str) else ""
            return f"<c{kind}><f>{value.text}</f><v>{value.value}</v></c>"
        if isinstance(value, datetime):
            return f'<c s="1"><v>{(value - datetime(1899, 12, 30)).days}</v></c>'
        return f"<c><v>{value}</v></c>" if isinstance(value, int) else f'<c t="inlineStr"><is><t>{value}</t></is></c>'

    lines = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{spreadsheet}" xmlns:r="{office}"><sheets><sheet name="Open" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{spreadsheet}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{spreadsheet}"><sheetData>{lines}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{content}')


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


async def test_the_countys_sheet_is_taken_by_the_map_that_is_shipped(sheet: Sheet) -> None:
    assert await sheet.take_file(COUNTY / "open-cases.csv", by=MAP, dry=True) == 0


async def test_a_sheet_that_does_not_fit_the_map_is_refused_as_a_whole(sheet: Sheet, tmp_path: Path, capsys) -> None:
    (tmp_path / "other.csv").write_text("Name,Born\nWren Hollow,2014-02-01\n")
    assert await sheet.take_file(tmp_path / "other.csv", by=MAP) == 2
    assert "has no column 'Case ref', which the map calls reference" in capsys.readouterr().err
