"""How a command takes a council's spreadsheet: row by row, each by itself, and of each it is said what became of it."""

from __future__ import annotations

import csv
import sys
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TextIO
from uuid import UUID

from cme_bus.errors import describe, passes
from cme_calendars import BeyondCalendar
from cme_register.adapters.postgres import RegisterTx
from cme_register.adapters.spreadsheets import UnusableFile, load_map, read_sheet
from cme_register.application.importing import Arrived
from cme_register.domain.errors import RegisterError
from cme_register.domain.sheets import Columns, Fault, NotTaken, SheetMap
from cme_register.settings import Settings
from cme_service.context import Context

type Here = Context[Settings, RegisterTx]
NOT_TAKEN = "not taken"
STEP = 100
"""Rows between two lines about how far it is."""


class Row(Protocol):
    """A row that was read."""

    @property
    def ids(self) -> tuple[UUID, ...]:
        """The same for the same row."""


@dataclass(frozen=True, slots=True)
class Kind[R: Row]:
    """A kind of sheet: what it can say, how a row is read and what is done with it."""

    command: str
    columns: Columns
    codes: Mapping[str, Collection[str]]
    """Per field: all that the map's words can mean."""
    known_by: str
    """The field that makes a row the same row again."""
    day: str
    """The field that a calendar may not know."""
    read: Callable[[Mapping[str, str], SheetMap], R]
    """Raises `NotTaken`."""
    take: Callable[[RegisterTx, R], Awaitable[Arrived]]
    """In a transaction of its own, or taken back."""


def arguments(parser: ArgumentParser, *, shipped: Path) -> None:
    """What, how it is read, whether in earnest, and where to say what became of each row."""
    parser.add_argument("file", type=Path, help="a workbook (XLSX, XLS, ODS), or CSV as a spreadsheet program saves it")
    parser.add_argument(
        "--map", type=Path, default=shipped, help=f"TOML: which column is what; see tables/{shipped.name}"
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would become of each row, and keep nothing")
    parser.add_argument("--report", type=Path, help="CSV: what became of each row; it quotes no cell")


async def take_sheet[R: Row](context: Here, kind: Kind[R], given: Namespace) -> int:
    """0: every row is in; 1: some are not, and why was said; 2: the file, the map or the report cannot be used."""
    with ExitStack() as files:
        try:
            sheet, layout = load_map(given.map, kind.columns, kind.codes)
            found = read_sheet(given.file, sheet, layout)
            written = (
                files.enter_context(given.report.open("w", encoding="utf-8-sig", newline="")) if given.report else None
            )
        except (UnusableFile, OSError) as error:
            reason = str(error) if isinstance(error, UnusableFile) else "the report cannot be written"
            print(f"{kind.command}: {reason}", file=sys.stderr)
            return 2
        report = _Report(sheet, written)
        rows = _read(kind, found.rows, sheet, report)
        await (_dry_run if given.dry_run else _in_earnest)(context, kind, rows, report)
        if found.unused:
            print(f"columns that the map does not name, and that were not taken: {', '.join(found.unused)}")
        if found.failed:
            print(
                f"cells whose formula has failed, read as empty: {found.failed}; saved as CSV, each is named by its row"
            )
        counted = ", ".join(f"{count} {became}" for became, count in sorted(report.counts.items()))
        print(f"{'would be: ' if given.dry_run else ''}{counted or 'no rows'}")
        return 1 if report.counts[NOT_TAKEN] else 0


def _read[R: Row](
    kind: Kind[R], rows: Iterable[tuple[int, Mapping[str, str]]], sheet: SheetMap, report: _Report
) -> list[tuple[int, R]]:
    read: dict[UUID, tuple[int, R]] = {}
    for number, cells in rows:
        with report.of(number, kind):
            row = kind.read(cells, sheet)
            if row.ids[0] in read:
                same = f"is that of row {read[row.ids[0]][0]} too"
                raise NotTaken(Fault(kind.known_by, same, "write each once, and tell different ones apart"))
            read[row.ids[0]] = number, row
    return list(read.values())


async def _in_earnest[R: Row](context: Here, kind: Kind[R], rows: list[tuple[int, R]], report: _Report) -> None:
    for number, row in _shown(rows):
        with report.of(number, kind):
            async with context.db.transaction() as tx:
                arrived = await kind.take(tx, row)
            report.taken(arrived)


async def _dry_run[R: Row](context: Here, kind: Kind[R], rows: list[tuple[int, R]], report: _Report) -> None:
    """All in one transaction, so that two rows about one child see each other; then it is taken back."""
    async with _taken_back(context) as tx:
        for number, row in _shown(rows):
            with report.of(number, kind):
                async with tx.conn.transaction():
                    arrived = await kind.take(tx, row)
                report.taken(arrived)


def _shown[R: Row](rows: list[tuple[int, R]]) -> Iterable[tuple[int, R]]:
    """The same, while it is said how far it is."""
    for done, row in enumerate(rows):
        if done and done % STEP == 0:
            print(f"{done} of {len(rows)} rows", file=sys.stderr)
        yield row


class _DryRunOver(Exception):
    """Everything was tried, and nothing is kept."""


@asynccontextmanager
async def _taken_back(context: Here) -> AsyncIterator[RegisterTx]:
    try:
        async with context.db.transaction() as tx:
            yield tx
            raise _DryRunOver
    except _DryRunOver:
        pass


class _Report:
    """What is said of each row: its number, the column as the sheet calls it, what is wrong, how to mend it."""

    def __init__(self, sheet: SheetMap, written: TextIO | None) -> None:
        self._sheet = sheet
        self._lines: Any = csv.writer(written) if written else None  # the library names no type for it
        self.counts: Counter[str] = Counter()
        self._row, self._day = 0, ""
        self._line("row", "column", "became", "what", "how to mend it")

    def of(self, number: int, kind: Kind[Any]) -> _Report:
        """What is raised within costs this row alone, unless the database itself is unwell."""
        self._row, self._day = number, kind.day
        return self

    def __enter__(self) -> None: ...

    def __exit__(self, _: type[BaseException] | None, error: BaseException | None, __: object) -> bool:
        match error:
            case NotTaken():
                self._not_taken(*error.faults)
            case BeyondCalendar():
                self._not_taken(Fault(self._day, "lies beyond the calendar", "see the calendar of bank holidays"))
            case RegisterError():
                self._not_taken(Fault("", f"is refused: {error.code}", "look at the child's record"))
            case Exception() if not passes(error):
                said = f"cannot be taken ({describe(error)})"
                self._not_taken(Fault("", said, "tell whoever runs the register; the other rows are not concerned"))
            case _:
                return False
        return True

    def taken(self, arrived: Arrived) -> None:
        """The row is in, or was before."""
        self.counts[arrived.became] += 1
        if not arrived.remarks:
            self._line(str(self._row), "", arrived.became, "", "")
        for fault in arrived.remarks:
            self._say(fault, arrived.became)

    def _not_taken(self, *faults: Fault) -> None:
        self.counts[NOT_TAKEN] += 1
        for fault in faults:
            self._say(fault, NOT_TAKEN)

    def _say(self, fault: Fault, became: str) -> None:
        column = self._sheet.columns.get(fault.field, fault.field)
        where = ", ".join(filter(None, (f"row {self._row}", column)))
        print(f"{where}: {f'{became}: ' if became == NOT_TAKEN else ''}{fault.what}; {fault.mend}")
        self._line(str(self._row), column, became, fault.what, fault.mend)

    def _line(self, *cells: str) -> None:
        if self._lines:
            self._lines.writerow(cells)
