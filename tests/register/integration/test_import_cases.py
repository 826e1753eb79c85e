"""The council's spreadsheet of open cases comes in on the first day: clocks from its own dates, nobody written to about old cases."""

import zipfile
from argparse import Namespace
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import pytest

from cme_register.adapters.spreadsheets import MAP
from cme_register.application.casework import locate
from cme_register.application.closing import close
from cme_register.domain.codes import Outcome, Proof
from cme_register.entrypoints.import_cases import import_cases
from tests.register.integration.county import IMOGEN, TOBIAS, Register
from tests.register.invented import child, referral

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
        self._context = SimpleNamespace(db=register.db, clock=register.clock)
        self._rules, self._folder = register.rules, folder

    async def take(self, *lines: str, dry: bool = False, encoding: str = "utf-8", separator: str = ",") -> int:
        (self._folder / "map.toml").write_text(NARROW, "utf-8")
        file = self._folder / "cases.csv"
        file.write_bytes("\r\n".join([HEADINGS, *lines]).replace(",", separator).encode(encoding))
        given = Namespace(file=file, map=self._folder / "map.toml", dry_run=dry)
        return await import_cases(self._context, self._rules, given)


@pytest.fixture
def sheet(register: Register, tmp_path: Path) -> Sheet:
    register.clock.at = datetime.fromisoformat("2026-11-24T08:00:00+00:00")
    return Sheet(register, tmp_path)


@pytest.mark.policy("7.2")
async def test_clocks_run_from_the_original_day_and_what_is_late_is_told_late(register: Register, sheet: Sheet) -> None:
    assert await sheet.take(ISOLDE, TARQUIN) == 0
    told = [(one.short, one.body.get("starts_on") or one.body.get("opened_at")) for one in await register.said()]
    assert ("clock.started", "2026-11-02") in told and ("case.opened", "2026-11-02T12:00:00Z") in told
    rows = await register.db.pool.fetch(
        "SELECT lead_officer_id, category, factors, located_at FROM case_file ORDER BY opened_at"
    )
    assert [(row["lead_officer_id"], row["category"]) for row in rows] == [
        (IMOGEN, "missing"), (TOBIAS, "without_school_place")
    ]  # fmt: skip
    assert rows[0]["factors"] == ["social_worker"] and rows[1]["located_at"] is not None
    await register.timers.fire_due()
    breach = await register.only("deadline.breached")  # due on Monday 16 November; Tarquin was found in time
    assert (breach["due_on"], breach["detected_late_by"]) == ("2026-11-16", 7 * 86400 + 8 * 3600)
    satisfied = await register.only("clock.satisfied")
    assert satisfied["on_time"] is True


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
    await sheet.take(TARQUIN)  # writes the map too
    given = Namespace(file=tmp_path / "open.xlsx", map=tmp_path / "map.toml", dry_run=False)
    assert await import_cases(sheet._context, sheet._rules, given) == 0
    row = await register.db.pool.fetchrow(
        "SELECT reference, received_at, details FROM submission WHERE reference = '8'"
    )
    assert row["details"]["date_of_birth"] == "2016-05-04"
    assert row["received_at"] == datetime.fromisoformat("2026-11-02T12:00:00+00:00")


def write_workbook(file: Path, *rows: list[object]) -> None:
    """As little as a spreadsheet program needs: cells of style 1 are days."""
    spreadsheet = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    package = "http://schemas.openxmlformats.org/package/2006"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

    def cell(value: object) -> str:
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
    async with register.db.transaction() as tx:
        if (await tx.cases.lock(case_id)).located_at is None:
            await locate(
                tx, case_id, Proof.SEEN_BY_OFFICER, register.rules, by=IMOGEN, at=register.clock.now(), new_id=uuid4
            )
        await close(
            tx, case_id, Outcome.DUPLICATE_OR_ERROR, Proof.OFFICIAL_RECORD, register.rules, by=IMOGEN,
            at=register.clock.now(), new_id=uuid4,
        )  # fmt: skip


async def test_the_countys_sheet_is_taken_by_the_map_that_is_shipped(register: Register) -> None:
    file = Path(__file__).parents[3] / "deploy" / "local" / "county" / "open-cases.csv"
    given = Namespace(file=file, map=MAP, dry_run=True)
    register.clock.at = datetime.fromisoformat("2026-11-24T08:00:00+00:00")
    assert await import_cases(SimpleNamespace(db=register.db, clock=register.clock), register.rules, given) == 0


async def test_a_sheet_that_does_not_fit_the_map_is_refused_as_a_whole(sheet: Sheet, tmp_path: Path, capsys) -> None:
    (tmp_path / "other.csv").write_text("Name,Born\nWren Hollow,2014-02-01\n")
    given = Namespace(file=tmp_path / "other.csv", map=MAP, dry_run=False)
    assert await import_cases(sheet._context, sheet._rules, given) == 2
    assert "has no column 'Case ref', which the map calls reference" in capsys.readouterr().err
