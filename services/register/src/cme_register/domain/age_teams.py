"""Which team hears of a child who is not of compulsory school age. The rows are data: `tables/school_age.toml`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

type Side = Literal["before", "after"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgeTeam:
    """Who hears of children on one side of compulsory school age, from a day on."""

    side: Side
    team: str
    """A code of `cme_contracts.codes.Team`."""
    reason: str
    source: str
    valid_from: date


class AgeTeams:
    """The rows, each with the day it holds from."""

    def __init__(self, rows: Iterable[AgeTeam] = ()) -> None:
        self._rows = sorted(rows, key=lambda row: row.valid_from)

    def of(self, side: Side, on: date) -> AgeTeam | None:
        """The row that holds on a day. None: nobody's."""
        return next((row for row in reversed(self._rows) if row.side == side and row.valid_from <= on), None)
