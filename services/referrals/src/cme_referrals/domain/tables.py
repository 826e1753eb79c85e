"""Rules that are data: each row says from when it holds and why."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path

from cme_calendars import WorkingDays

DATA = Path(__file__).with_name("data")


class Unit(StrEnum):
    """Which days count."""

    CALENDAR = "calendar"
    WORKING = "working"


@dataclass(frozen=True, slots=True)
class Term:
    """How long a school has for a return, from a day on."""

    valid_from: date
    days: int
    unit: Unit
    source: str


@dataclass(frozen=True, slots=True)
class Exemption:
    """From which day on some new pupil returns are not needed."""

    valid_from: date
    source: str


@dataclass(frozen=True, slots=True)
class Asked:
    """The authority asks for the returns that would not be needed."""

    asked_on: date
    urn: str | None
    """None: every school."""


@dataclass(frozen=True, slots=True)
class AtOnce:
    """A factor that safeguarding must see at once, from a day on and perhaps until another."""

    code: str
    valid_from: date
    valid_until: date | None
    source: str


@cache
def at_once_table(path: Path = DATA / "at_once.toml") -> tuple[AtOnce, ...]:
    """The published table of factors. Raises KeyError or ValueError when the file is not one."""
    rows = tomllib.loads(path.read_text("utf-8"))["factor"]
    return tuple(AtOnce(row["code"], row["valid_from"], row.get("valid_until"), row["source"]) for row in rows)


@cache
def new_pupil_terms(path: Path = DATA / "new_pupil_return.toml") -> tuple[Term, ...]:
    """The terms for new pupil returns, the latest first. Raises KeyError or ValueError when the file is not one."""
    rows = tomllib.loads(path.read_text("utf-8"))["term"]
    terms = [Term(row["valid_from"], row["days"], Unit(row["unit"]), row["source"]) for row in rows]
    return tuple(sorted(terms, key=lambda term: term.valid_from, reverse=True))


def at_once(factors: tuple[str, ...], on: date, table: Sequence[AtOnce] | None = None) -> tuple[str, ...]:
    """Those of `factors` that safeguarding must see at once on a day (policy 9), by the published table or another."""
    holds = {
        row.code
        for row in (at_once_table() if table is None else table)
        if row.valid_from <= on and (row.valid_until is None or on <= row.valid_until)
    }
    return tuple(factor for factor in factors if factor in holds)


def new_pupil_return_due(entered_on: date, calendar: WorkingDays, terms: Sequence[Term] | None = None) -> date:
    """The last day on which a new pupil return is in time (policy 5.2.1, regulation 13(1)).

    The day of entry does not count. `terms`, the latest first, stand in for the published ones. Before the first row
    of the table the first row is used: nobody is late by no rule.
    """
    terms = terms or new_pupil_terms()
    term = next((term for term in terms if term.valid_from <= entered_on), terms[-1])
    if term.unit is Unit.WORKING:
        return calendar.add_working_days(entered_on, term.days)
    return entered_on + timedelta(days=term.days)


@cache
def exemptions(path: Path = DATA / "new_pupil_return.toml") -> tuple[tuple[Exemption, ...], tuple[Asked, ...]]:
    """The exemptions and the authority's requests. Raises KeyError or TypeError when the file is not one."""
    content = tomllib.loads(path.read_text("utf-8"))
    return (
        tuple(Exemption(row["valid_from"], row["source"]) for row in content["exemption"]),
        tuple(Asked(row["asked_on"], row.get("urn")) for row in content.get("request", ())),
    )


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
    rows, requests = exemptions()
    if most_junior_class is False or not any(row.valid_from <= entered_on for row in rows):
        return False
    wanted = requests if asked is None else asked
    if any(one.urn in (None, urn) and one.asked_on < entered_on for one in wanted):
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
    rows, requests = exemptions(DATA / "deletion_return.toml")
    if not most_senior_class or not any(row.valid_from <= deleted_on for row in rows):
        return False
    wanted = requests if asked is None else asked
    if any(one.urn in (None, urn) and one.asked_on < deleted_on for one in wanted):
        return False
    return None if last_day_of_year is None else deleted_on >= last_day_of_year
