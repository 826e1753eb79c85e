"""`cme-register import-starters FILE`: the children who are to start in Reception or Year 7, as admissions have them."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from datetime import date
from itertools import batched
from pathlib import Path
from typing import Annotated
from uuid import uuid4, uuid5

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from cme_bus.errors import describe
from cme_register.adapters.postgres import RegisterTx
from cme_register.application.cohorts import Expected, expect
from cme_register.domain.cohort import NAMESPACE, Cohort, Intake
from cme_register.domain.details import Address, Details
from cme_register.entrypoints.rules_of import rules_of
from cme_register.settings import Settings
from cme_service.context import Context
from cme_service.definition import Command

AT_ONCE = 500
"""Lines of one transaction."""
type Text = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]


class Line(BaseModel):
    """One child, and where they are to start."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    school_urn: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
    school_la: Annotated[str, StringConstraints(pattern=r"^[0-9]{3}$")]
    intake: Intake
    starts_on: date
    forename: Text
    surname: Text
    date_of_birth: date
    upn: Text | None = None
    postcode: Text | None = None
    address: tuple[Text, ...] = Field(default=(), max_length=6)

    def expected(self) -> Expected:
        """Known by what it says: the same line twice is one starter."""
        words = self.model_dump_json(exclude={"address"})
        addresses = (Address(lines=self.address, postcode=self.postcode),) if self.postcode or self.address else ()
        details = Details(
            self.forename, self.surname, date_of_birth=self.date_of_birth, upn=self.upn, addresses=addresses
        )
        cohort = Cohort(self.school_urn, self.starts_on.year, self.intake)
        return Expected(uuid5(NAMESPACE, words), cohort, self.school_la, self.starts_on, details)


async def import_starters(context: Context[Settings, RegisterTx], arguments: Namespace) -> int:
    """Take the list. 1: the file cannot be used, and nothing was changed. The same file again changes nothing."""
    try:
        lines = TypeAdapter(list[Line]).validate_python(json.loads(arguments.file.read_text("utf-8")))
    except (OSError, ValueError) as error:
        reason = describe(error) if isinstance(error, ValidationError) else type(error).__name__
        print(f"{arguments.file.name} is no list of starters: {reason}", file=sys.stderr)
        return 1
    rules = rules_of(context.settings)
    wanted = {one.id: one for one in (line.expected() for line in lines)}
    for some in batched(wanted.values(), AT_ONCE):
        async with context.db.transaction() as tx:
            await expect(tx, some, rules, at=context.clock.now(), new_id=uuid4)
    print(f"{len(lines)} lines, {len(wanted)} expected starters")
    return 0


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "file",
        type=Path,
        help="JSON: a list of {school_urn, school_la, intake, starts_on, forename, surname, date_of_birth, upn?, postcode?, address?}",
    )


IMPORT_STARTERS = Command("take the list of expected starters of a September", import_starters, _arguments)
