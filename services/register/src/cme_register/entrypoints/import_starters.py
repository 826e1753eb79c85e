"""`import-starters`: the children who are to start in Reception or Year 7, as admissions have them, as often as one likes."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from pathlib import Path
from uuid import uuid4

from cme_register.adapters.keyed_ids import STARTERS, keyed_ids
from cme_register.adapters.postgres import RegisterTx
from cme_register.application.cohorts import import_expected
from cme_register.application.importing import Arrived
from cme_register.application.rules import Rules
from cme_register.domain.expected import COLUMNS, INTAKES, Expected, read_expected
from cme_register.domain.sheets import SheetMap
from cme_register.entrypoints import sheets
from cme_register.entrypoints.sheets import Here, Kind, take_sheet
from cme_service.definition import Command

MAP = Path(__file__).parent.parent / "tables" / "import_starters.toml"


def command(rules_of: Callable[[Here], Rules]) -> Command[Here]:
    """With the rules of this process."""

    async def run(context: Here, given: Namespace) -> int:
        return await import_starters(context, rules_of(context), given)

    def arguments(parser: ArgumentParser) -> None:
        sheets.arguments(parser, shipped=MAP)

    return Command("take admissions' list of expected starters of a September", run, arguments)


async def import_starters(context: Here, rules: Rules, given: Namespace) -> int:
    """See `take_sheet`."""
    ids = keyed_ids(context.settings.link_secret.get_secret_value().split(","), STARTERS)

    def read(cells: Mapping[str, str], sheet: SheetMap) -> Expected:
        return read_expected(cells, sheet, begins=rules.begins_on, ids=ids)

    async def take(tx: RegisterTx, one: Expected) -> Arrived:
        return await import_expected(tx, one, rules, at=context.clock.now(), new_id=uuid4)

    kind = Kind("import-starters", COLUMNS, {"intake": INTAKES}, "name", "starts_on", read, take)
    return await take_sheet(context, kind, given)
