"""Reads the table of clocks from its file."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from cme_calendars.periods import Hours, Length, Unit
from cme_safeguarding.domain.clocks import ClockRule, ClockTable, Rung

FILE = Path(__file__).with_name("clocks.toml")
UNITS = (Unit.WORKING_DAYS, Unit.HOURS, Unit.WORKING_HOURS)


def load(path: Path = FILE) -> ClockTable:
    """The table. Raises ValueError where the file is not one."""
    try:
        content = tomllib.loads(path.read_text("utf-8"))
        hours = content["working_hours"]
        return ClockTable([_rule(dict(row)) for row in content["clock"]], Hours(hours["opens"], hours["closes"]))
    except (KeyError, TypeError, AttributeError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"{path.name} is not a table of clocks: {error!r}") from error


def _rule(row: dict[str, Any]) -> ClockRule:
    lengths = [Length(row.pop(unit.value), unit) for unit in UNITS if unit.value in row]
    if len(lengths) != 1 or lengths[0].number < 1:
        raise ValueError(f"{row['code']} needs one length, of at least one")
    ladder = tuple(Rung(rung["after_working_days"], tuple(rung["tell"])) for rung in row.pop("ladder"))
    return ClockRule(
        **row | {"length": lengths[0], "ladder": ladder, "warn": tuple(row["warn"]), "ends": frozenset(row["ends"])}
    )
