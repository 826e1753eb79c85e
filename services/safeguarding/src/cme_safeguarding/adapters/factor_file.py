"""Reads the published factors from their file."""

from __future__ import annotations

import tomllib
from pathlib import Path

from cme_safeguarding.domain.factors import FactorRule, FactorTable, Level

FILE = Path(__file__).with_name("factors.toml")


def load(path: Path = FILE) -> FactorTable:
    """The table. Raises ValueError where the file is not one."""
    try:
        rows = tomllib.loads(path.read_text("utf-8"))["factor"]
        return FactorTable(FactorRule(**row | {"level": Level[row["level"].upper()]}) for row in rows)
    except (KeyError, TypeError, AttributeError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"{path.name} is not a table of factors: {error!r}") from error
