"""The council's sheet is read as its programs save it; what cannot be taken is named, and nothing of it is quoted."""

import zipfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from cme_register.entrypoints.import_cases import MAP
from tests.register.integration.county import Register
from tests.register.integration.sheet import HEADINGS, ISOLDE, NARROW, TARQUIN, Sheet

COUNTY = Path(__file__).parents[3] / "deploy" / "local" / "county"


async def test_a_dry_run_says_what_would_become_of_each_row_and_keeps_nothing(
    register: Register, sheet: Sheet, capsys
) -> None:
    again = '3,"QUILLFEATHER, Isolde",04/05/2016,09/11/2026,CME missing,,,,,,ZZ99 1AB,'
    assert await sheet.take(ISOLDE, again, dry=True) == 0
    assert "would be: 1 joined, 1 opened" in capsys.readouterr().out
    for table in ("child", "case_file", "submission", "outbox", "timer", "chronology"):
        assert await register.db.pool.fetchval(f"SELECT count(*) FROM {table}") == 0


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


async def test_the_countys_sheet_is_taken_by_the_map_that_is_shipped(sheet: Sheet) -> None:
    assert await sheet.take_file(COUNTY / "open-cases.csv", by=MAP, dry=True) == 0


async def test_a_sheet_that_does_not_fit_the_map_is_refused_as_a_whole(sheet: Sheet, tmp_path: Path, capsys) -> None:
    (tmp_path / "other.csv").write_text("Name,Born\nWren Hollow,2014-02-01\n")
    assert await sheet.take_file(tmp_path / "other.csv", by=MAP) == 2
    assert "has no column 'Case ref', which the map calls reference" in capsys.readouterr().err
