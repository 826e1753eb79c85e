"""Public lists as they are published: the DfE's establishments (GIAS) as CSV, term dates as JSON."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from cme_referrals.domain.school_data import Establishment, OwnDays, Term, TermDates

NEEDED = (
    "URN",
    "LA (code)",
    "EstablishmentNumber",
    "EstablishmentName",
    "PhaseOfEducation (name)",
    "EstablishmentStatus (name)",
)
OPEN = "open"


class UnreadableFileError(Exception):
    """The file is not the list it should be. The message names what is missing, for the operator."""


def read_establishments(path: Path) -> Iterator[Establishment | int]:
    """The schools of a GIAS extract in Windows-1252; for a line without a URN or an authority, its number.

    Raises `UnreadableFileError` when it cannot be opened or columns are missing.
    """
    try:
        with path.open(encoding="cp1252", errors="replace", newline="") as file:
            lines = csv.DictReader(file)
            if lacking := [column for column in NEEDED if column not in (lines.fieldnames or ())]:
                raise UnreadableFileError(f"the list of establishments has no column {', '.join(lacking)}")
            for line in lines:
                yield _establishment(line) or lines.line_num
    except OSError as error:
        raise UnreadableFileError("the list of establishments cannot be opened") from error


def read_term_dates(path: Path) -> TermDates | OwnDays:
    """An authority's school year; or, where the file names a school (urn), how that school departs from it.

    Raises `UnreadableFileError` when it is neither, or contradicts itself.
    """
    try:
        content = json.loads(path.read_text("utf-8"))
        year = _matching(r"[0-9]{4}-[0-9]{2}", content["academic_year"])
        if "urn" in content:
            return OwnDays(
                urn=_matching(r"[0-9]{6}", content["urn"]),
                academic_year=year,
                terms=_terms(content["terms"]) if "terms" in content else None,
                inset_days=_days(content.get("inset_days", ())),
                closed_days=_days(content.get("closed_days", ())),
            )
        return TermDates(
            la_code=_matching(r"[0-9]{3}", content["la_code"]),
            academic_year=year,
            terms=_terms(content["terms"]),
            closed_days=_days(content.get("closed_days", ())),
        )
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise UnreadableFileError(f"these are not term dates: {error}") from error


def _terms(given: Iterable[dict[str, str]]) -> tuple[Term, ...]:
    return tuple(
        Term(str(term["name"]), date.fromisoformat(term["first_day"]), date.fromisoformat(term["last_day"]))
        for term in given
    )


def _days(given: Iterable[dict[str, str]]) -> tuple[tuple[date, str], ...]:
    return tuple((date.fromisoformat(day["day"]), str(day["reason"])) for day in given)


def _establishment(line: dict[str, str | None]) -> Establishment | None:
    urn, la_code = _cell(line, "URN"), _cell(line, "LA (code)")
    if not re.fullmatch("[0-9]{6}", urn) or not re.fullmatch("[0-9]{3}", la_code):
        return None
    return Establishment(
        urn=urn,
        la_code=la_code,
        establishment_number=_cell(line, "EstablishmentNumber"),
        name=_cell(line, "EstablishmentName"),
        phase=_cell(line, "PhaseOfEducation (name)"),
        open=_cell(line, "EstablishmentStatus (name)").lower().startswith(OPEN),  # also "Open, but proposed to close"
        mailbox=_cell(line, "MainEmail") or None,  # not in every extract
        type_code=_cell(line, "TypeOfEstablishment (code)").zfill(2)
        if _cell(line, "TypeOfEstablishment (code)")
        else None,
    )


def _cell(line: dict[str, str | None], column: str) -> str:
    return (line.get(column) or "").strip()


def _matching(pattern: str, value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(pattern, value):
        raise ValueError(f"not of the form {pattern}")
    return value
