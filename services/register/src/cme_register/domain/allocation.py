"""Who gets a new case: the Lead Officer with the least to do (policy 7). What a case weighs is data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from heapq import heapify, heapreplace
from uuid import UUID

from cme_register.domain.risk import Risk


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What a case of each rank weighs, from a day on; and one that is on review."""

    green: int
    amber: int
    red: int
    dormant: int
    valid_from: date
    source: str

    def of(self, risk: Risk, *, dormant: bool = False) -> int:
        """What one case weighs."""
        return self.dormant if dormant else {Risk.RED: self.red, Risk.AMBER: self.amber}.get(risk, self.green)


@dataclass(frozen=True, slots=True)
class Held:
    """So many cases of one rank."""

    risk: Risk
    dormant: bool
    cases: int


class Allocation:
    """Hands out cases by load, ties by id. What it has handed out counts at once."""

    def __init__(self, loads: Mapping[UUID, Iterable[Held]], weights: Weights) -> None:
        """`loads`: what every Lead Officer has who is active and not away."""
        self._weights = weights
        self._heap = [
            (sum(weights.of(one.risk, dormant=one.dormant) * one.cases for one in held), officer)
            for officer, held in loads.items()
        ]
        heapify(self._heap)

    def next(self, risk: Risk = Risk.GREEN) -> UUID | None:
        """The officer for one more case of this rank, or None where there is nobody: then it is the team's."""
        if not self._heap:
            return None
        load, officer = self._heap[0]
        heapreplace(self._heap, (load + self._weights.of(risk), officer))
        return officer


def covering(officer_id: UUID, away: Mapping[UUID, UUID | None]) -> UUID | None:
    """Who acts for an officer: they themselves, or who covers; of somebody who is away too, who covers for them. None: nobody."""
    seen, acting = {officer_id}, officer_id
    while acting in away:
        cover = away[acting]
        if cover is None or cover in seen:
            return None
        seen.add(cover)
        acting = cover
    return acting
