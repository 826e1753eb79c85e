"""Who is found under a key while a batch is worked through, within the limits that hold for the tables (decision 0131)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from uuid import UUID

BLOCK = 200
"""A key that more records share tells nobody apart; every other key of the description is looked under."""
CANDIDATES = 200
"""With so many, the likeliest, a description is compared; of the batch it came in with so many again."""


class Blocks:
    """Records of one batch by key. `full`: the keys that so many share already that none is looked for under them."""

    def __init__(self, full: Collection[int]) -> None:
        self._full = full
        self._under: defaultdict[int, list[UUID]] = defaultdict(list)

    def put(self, keys: Iterable[int], record_id: UUID) -> None:
        """Find the record under these keys as well."""
        for key in keys:
            if key not in self._full and len(self._under[key]) <= BLOCK:
                self._under[key].append(record_id)

    def likeliest(self, keys: Iterable[int]) -> list[UUID]:
        """Those who share most with a description: a key that few have tells more."""
        told: defaultdict[UUID, float] = defaultdict(float)
        for key in sorted(keys):  # in one order: sums of the same parts are equal
            ones = self._under.get(key, ())
            if len(ones) <= BLOCK:
                for one in ones:
                    told[one] += 1 / len(ones)
        return sorted(told, key=lambda one: (-told[one], one))[:CANDIDATES]
