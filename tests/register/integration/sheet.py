"""A council's sheet of open cases, and the command that takes it."""

from argparse import Namespace
from pathlib import Path
from types import SimpleNamespace

from pydantic import SecretStr

from cme_register.entrypoints.import_cases import import_cases
from tests.register.integration.county import Register

SECRET = "no secret at all but long enough for one"
HEADINGS = "Case ref,Child,DOB,Date referred,Status,Officer,Concerns,Found on,How known,Closed,Postcode,Remarks"
NARROW = """
dates = ["%d/%m/%Y"]
[columns]
reference = "Case ref"
name = "Child"
date_of_birth = "DOB"
received_on = "Date referred"
category = "Status"
lead_officer = "Officer"
factors = "Concerns"
located_on = "Found on"
location_proof = "How known"
closed_on = "Closed"
postcode = "Postcode"
[values.category]
"cme missing" = "missing"
"wasp" = "without_school_place"
[values.factors]
"social worker" = "social_worker"
[values.location_proof]
"seen" = "seen_by_officer"
"""
ISOLDE = (
    '1,"QUILLFEATHER, Isolde",04/05/2016,02/11/2026,CME missing,imogen@example.org,Social worker,,,,ZZ99 1AB,rang twice'
)
TARQUIN = "2,Tarquin Ash,17/09/2013,16/11/2026,WASP,Tobias Wrenfield,,18/11/2026,seen,,ZZ99 2CD,"


class Sheet:
    """A file of the council's, and the command that takes it."""

    def __init__(self, register: Register, folder: Path) -> None:
        self._register, self.folder, self.secrets = register, folder, SECRET
        self.map = folder / "map.toml"
        self.map.write_text(NARROW, "utf-8")

    async def take(self, *lines: str, dry: bool = False, encoding: str = "utf-8", separator: str = ",") -> int:
        file = self.folder / "cases.csv"
        file.write_bytes("\r\n".join([HEADINGS, *lines]).replace(",", separator).encode(encoding))
        return await self.take_file(file, dry=dry)

    async def take_file(
        self, file: Path, *, by: Path | None = None, dry: bool = False, report: Path | None = None
    ) -> int:
        settings = SimpleNamespace(link_secret=SecretStr(self.secrets))
        here = SimpleNamespace(db=self._register.db, clock=self._register.clock, settings=settings)
        given = Namespace(file=file, map=by or self.map, dry_run=dry, report=report)
        return await import_cases(here, self._register.rules, given)
