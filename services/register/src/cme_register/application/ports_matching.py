"""What matching and reviewing need of the outside."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from cme_register.domain.details import Details


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record that was found where a description was looked for."""

    record_id: UUID
    child_id: UUID
    """Who shows it."""
    details: Details
    """What its own submissions say."""


@dataclass(frozen=True, slots=True)
class Record:
    """What a record is shown by: `details`; and what its own submissions say, where it has absorbed others."""

    id: UUID
    details: Details
    own: Details | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """Why a submission is its child's, to be kept."""

    submission_id: UUID
    score: float | None
    reasons: tuple[str, ...]
    quarantined: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records that may be one child."""

    id: UUID
    one_id: UUID
    other_id: UUID
    submission_id: UUID | None
    score: float
    reasons: tuple[str, ...]
    state: str = "open"


@dataclass(frozen=True, slots=True)
class Looked:
    """Where descriptions were looked for."""

    found: list[list[Candidate]]
    """The records, of each description; the likeliest first, and not without end."""
    full: frozenset[int] = frozenset()
    """Keys that too many records share to tell anybody apart: nobody was looked for under them."""


class Matching(Protocol):
    """Where records are found, and what was found."""

    async def hold(self, keys: Collection[int]) -> None:
        """Wait for whoever looks in one of these places, and let the next wait until this transaction ends."""

    async def candidates(self, wanted: Sequence[Collection[int]]) -> Looked:
        """The records found under any of these keys, of each description."""

    async def put_keys(self, added: Mapping[UUID, Collection[int]], removed: Mapping[UUID, Collection[int]]) -> None:
        """Find records under these keys from now on, and under those no more."""

    async def unfindable(self, after: UUID, limit: int) -> list[Candidate]:
        """Records that are found under no key, in the order of their ids, of this many at most."""

    async def records(self, child_ids: Collection[UUID]) -> list[UUID]:
        """The records that these children are shown by."""

    async def find(self, record_ids: Collection[UUID]) -> Mapping[UUID, Candidate]:
        """These records, whoever shows them. Lock their children first, to write down what follows."""

    async def save(self, records: Sequence[Record]) -> None:
        """Write down what is shown of them, and what is theirs."""

    async def keep(self, known: Sequence[Known]) -> None:
        """Why these submissions are their child's."""

    async def quarantined(self, submission_ids: Collection[UUID]) -> Mapping[UUID, tuple[str, ...]]:
        """The fields of submissions that are not shown, of those that have any."""

    async def sample_names(self) -> tuple[list[str], list[str]]:
        """Forenames and surnames of enough children to know how common a name is."""


class Reviews(Protocol):
    """The review queue. Pairs are of records; who shows them now, the records say."""

    async def told_apart(self, child_ids: Collection[UUID]) -> set[frozenset[UUID]]:
        """Of these children, every two of whom somebody has said that they are different."""

    async def propose(self, pairs: Sequence[Pair], at: datetime) -> set[UUID]:
        """Add those whose two records were never a pair before. Returns their ids."""

    async def lock(self, pair_id: UUID) -> Pair | None:
        """A pair, to decide."""

    async def decide(self, pair_id: UUID, state: str, by: UUID, at: datetime) -> None:
        """Write down what somebody said."""

    async def set_apart(
        self, some: Collection[UUID], others: Collection[UUID], *, pair_id: UUID, by: UUID, at: datetime
    ) -> None:
        """Whoever separated these records said that they are different; a pair `pair_id` where there was none of the first two."""
