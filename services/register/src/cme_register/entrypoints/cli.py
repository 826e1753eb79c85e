"""Commands of the register's own."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from uuid import UUID, uuid4

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from cme_bus.errors import describe
from cme_register.adapters.postgres import RegisterTx
from cme_register.application.officers import take_list
from cme_register.application.ports import Officer
from cme_register.domain.codes import Role
from cme_register.entrypoints import cli_matching
from cme_register.entrypoints.rules_of import rules_of
from cme_register.settings import Settings
from cme_service.context import Context
from cme_service.definition import Command


class Listed(BaseModel):
    """An officer as the staff list has them."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    officer_id: UUID = Field(validation_alias=AliasChoices("officer_id", "id"))
    name: str = Field(min_length=1)
    email: str = Field(min_length=3)
    role: Role
    active: bool = True


async def import_officers(context: Context[Settings, RegisterTx], arguments: Namespace) -> int:
    """Take the staff list; says only what has changed. 1: the file cannot be used, and nothing was changed."""
    try:
        content = json.loads(arguments.file.read_text("utf-8"))
        listed = TypeAdapter(list[Listed]).validate_python(
            content["officers"] if isinstance(content, dict) else content
        )
    except (OSError, ValueError, KeyError) as error:
        reason = describe(error) if isinstance(error, ValidationError) else type(error).__name__
        print(f"{arguments.file.name} is no list of officers: {reason}", file=sys.stderr)
        return 1
    officers = [Officer(one.officer_id, one.name, one.email, one.role, one.active) for one in listed]
    async with context.db.transaction() as tx:
        changed = await take_list(tx, officers, at=context.clock.now(), new_id=uuid4)
    print(f"{len(officers)} officers, {changed} changed")
    return 0


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="JSON: a list of {officer_id, name, email, role, active}")


async def use_calendar(context: Context[Settings, RegisterTx], arguments: Namespace) -> int:
    """Go back to an edition of the working days that another has replaced: the one this command is started with."""
    version = rules_of(context.settings).days.version
    async with context.db.transaction() as tx:
        await tx.recounting.use(version)
    print(f"{version} is in use; workers that were started with it count the clocks again within a minute")
    return 0


COMMANDS = {
    "use-calendar": Command("go back to the working days of these settings, which others had replaced", use_calendar),
    "import-officers": Command("take the staff list; says only what has changed", import_officers, _arguments),
} | cli_matching.COMMANDS
