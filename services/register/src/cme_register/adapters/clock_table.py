"""Reads the table of clocks. A row that is not right stops the start, and says which and why."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from cme_register.domain.clock_table import Basis, ClockDefinition, ClockTable, Rung
from cme_register.domain.codes import Role
from cme_register.domain.counting import Hours, Length, Unit
from cme_register.domain.occurrences import Circumstance, Occurrence

IN_BATCHES = {Occurrence.CASE_OPENED}
"""Occurrences of many cases at once, at which no school's days are read."""


def load_clocks(path: Path) -> ClockTable:
    """The clocks of a file. Raises ValueError, KeyError or TypeError for one that is not such a table."""
    content = tomllib.loads(path.read_text("utf-8"))
    hours = content["working_hours"]
    definitions = [_clock(dict(row)) for row in content["clock"]]
    versions = [(one.code, one.valid_from) for one in definitions]
    for code, since in versions:
        if versions.count((code, since)) > 1:
            raise ValueError(f"clock {code} is given twice from {since}")
    return ClockTable(definitions, Hours(hours["opens"], hours["closes"]))


def _clock(row: dict[str, Any]) -> ClockDefinition:
    code = row["code"]
    ladder = tuple(_rung(rung) for rung in row.pop("ladder"))
    if not ladder or ladder[0].after_working_days != 0 or ladder[0].from_start is not None:
        raise ValueError(f"the ladder of {code} does not begin with the breach")
    length = _length(row, code, inclusive=row.pop("inclusive", False))
    named: dict[str, Any] = {
        name: frozenset(kind(one) for one in row.pop(name, ()))
        for name, kind in (
            ("starts", Occurrence), ("satisfied_by", Occurrence), ("cancelled_by", Occurrence),
            ("only", Circumstance), ("unless", Circumstance),
        )
    }  # fmt: skip
    if length.unit is Unit.SCHOOL_DAYS and named["starts"] & IN_BATCHES:
        raise ValueError(f"{code} counts a school's days, and is started for many cases at once")
    who, basis = Role(row.pop("who")), Basis(row.pop("basis"))
    return ClockDefinition(who=who, basis=basis, length=length, ladder=ladder, **named, **row)


def _rung(row: dict[str, Any]) -> Rung:
    from_start = _length(dict(row["from_start"]), "a rung", inclusive=False) if "from_start" in row else None
    return Rung(row.get("after_working_days", 0), tuple(map(Role, row["tell"])), from_start)


def _length(row: dict[str, Any], whose: str, *, inclusive: bool) -> Length:
    """The one length of a row, taken out of it."""
    found = [Length(row.pop(unit.value), unit, inclusive) for unit in Unit if unit.value in row]
    if len(found) != 1 or found[0].number < 1:
        raise ValueError(f"{whose} needs one length, of at least one")
    return found[0]
