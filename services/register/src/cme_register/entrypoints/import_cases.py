"""`import-cases`: the council's spreadsheet of open cases, on the first day, and as often as one likes."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from pathlib import Path
from uuid import uuid4

from cme_calendars import local_date
from cme_contracts.codes import Factor
from cme_register.adapters.keyed_ids import CASES, keyed_ids
from cme_register.adapters.postgres import RegisterTx
from cme_register.application.importing import Arrived, import_case
from cme_register.application.rules import Rules
from cme_register.domain.codes import Proof
from cme_register.domain.imported import CATEGORIES, COLUMNS, Imported, read_row
from cme_register.domain.sheets import SheetMap
from cme_register.entrypoints import sheets
from cme_register.entrypoints.sheets import Here, Kind, take_sheet
from cme_service.definition import Command

MAP = Path(__file__).parent.parent / "tables" / "import_cases.toml"
CODES = {
    "category": CATEGORIES,
    "location_proof": [*Proof],
    "factors": [one for one in Factor if one != Factor.UNKNOWN],
}


def command(rules_of: Callable[[Here], Rules]) -> Command[Here]:
    """With the rules of this process."""

    async def run(context: Here, given: Namespace) -> int:
        return await import_cases(context, rules_of(context), given)

    def arguments(parser: ArgumentParser) -> None:
        sheets.arguments(parser, shipped=MAP)

    return Command("take the council's spreadsheet of open cases, clocks from their own days", run, arguments)


async def import_cases(context: Here, rules: Rules, given: Namespace) -> int:
    """See `take_sheet`."""
    ids = keyed_ids(context.settings.link_secret.get_secret_value().split(","), CASES)
    today = local_date(context.clock.now())

    def read(cells: Mapping[str, str], sheet: SheetMap) -> Imported:
        return read_row(cells, sheet, begins=rules.begins_on, today=today, ids=ids)

    async def take(tx: RegisterTx, case: Imported) -> Arrived:
        return await import_case(tx, case, rules, now=context.clock.now(), new_id=uuid4)

    kind = Kind("import-cases", COLUMNS, CODES, "reference", "received_on", read, take)
    return await take_sheet(context, kind, given)
