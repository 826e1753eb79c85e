"""Returns that are not needed: the most junior class as a school year begins, the most senior as it ends (regulation 13)."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from cme_calendars import BeyondCalendar, SchoolDays
from cme_referrals.domain.completeness import Kind
from cme_referrals.domain.returns import TABLE


@dataclass(frozen=True, slots=True)
class Exemption:
    """From which day on some returns of a kind are not needed."""

    kind: str
    valid_from: date
    source: str


@dataclass(frozen=True, slots=True)
class Asked:
    """The authority asks for the returns that would not be needed."""

    asked_on: date
    urn: str | None
    """None: every school."""


@cache
def exemptions(kind: str, path: Path = TABLE) -> tuple[tuple[Exemption, ...], tuple[Asked, ...]]:
    """The exemptions of a kind and the authority's requests. Raises KeyError or TypeError when the file is not a table."""
    content = tomllib.loads(path.read_text("utf-8"))
    rows = [Exemption(Kind(row["kind"]).value, row["valid_from"], row["source"]) for row in content["exemption"]]
    return (
        tuple(row for row in rows if row.kind == kind),
        tuple(Asked(row["asked_on"], row.get("urn")) for row in content.get("request", ()) if row["kind"] == kind),
    )


def exempt(kind: Kind, on: date, *, in_class: bool | None, days: SchoolDays | None, urn: str) -> bool | None:
    """Whether a return about what was done on a day was not needed. None where that cannot be said, or of other kinds.

    `in_class`: the pupil is in the class that the exemption is about; None: nobody said.
    """
    match kind:
        case Kind.NEW_PUPIL_RETURN:
            first = _of_year(days, on, first=True)
            return new_pupil_exempt(on, most_junior_class=in_class, first_day_of_year=first, urn=urn)
        case Kind.DELETION_RETURN if in_class is not None:
            last = _of_year(days, on, first=False)
            return deletion_exempt(on, most_senior_class=in_class, last_day_of_year=last, urn=urn)
        case _:
            return None


def new_pupil_exempt(
    entered_on: date,
    *,
    most_junior_class: bool | None,
    first_day_of_year: date | None,
    urn: str,
    asked: Sequence[Asked] | None = None,
) -> bool | None:
    """Whether no return was needed (regulation 13(2)). None where the class or the school year's first day is not known.

    `asked` are the authority's requests; left out, those of the table. A request takes the exemption away for names
    entered after its day.
    """
    if most_junior_class is False or _needed(Kind.NEW_PUPIL_RETURN, entered_on, urn, asked):
        return False
    if first_day_of_year is not None and entered_on != first_day_of_year:
        return False
    return None if most_junior_class is None or first_day_of_year is None else True


def deletion_exempt(
    deleted_on: date,
    *,
    most_senior_class: bool,
    last_day_of_year: date | None,
    urn: str,
    asked: Sequence[Asked] | None = None,
) -> bool | None:
    """Whether no deletion return was needed (regulation 13). None where the last day of the last term is not known.

    `last_day_of_year` is that of the school year in which `deleted_on` lies; `asked` as for new pupils.
    """
    if not most_senior_class or _needed(Kind.DELETION_RETURN, deleted_on, urn, asked):
        return False
    return None if last_day_of_year is None else deleted_on >= last_day_of_year


def _needed(kind: Kind, on: date, urn: str, asked: Sequence[Asked] | None) -> bool:
    """Whether there is no exemption on that day, or the authority has asked before it."""
    rows, requests = exemptions(kind.value)
    wanted = requests if asked is None else asked
    return not any(row.valid_from <= on for row in rows) or any(
        one.urn in (None, urn) and one.asked_on < on for one in wanted
    )


def _of_year(days: SchoolDays | None, on: date, *, first: bool) -> date | None:
    """The first or last school day of the school year in which a day lies. None where no calendar reaches so far."""
    try:
        if days is None:
            return None
        return days.first_day_of_school_year(on) if first else days.last_day_of_school_year(on)
    except BeyondCalendar:
        return None
