"""`cme-<service> http | worker | serve | migrate | parked | ...`: one program, its role by command.

def main() -> None:
    sys.exit(run.main(SERVICE))
"""

from __future__ import annotations

import sys
from argparse import REMAINDER, ArgumentParser, Namespace
from collections.abc import Sequence

import structlog
import uvloop

from cme_bus import parked
from cme_bus.database import Tx
from cme_bus.errors import describe, passes
from cme_bus.migrate import MigrationError, migrate
from cme_service import logs
from cme_service.context import open_context
from cme_service.definition import ServiceDefinition
from cme_service.roles import CannotListenError, Role, run_roles
from cme_service.settings import ServiceSettings, SettingsError, load

log = structlog.get_logger()

ROLES = {"http": [Role.HTTP], "worker": [Role.WORKER], "serve": [Role.HTTP, Role.WORKER]}


def main[S: ServiceSettings, T: Tx](definition: ServiceDefinition[S, T], argv: Sequence[str] | None = None) -> int:
    """Run a command. Returns the exit status: 0 stopped or done, 1 failed, 2 wrong settings or arguments."""
    parser = _parser(definition)
    arguments, others = parser.parse_known_args(argv)
    if arguments.command == "parked":
        arguments.rest = others + arguments.rest  # argparse keeps no option that stands first: `parked --help`
    elif others:
        parser.error(f"unrecognised arguments: {' '.join(others)}")
    try:
        settings = load(definition.settings)
    except SettingsError as error:
        print(f"{definition.name} cannot start:", *str(error).splitlines(), sep="\n  ", file=sys.stderr)
        return 2
    logs.configure(definition.name, stream=sys.stdout if arguments.command in ROLES else sys.stderr)
    try:
        return uvloop.run(_command(definition, settings, arguments))
    except CannotListenError as error:
        log.error("service.cannot_listen", reason=str(error))
    except MigrationError as error:
        log.error("migrate.refused", reason=str(error))
    except Exception as error:
        if passes(error):
            log.error("command.interrupted", error=describe(error))
        else:
            log.error("command.failed", exc_info=error)
    return 1


def _parser[S: ServiceSettings, T: Tx](definition: ServiceDefinition[S, T]) -> ArgumentParser:
    parser = ArgumentParser(prog=f"cme-{definition.name}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("http", help="answer requests")
    commands.add_parser("worker", help="read and send events, watch deadlines, forget what is old")
    commands.add_parser("serve", help="http and worker in one process")
    commands.add_parser("migrate", help="bring the database up to date; any number may run at once")
    held = commands.add_parser(
        "parked", help="events that wait for a person: list, show, replay, discard, catch-up, unpark", add_help=False
    )
    held.add_argument("rest", nargs=REMAINDER)
    for name, command in definition.commands.items():
        command.arguments(commands.add_parser(name, help=command.help))
    return parser


async def _command[S: ServiceSettings, T: Tx](
    definition: ServiceDefinition[S, T], settings: S, arguments: Namespace
) -> int:
    match arguments.command:
        case "http" | "worker" | "serve" as role:
            return await run_roles(definition, settings, ROLES[role])
        case "migrate":
            for component, folder in definition.folders():
                await migrate(settings.dsn, component=component, folder=folder)
            return 0
        case "parked":
            async with open_context(settings, definition.tx, role="parked") as context:
                consumer = definition.consumer(context)
                if consumer is None:
                    print(f"{definition.name} hears no events, so none can be parked")
                    return 1
                return await parked.main(context.db, consumer, arguments.rest)
        case own:
            async with open_context(settings, definition.tx, role=own) as context:
                return await definition.commands[own].run(context, arguments)
