"""`import-gias`: the list of schools, as often as one likes; broken off, it goes on where it stopped when run again."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import batched
from pathlib import Path

from cme_referrals.adapters.gias import Entry, Extract, Links
from cme_referrals.adapters.postgres import ReferralsTx
from cme_referrals.adapters.published_csv import Trouble, UnreadableFileError
from cme_referrals.application.load import load_establishments, load_successions
from cme_referrals.domain.list_check import lacking
from cme_referrals.entrypoints.showing import Showing
from cme_referrals.settings import Settings
from cme_service.context import Context

TOGETHER = 500
"""Schools in one transaction: short locks, and little to do again after a break."""
SHOWN = 50
"""Troubles that are named one by one; of the others only how many."""


def arguments(parser: ArgumentParser) -> None:
    """The extract, and what may be said besides."""
    parser.add_argument("file", type=Path, help="edubasealldataYYYYMMDD.csv, whole or of one authority")
    parser.add_argument("--links", type=Path, help="links_edubasealldataYYYYMMDD.csv: which school went on as which")
    parser.add_argument(
        "--even-so", action="store_true", help="load a list that lacks many of the schools known before"
    )


@dataclass(slots=True)
class Counts:
    """Of one list."""

    rows: int = 0
    kept: int = 0
    changed: int = 0
    troubles: int = 0

    def note(self, trouble: Trouble) -> None:
        """Name it, while there are few."""
        self.troubles += 1
        if self.troubles <= SHOWN:
            where = f"row {trouble.row}" + (f", column {trouble.column}" if trouble.column else "")
            print(f"import-gias: {where}: {trouble.what}", file=sys.stderr)

    def told(self) -> str:
        """What could not be used."""
        return f"; {self.troubles} things in its rows could not be used" if self.troubles else ""


async def import_gias(context: Context[Settings, ReferralsTx], arguments: Namespace) -> int:
    """Load establishments; prints how many were read and changed, and what in which row could not be used."""
    try:
        extract = Extract(arguments.file)
        links = Links(arguments.links) if arguments.links else None
        if not arguments.even_so:
            await _refuse_half_a_list(context, extract)
        schools = await _load_schools(context, extract)
        print(f"{schools.kept} establishments read, {schools.changed} new or changed{schools.told()}")
        if links:
            told = await _load_links(context, links)
            print(f"{told.kept} successions read, {told.changed} new or changed{told.told()}")
    except UnreadableFileError as error:
        print(f"import-gias: {error}", file=sys.stderr)
        return 1
    return 0


@dataclass(slots=True)
class Survey:
    """What a list holds, before any of it is believed."""

    listed: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    cut_short: bool = False


async def _refuse_half_a_list(context: Context[Settings, ReferralsTx], extract: Extract) -> None:
    """Read it once through and keep nothing. Raises `UnreadableFileError` where it cannot be the whole list."""
    survey = Survey()
    showing = Showing("import-gias: looking through the list", extract.size)
    rows = 0
    for rows, entry in enumerate(extract, 1):
        showing.at(rows, entry.read)
        survey.cut_short = entry.cut_short  # of the last row
        if entry.holds:
            survey.listed[entry.holds.la_code].append(entry.holds.urn)
    showing.end(rows)
    if survey.cut_short:
        raise UnreadableFileError(
            "the list breaks off in its last row: fetch it again, or say --even-so to load what there is"
        )
    if not survey.listed:
        raise UnreadableFileError("the list holds no school")
    async with context.db.transaction() as tx:
        missing = lacking(await tx.schools.listed(), survey.listed)
    if missing:
        raise UnreadableFileError(
            f"the list lacks {missing} schools that are known: it may be cut short, or another list. "
            "Fetch it again, or say --even-so to load it; schools it does not name stay as they are"
        )


async def _load_schools(context: Context[Settings, ReferralsTx], extract: Extract) -> Counts:
    counts = Counts()
    for some in batched(_rows(extract, counts, Showing("import-gias", extract.size)), TOGETHER):
        async with context.db.transaction() as tx:
            counts.changed += await load_establishments(tx, some, at=context.clock.now())
    return counts


async def _load_links(context: Context[Settings, ReferralsTx], links: Links) -> Counts:
    counts = Counts()
    for some in batched(_rows(links, counts, Showing("import-gias: links", links.size)), TOGETHER):
        async with context.db.transaction() as tx:
            counts.changed += await load_successions(tx, some)
    return counts


def _rows[T](entries: Iterable[Entry[T]], counts: Counts, showing: Showing) -> Iterator[T]:
    for entry in entries:
        counts.rows += 1
        showing.at(counts.rows, entry.read)
        for trouble in entry.troubles:
            counts.note(trouble)
        if entry.holds is not None:
            counts.kept += 1
            yield entry.holds
    showing.end(counts.rows)
