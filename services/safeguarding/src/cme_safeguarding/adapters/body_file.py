"""Reads the table of bodies from its file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cme_safeguarding.domain.requests import MADE, Body, BodyTable, StepRule

FILE = Path(__file__).with_name("bodies.toml")


def load(path: Path = FILE) -> BodyTable:
    """The table. Raises ValueError where the file is not one."""
    try:
        return BodyTable(_body(dict(row)) for row in tomllib.loads(path.read_text("utf-8"))["body"])
    except (KeyError, TypeError, AttributeError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"{path.name} is not a table of bodies: {error!r}") from error


def _body(row: dict[str, Any]) -> Body:
    steps = [{"code": MADE, **row.pop("made", {})}, *row.pop("steps")]
    return Body(**row, steps={one["code"]: _step(one) for one in steps})


def _step(row: Mapping[str, Any]) -> StepRule:
    words = {name: frozenset(row[name]) for name in ("asks", "needs") if name in row}
    return StepRule(**dict(row) | words)
