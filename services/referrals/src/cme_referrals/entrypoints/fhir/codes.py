"""Codes a sender's system has, in our words. The table is data (codes.toml); what is not in it is told, never refused."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from cme_contracts.codes import Factor
from cme_referrals.entrypoints.fhir.reading import Element

FACTOR = "urn:cme:code:factor"
STATEMENT = "urn:cme:code:statement"
NOT_SENT = frozenset({Factor.UNKNOWN, Factor.DEADLINE_BREACHED})
"""Factors no sender states."""


@dataclass(frozen=True, slots=True)
class Coding:
    """A system and a code of it, as sent."""

    system: str
    code: str


def codings(concept: Element) -> Iterator[tuple[Coding, Element]]:
    """The codings of a CodeableConcept."""
    for one in concept.many("coding"):
        if code := one.text("code"):
            yield Coding(one.text("system") or "", code), one


def factor_of(coding: Coding, on: date) -> Factor | None:
    """The factor that a code names on a day; None where it names none we know."""
    if coding.system == FACTOR:
        known = [one for one in Factor if one not in NOT_SENT]
        return next((one for one in known if one.value == coding.code), None)
    for row in _table()["factor"]:
        named = (row["system"], row["code"]) == (coding.system, coding.code)
        if named and row["valid_from"] <= on <= row.get("valid_to", date.max):
            return Factor(row["factor"])
    return None


def statement_of(coding: Coding) -> tuple[str, bool] | None:
    """The field of the notification that a code answers, and how."""
    if coding.system != STATEMENT:
        return None
    return next(((row["field"], row["value"]) for row in _table()["statement"] if row["code"] == coding.code), None)


def parent_of(coding: Coding) -> str | None:
    """What kind of parent a relationship is; None where it is none that we know of."""
    rows = (row for row in _table()["parent"] if row["system"] == coding.system)
    return next((row["codes"][coding.code] for row in rows if coding.code in row["codes"]), None)


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(files(__package__).joinpath("codes.toml").read_text(encoding="utf-8"))
