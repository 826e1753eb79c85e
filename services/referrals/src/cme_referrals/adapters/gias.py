"""The DfE's Get Information about Schools, as its public extract has it: establishments, and links between them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cme_referrals.adapters.published_csv import PublishedCsv, PublishedRow, Trouble
from cme_referrals.domain.school_data import Establishment
from cme_referrals.domain.school_history import Succession

NEEDED = (
    "URN", "LA (code)", "EstablishmentNumber", "EstablishmentName", "PhaseOfEducation (name)",
    "EstablishmentStatus (name)",
)  # fmt: skip
"""Columns without which a file is no extract. The others are read where it has them (edubasealldata, November 2026: 140)."""
LINKS_NEEDED = ("URN", "LinkURN", "LinkType")
OPEN = "open"
PREDECESSOR, SUCCESSOR = "predecessor", "successor"
"""How the types of link begin that say what a school went on from or as; the linked school is the one or the other."""


@dataclass(frozen=True, slots=True)
class Entry[T]:
    """One row of a list as it was read: what it says, and what in it could not be used."""

    number: int
    read: int
    """Bytes of the file up to here."""
    holds: T | None
    troubles: tuple[Trouble, ...] = ()
    cut_short: bool = False


class Extract:
    """Establishments: `edubasealldataYYYYMMDD.csv`, Windows-1252, of any length."""

    def __init__(self, path: Path) -> None:
        """Raises `UnreadableFileError` where it is no such list."""
        self._csv = PublishedCsv(path, needed=NEEDED, called="the list of establishments")
        self.size = self._csv.size

    def __iter__(self) -> Iterator[Entry[Establishment]]:
        """Row by row. Raises `UnreadableFileError`."""
        for row in self._csv:
            yield _no_row(row) or _establishment(row)


class Links:
    """Which establishment went on from which: `links_edubasealldataYYYYMMDD.csv`."""

    def __init__(self, path: Path) -> None:
        """Raises `UnreadableFileError` where it is no such list."""
        self._csv = PublishedCsv(path, needed=LINKS_NEEDED, called="the list of links")
        self.size = self._csv.size

    def __iter__(self) -> Iterator[Entry[Succession]]:
        """Row by row; links of another kind, as of a sixth form, hold nothing. Raises `UnreadableFileError`."""
        for row in self._csv:
            yield _no_row(row) or _succession(row)


def _no_row[T](row: PublishedRow) -> Entry[T] | None:
    return Entry(row.number, row.read, None, (row.trouble,), row.cut_short) if row.trouble else None


def _establishment(row: PublishedRow) -> Entry[Establishment]:
    cells = row.cells
    troubles = [
        Trouble(row.number, column, what)
        for column, pattern, what in (
            ("URN", "[0-9]{6}", "is not six figures; passed over"),
            ("LA (code)", "[0-9]{3}", "is not three figures; passed over"),
            ("EstablishmentName", "(?s).+", "is empty; passed over"),
        )
        if not re.fullmatch(pattern, cells[column])
    ]
    if troubles:
        return Entry(row.number, row.read, None, tuple(troubles))
    opened, closed = (_day(row, column, troubles) for column in ("OpenDate", "CloseDate"))
    type_code = cells.get("TypeOfEstablishment (code)")
    school = Establishment(
        urn=cells["URN"],
        la_code=cells["LA (code)"],
        establishment_number=cells["EstablishmentNumber"],
        name=cells["EstablishmentName"],
        phase=cells["PhaseOfEducation (name)"],
        open=cells["EstablishmentStatus (name)"].lower().startswith(OPEN),  # also "Open, but proposed to close"
        mailbox=cells.get("MainEmail") or None,  # not in the public extract
        type_code=type_code.zfill(2) if type_code else None,
        opened_on=opened,
        closed_on=closed,
        previous_laestab=_previous(cells),
    )
    return Entry(row.number, row.read, school, tuple(troubles))


def _succession(row: PublishedRow) -> Entry[Succession]:
    troubles = [
        Trouble(row.number, column, "is not six figures; passed over")
        for column in ("URN", "LinkURN")
        if not re.fullmatch("[0-9]{6}", row.cells[column])
    ]
    if troubles:
        return Entry(row.number, row.read, None, tuple(troubles))
    named, linked, kind = row.cells["URN"], row.cells["LinkURN"], row.cells["LinkType"].lower()
    since = _day(row, "LinkEstablishedDate", troubles)
    found = None
    if kind.startswith(PREDECESSOR):
        found = Succession(linked, named, since)
    elif kind.startswith(SUCCESSOR):
        found = Succession(named, linked, since)
    return Entry(row.number, row.read, found if named != linked else None, tuple(troubles))


def _previous(cells: Mapping[str, str]) -> str | None:
    before = cells.get("PreviousLA (code)", "") + cells.get("PreviousEstablishmentNumber", "")
    return before if re.fullmatch("[0-9]{7}", before) else None


def _day(row: PublishedRow, column: str, troubles: list[Trouble]) -> date | None:
    said = row.cells.get(column)
    if not said:
        return None
    try:
        if not (found := re.fullmatch("([0-9]{2})[-/]([0-9]{2})[-/]([0-9]{4})", said)):
            raise ValueError
        return date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError:
        troubles.append(Trouble(row.number, column, "is not a day as DD-MM-YYYY; read without it"))
        return None
