"""Spreadsheets as people save them: workbooks, or CSV in UTF-8, UTF-16 or Windows-1252, with any separator."""

from __future__ import annotations

import csv
import io
import re
import tomllib
import zipfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from cme_register.domain.sheets import Columns, SheetMap

LARGEST = 50 * 1024 * 1024
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
"""What a workbook begins with, whatever its file is called: XLSX and ODS, or XLS and what has a password."""
FAILED = re.compile(rb'<c\b[^>]*\bt="e"|\bcalcext:value-type="error"')
"""A cell of XLSX or ODS whose formula has failed: the library reads it as empty."""
MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


class UnusableFile(Exception):
    """A file that cannot be read at all; the text says why, and quotes nothing of it but headings of the map."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where in a file the cases stand."""

    header_row: int
    sheet: str | None
    """Of a workbook; None: the first."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet's rows by our names, with their numbers as a spreadsheet program counts them."""

    rows: tuple[tuple[int, Mapping[str, str]], ...]
    unused: tuple[str, ...]
    """Headings that the map does not name: what stands below them is not taken."""
    failed: int
    """Cells anywhere in a workbook whose formula has failed, and which are empty here."""


def load_map(file: Path, can_be: Columns, codes: Mapping[str, Collection[str]]) -> tuple[SheetMap, Layout]:
    """The map, and where to read. `codes`: per field, ours; a word that means another is refused. Raises `UnusableFile`."""
    try:
        table: dict[str, Any] = tomllib.loads(file.read_text("utf-8"))
        columns = {str(name): str(heading) for name, heading in table["columns"].items()}
        values = {
            name: {" ".join(said.casefold().split()): str(code) for said, code in known.items()}
            for name, known in table.get("values", {}).items()
        }
        sheet = SheetMap(columns, tuple(table.get("dates", ())), values)
        layout = Layout(int(table.get("header_row", 1)), table.get("sheet"))
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise UnusableFile(f"{file.name} is no map of columns: {type(error).__name__}") from None
    if unknown := sorted((columns.keys() | values.keys()) - can_be.can):
        raise UnusableFile(f"{file.name} names fields that there are not: {', '.join(unknown)}")
    for name, ours in codes.items():
        if no_codes := sorted({*values.get(name, {}).values()} - {*ours}):
            raise UnusableFile(f"{file.name} has codes for {name} that there are not: {', '.join(no_codes)}")
    if missing := sorted({*can_be.must} - columns.keys()):
        raise UnusableFile(f"{file.name} names no column for {', '.join(missing)}")
    if not ({"name"} <= columns.keys() or {"forename", "surname"} <= columns.keys()):
        raise UnusableFile(f"{file.name} names no column for the child's name")
    return sheet, layout


def read_sheet(file: Path, sheet: SheetMap, layout: Layout) -> Sheet:
    """The rows of a file that have anything in them. Raises `UnusableFile`."""
    try:
        if file.stat().st_size > LARGEST:
            raise UnusableFile(f"{file.name} is larger than {LARGEST // 1024 // 1024} MiB")
        content = file.read_bytes()
        lines = [*(_workbook(file, content, layout.sheet) if content.startswith((ZIP, OLE)) else _csv(content))]
    except (OSError, csv.Error) as error:
        raise UnusableFile(f"{file.name} cannot be read: {type(error).__name__}") from None
    header_row = layout.header_row
    if len(lines) < header_row:
        raise UnusableFile(f"{file.name} has no row {header_row}, where the headings should stand")
    headings = [_folded(cell) for cell in lines[header_row - 1]]
    places: dict[str, int] = {}
    for name, heading in sheet.columns.items():
        if headings.count(_folded(heading)) != 1:
            how = "no column" if _folded(heading) not in headings else "more than one column"
            raise UnusableFile(f"{file.name} has {how} {heading!r}, which the map calls {name}")
        places[name] = headings.index(_folded(heading))
    rows = tuple(
        (number, {name: line[place] if place < len(line) else "" for name, place in places.items()})
        for number, line in enumerate(lines[header_row:], header_row + 1)
        if any(cell.strip() for cell in line)
    )
    unused = [cell.strip() for place, cell in enumerate(lines[header_row - 1]) if place not in places.values()]
    return Sheet(rows, tuple(filter(None, unused)), _failed(content) if content.startswith(ZIP) else 0)


def _failed(workbook: bytes) -> int:
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        parts = [one for one in archive.namelist() if one.startswith("xl/worksheets/") or one == "content.xml"]
        return sum(len(FAILED.findall(archive.read(one))) for one in parts)


def _workbook(file: Path, content: bytes, named: str | None) -> Iterator[list[str]]:
    from python_calamine import CalamineError, CalamineWorkbook, WorksheetNotFound  # slow to load, and seldom wanted

    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            found = book.get_sheet_by_name(named) if named else book.get_sheet_by_index(0)
            yield from ([_cell(cell) for cell in row] for row in found.to_python(skip_empty_area=False))
    except WorksheetNotFound:
        raise UnusableFile(f"{file.name} has no sheet {named!r}, which the map names") from None
    except CalamineError as error:
        raise UnusableFile(f"{file.name} is no workbook that can be read: {type(error).__name__}") from None


def _cell(cell: object) -> str:
    """As a CSV would have it: days as 2026-11-02, whole numbers without a point."""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _csv(content: bytes) -> Iterator[list[str]]:
    text = _text(content)
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _text(content: bytes) -> str:
    for mark, encoding in MARKS.items():
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _folded(heading: str) -> str:
    return " ".join(heading.casefold().split())
