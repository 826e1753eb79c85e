"""`import-cases`: the council's spreadsheet of open cases, on the first day, and as often as one likes."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID, uuid4

from cme_calendars import BeyondCalendar, local_date
from cme_register.adapters.postgres import RegisterTx
from cme_register.adapters.spreadsheets import MAP, UnusableFile, load_map, read_sheet
from cme_register.application.importing import import_case
from cme_register.application.rules import Rules
from cme_register.domain.errors import RegisterError
from cme_register.domain.imported import Fault, Imported, NotTaken, SheetMap, read_row
from cme_register.settings import Settings
from cme_service.context import Context
from cme_service.definition import Command

type Here = Context[Settings, RegisterTx]
NOT_TAKEN = "not taken"


class _DryRunOver(Exception):
    """Everything was tried, and nothing is kept."""


def command(rules_of: Callable[[Here], Rules]) -> Command[Here]:
    """With the rules of this process."""

    async def run(context: Here, given: Namespace) -> int:
        return await import_cases(context, rules_of(context), given)

    return Command("take the council's spreadsheet of open cases, clocks from their own days", run, arguments)


def arguments(parser: ArgumentParser) -> None:
    """What, how it is read, and whether in earnest."""
    parser.add_argument("file", type=Path, help="a workbook (XLSX, ODS), or CSV as a spreadsheet program saves it")
    parser.add_argument(
        "--map", type=Path, default=MAP, help="TOML: which column is what; see tables/import_cases.toml"
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would become of each row, and keep nothing")


async def import_cases(context: Here, rules: Rules, given: Namespace) -> int:
    """Row by row, each by itself. 0: every row is in; 1: some are not, and why was said; 2: the file or the map cannot be used."""
    try:
        sheet, layout = load_map(given.map)
        found = read_sheet(given.file, sheet, layout)
    except UnusableFile as error:
        print(f"import-cases: {error}", file=sys.stderr)
        return 2
    report = _Report(sheet)
    today = local_date(context.clock.now())
    cases: dict[UUID, tuple[int, Imported]] = {}
    for number, cells in found.rows:
        try:
            case = read_row(cells, sheet, today=today)
        except NotTaken as refused:
            report.not_taken(number, refused.faults)
            continue
        if case.id in cases:
            same = Fault(
                "reference", f"is that of row {cases[case.id][0]} too", "give each case a reference of its own"
            )
            report.not_taken(number, [same])
            continue
        cases[case.id] = number, case
    await (_dry_run if given.dry_run else _in_earnest)(context, rules, cases.values(), report)
    if found.unused:
        print(f"columns that the map does not name, and that were not taken: {', '.join(found.unused)}")
    counted = ", ".join(f"{count} {came}" for came, count in sorted(report.counts.items()))
    print(f"{'would be: ' if given.dry_run else ''}{counted or 'no rows'}")
    return 1 if report.counts[NOT_TAKEN] else 0


async def _in_earnest(context: Here, rules: Rules, cases: Iterable[tuple[int, Imported]], report: _Report) -> None:
    for number, case in cases:
        with report.of(number):
            async with context.db.transaction() as tx:
                arrived = await import_case(tx, case, rules, now=context.clock.now(), new_id=uuid4)
            report.taken(number, arrived.came, arrived.remarks)


async def _dry_run(context: Here, rules: Rules, cases: Iterable[tuple[int, Imported]], report: _Report) -> None:
    """All in one transaction, so that two rows about one child see each other; then it is taken back."""
    async with _taken_back(context) as tx:
        for number, case in cases:
            with report.of(number):
                async with tx.conn.transaction():
                    arrived = await import_case(tx, case, rules, now=context.clock.now(), new_id=uuid4)
                report.taken(number, arrived.came, arrived.remarks)


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

    def __init__(self, sheet: SheetMap) -> None:
        self._sheet = sheet
        self.counts: Counter[str] = Counter()
        self._row = 0

    def of(self, number: int) -> _Report:
        self._row = number
        return self

    def __enter__(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> bool:
        """What the rules refuse costs its row alone."""
        if isinstance(error, BeyondCalendar):
            self.not_taken(
                self._row, [Fault("received_on", "lies beyond the calendar", "see the calendar of bank holidays")]
            )
        elif isinstance(error, RegisterError):
            self.not_taken(self._row, [Fault("reference", f"is refused: {error.code}", "look at the child's record")])
        else:
            return False
        return True

    def taken(self, number: int, came: str, remarks: Iterable[Fault]) -> None:
        self.counts[came] += 1
        self._say(number, remarks)

    def not_taken(self, number: int, faults: Iterable[Fault]) -> None:
        self.counts[NOT_TAKEN] += 1
        self._say(number, faults, f"{NOT_TAKEN}: ")

    def _say(self, number: int, faults: Iterable[Fault], what: str = "") -> None:
        for fault in faults:
            column = self._sheet.columns.get(fault.field, fault.field)
            print(f"row {number}, {column}: {what}{fault.what}; {fault.mend}")
