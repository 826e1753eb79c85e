"""Who gets a new case: the Lead Officer with the fewest open ones (policy 7)."""

from __future__ import annotations

from collections.abc import Mapping
from heapq import heapify, heapreplace
from uuid import UUID


class Allocation:
    """Hands out cases by load, ties by id. What it has handed out counts at once."""

    def __init__(self, loads: Mapping[UUID, int]) -> None:
        """`loads`: the open cases of every active Lead Officer."""
        self._heap = [(load, officer) for officer, load in loads.items()]
        heapify(self._heap)

    def next(self) -> UUID | None:
        """The officer for one more case, or None where there is no Lead Officer: then a manager must assign it."""
        if not self._heap:
            return None
        load, officer = self._heap[0]
        heapreplace(self._heap, (load + 1, officer))
        return officer
