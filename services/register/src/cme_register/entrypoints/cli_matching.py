"""Commands about likeness: weights from pairs that are known, and keys for records that were there before."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from uuid import UUID

from cme_calendars import local_date
from cme_register.adapters.matching_file import read_described, write_weights
from cme_register.adapters.matching_tables import load_weights
from cme_register.adapters.postgres import RegisterTx
from cme_register.adapters.tables import TABLES
from cme_register.application.fitting import fit
from cme_register.application.showing import make_findable
from cme_register.settings import Settings
from cme_service.context import Context
from cme_service.definition import Command

type Here = Context[Settings, RegisterTx]


async def fit_matching(context: Here, arguments: Namespace) -> int:
    """Count the weights anew from a file. 1: the file cannot be used, and nothing was written."""
    weights = load_weights(TABLES)
    try:
        described = list(read_described(arguments.file))
        chances = fit(described, weights, seed=arguments.seed)
    except (OSError, ValueError) as error:
        print(f"{arguments.file.name}: {error}", file=sys.stderr)
        return 1
    source = arguments.source or f"counted from {arguments.file.name}, {len(described)} descriptions"
    write_weights(arguments.to, chances, weights, source=source, on=local_date(context.clock.now()))
    print(f"{len(described)} descriptions; weights written to {arguments.to.name}")
    return 0


def _fitting(parser: ArgumentParser) -> None:
    parser.add_argument(
        "file", type=Path, help="CSV: truth, forename, surname, ...; a description a line, lists with ;"
    )
    parser.add_argument("--to", type=Path, required=True, help="the table to write; CME_REGISTER_WEIGHTS names it")
    parser.add_argument("--source", help="what the table says of where it comes from")
    parser.add_argument("--seed", type=int, default=1, help="of the pairs of two children, which are drawn at random")


async def find_again(context: Here, arguments: Namespace) -> int:
    """Make every record findable: once after matching by likeness came, or its keys have changed. May be repeated."""
    many, after = 0, UUID(int=0)
    while True:
        async with context.db.transaction() as tx:
            some, last = await make_findable(tx, after, limit=1000)
        if last is None:
            print(f"{many} records can be found now")
            return 0
        many, after = many + some, last


def _nothing(parser: ArgumentParser) -> None:
    """No arguments."""


COMMANDS = {
    "fit-matching": Command(
        "count weights from descriptions of which it is known whose they are", fit_matching, _fitting
    ),
    "find-again": Command("give keys to records that have none", find_again, _nothing),
}
