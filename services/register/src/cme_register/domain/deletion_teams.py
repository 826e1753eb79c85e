"""Which teams hear of a deletion return, besides the CME team. The rows are data."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamRow:
    """One row: for a rule of intake's, or for grounds with or without a factor."""

    team: str
    """A code of `cme_contracts.codes.Team`."""
    reason: str
    source: str
    valid_from: date
    rule: str | None = None
    grounds: frozenset[str] = frozenset()
    factor: str | None = None
    ended: bool = False


class DeletionTeams:
    """The rows, each with the day it holds from."""

    def __init__(self, rows: Iterable[TeamRow] = ()) -> None:
        self._rows = tuple(sorted(rows, key=lambda row: row.valid_from))

    def of_rule(self, rule: str, on: date) -> list[TeamRow]:
        """Who hears that this rule keeps the child on the roll."""
        return [row for row in self._on(on) if row.rule == rule]

    def of_return(self, ground: str | None, factors: Collection[str], on: date) -> list[TeamRow]:
        """Who hears of a return that nothing holds back."""
        return [row for row in self._on(on) if ground in row.grounds and (row.factor is None or row.factor in factors)]

    def _on(self, day: date) -> Iterator[TeamRow]:
        latest = {(row.team, row.reason): row for row in self._rows if row.valid_from <= day}
        return (row for row in latest.values() if not row.ended)
