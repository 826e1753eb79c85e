"""Reads the types of markers from their file."""

from __future__ import annotations

import tomllib
from pathlib import Path

from cme_safeguarding.domain.markers import MarkerTable, MarkerType

FILE = Path(__file__).with_name("markers.toml")


def load(path: Path = FILE) -> MarkerTable:
    """The table. Raises ValueError where the file is not one."""
    try:
        return MarkerTable(MarkerType(**row) for row in tomllib.loads(path.read_text("utf-8"))["marker"])
    except (KeyError, TypeError, AttributeError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"{path.name} is not a table of markers: {error!r}") from error
