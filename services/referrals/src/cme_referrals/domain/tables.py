"""Rules that are data: each row says from when it holds and why."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

DATA = Path(__file__).with_name("data")


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


def at_once(factors: tuple[str, ...], on: date, table: Sequence[AtOnce] | None = None) -> tuple[str, ...]:
    """Those of `factors` that safeguarding must see at once on a day (policy 9), by the published table or another."""
    if not factors:
        return ()
    holds = {
        row.code
        for row in (at_once_table() if table is None else table)
        if row.valid_from <= on and (row.valid_until is None or on <= row.valid_until)
    }
    return tuple(factor for factor in factors if factor in holds)
