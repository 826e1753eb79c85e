"""The register's composition root: `cme-register http | worker | serve | migrate | parked | import-officers | import-cases`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from fastapi import FastAPI

from cme_bus.consumer import Consumer
from cme_calendars import local_date
from cme_contracts.register import STREAM
from cme_register.adapters import invariants
from cme_register.adapters.postgres import RegisterTx
from cme_register.application.rules import Rules
from cme_register.entrypoints import cli, events, http, import_cases, import_starters, timers
from cme_register.entrypoints.recounting import Recounting
from cme_register.entrypoints.rules_of import rules_of
from cme_register.settings import Settings
from cme_service import run
from cme_service.context import Context
from cme_service.definition import Loop, ServiceDefinition
from cme_service.metrics import Reading

type Here = Context[Settings, RegisterTx]


def _rules(context: Here) -> Rules:
    return rules_of(context.settings)


def _app(context: Here) -> FastAPI:
    return http.build_app(context, _rules(context))


def _consumer(context: Here) -> Consumer[RegisterTx]:
    return events.consumer(context.db, context.clock, _rules(context))


def _loops(context: Here) -> Sequence[Loop]:
    _watch(context)
    rules = _rules(context)
    return [
        timers.loop(context.db, context.clock, rules).run,
        Recounting(context.db, context.clock, rules).run,
    ]


def _watch(context: Here) -> None:
    """Let the metrics tell of how many cases something does not hold that always must."""
    context.metrics.gauge("cme_register_broken", "Cases of which a rule does not hold that always must", label="rule")

    async def count() -> Reading:
        found = await invariants.broken(context.pool, local_date(context.clock.now()))
        return {"cme_register_broken": {rule: float(len(cases)) for rule, cases in found.items()}}

    context.metrics.read(count)


SERVICE = ServiceDefinition(
    name="register",
    settings=Settings,
    tx=RegisterTx,
    streams=[STREAM],
    components=("web", "timers"),
    migrations=Path(__file__).parent / "migrations",
    http=_app,
    consumer=_consumer,
    background=_loops,
    commands=cli.COMMANDS
    | {"import-cases": import_cases.command(_rules), "import-starters": import_starters.command(_rules)},
)


def main() -> None:
    """Run the command on the command line."""
    sys.exit(run.main(SERVICE))


if __name__ == "__main__":
    main()
