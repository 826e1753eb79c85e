"""Which child is this? The record that is certainly theirs, or a new one; what is merely possible waits for a person (policy 8)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from cme_register.application.ports import Child, Transaction
from cme_register.application.ports_matching import Candidate, Looked, Pair
from cme_register.application.rules import NewId
from cme_register.application.showing import show
from cme_register.domain.blocking import keys
from cme_register.domain.blocks import Blocks
from cme_register.domain.details import Details
from cme_register.domain.features import Features, features, numbers_in_common
from cme_register.domain.gathering import Given, without
from cme_register.domain.likeness import Certainty, Likeness, likely
from cme_register.domain.names import folded, run_together
from cme_register.domain.weights import Weights

CHAIN = ("chain",)
"""A correction is about the child of the submission that it corrects, whatever it says of them."""
GROWN = 1.25
"""Names are counted again once there are so many times as many children."""


@dataclass(frozen=True, slots=True)
class Described:
    """A child as one submission gives it."""

    submission_id: UUID
    first_id: UUID
    received_at: datetime
    details: Details
    family_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Disputed:
    """An identifier that another child has: it is believed of neither because of this."""

    field: str
    child_id: UUID


@dataclass(frozen=True, slots=True)
class Match:
    """Whose a submission is. `record_id` is what fitted, `child_id` who shows that record now."""

    record_id: UUID
    child_id: UUID
    new_record: bool
    matched_by: tuple[str, ...]
    likeness: Likeness | None = None
    """None of a new record, or of a correction."""
    disputed: tuple[Disputed, ...] = ()
    may_be: tuple[Pair, ...] = ()
    """Records that may be the same child, for somebody to say."""


@dataclass(slots=True)
class _Place:
    """A record while a batch is worked through: with what the batch has added to it."""

    record_id: UUID
    child_id: UUID
    details: Details
    made: bool = False
    keys: frozenset[int] | None = None
    """None: nobody has asked yet."""
    ready: Features | None = None
    """The same."""

    @property
    def found_by(self) -> frozenset[int]:
        if self.keys is None:
            self.keys = keys(self.details)
        return self.keys

    @property
    def features(self) -> Features:
        if self.ready is None:
            self.ready = features(self.details)
        return self.ready


@dataclass(slots=True)
class _Found:
    place: _Place
    matched_by: tuple[str, ...] = ()
    likeness: Likeness | None = None
    new: bool = False
    others: list[tuple[_Place, Likeness]] = field(default_factory=list)
    disputed: tuple[Disputed, ...] = ()


async def match(
    tx: Transaction,
    described: Sequence[Described],
    chains: Mapping[UUID, UUID],
    *,
    weights: Weights | None,
    at: datetime,
    new_id: NewId,
) -> list[Match]:
    """Find or make the record of each child described, and lock it. `chains`: the records of the chains known already.

    What is certain joins by itself; what is possible is named in `may_be`. Brothers and sisters of one form are never one
    child, whatever they share (decision 0103). Whoever looks in the same places at once waits, so that two workers given
    the same child make one record. `weights` None: nobody is looked for, and each chain is a child by itself.
    """
    looked_for = [keys(one.details) if weights else frozenset[int]() for one in described]
    if weights:
        await _count_names(tx, weights)
    await tx.matching.hold({key for some in looked_for for key in some})
    desk = await _Desk.open(tx, described, dict(chains), looked_for, weights, new_id)
    found = [desk.decide(one, some) for one, some in zip(described, looked_for, strict=True)]
    shown = await _write(tx, described, found, weights, at)
    apart = await tx.reviews.told_apart(_to_ask(found, shown))
    return [_match(one, shown, apart, child.submission_id, new_id) for one, child in zip(found, described, strict=True)]


async def _count_names(tx: Transaction, weights: Weights) -> None:
    """Now and then, as the register grows: a name is as common as its children say."""
    if weights.seen_since_count > max(500, weights.forenames.total * (GROWN - 1)) or weights.seen_since_count < 0:
        forenames, surnames = await tx.matching.sample_names()
        weights.count(map(_as_compared, forenames), map(_as_compared, surnames))


def _as_compared(name: str) -> str:
    return run_together(folded(name))


class _Desk:
    """The records that a batch may be about, while it is worked through in order."""

    def __init__(
        self,
        places: dict[UUID, _Place],
        candidates: Mapping[UUID, list[_Place]],
        chains: dict[UUID, UUID],
        families: dict[UUID, dict[UUID, UUID]],
        apart: Collection[frozenset[UUID]],
        weights: Weights | None,
        new_id: NewId,
        full: Collection[int],
    ) -> None:
        self._candidates, self._chains, self._families = candidates, chains, families
        self._apart, self._weights, self._new_id = apart, weights, new_id
        self._known = places
        self._here = Blocks(full)
        """Records that this batch has made or changed, by key: no table has them yet."""

    @classmethod
    async def open(
        cls,
        tx: Transaction,
        described: Sequence[Described],
        chains: dict[UUID, UUID],
        looked_for: Sequence[frozenset[int]],
        weights: Weights | None,
        new_id: NewId,
    ) -> _Desk:
        """Ask once for all of them, now that nobody else looks in these places."""
        looked = await tx.matching.candidates(looked_for) if weights else Looked([[] for _ in described])
        found = looked.found
        places: dict[UUID, _Place] = {}
        for candidate in (one for some in found for one in some):
            places.setdefault(candidate.record_id, _place(candidate))
        of_chains = {chains[one.first_id] for one in described if one.first_id in chains} - places.keys()
        places |= {record_id: _place(one) for record_id, one in (await tx.matching.find(of_chains)).items()}
        families = await tx.submissions.families({one.family_id for one in described if one.family_id})
        several = [one.child_id for some in found if len({one.child_id for one in some}) > 1 for one in some]
        apart = await tx.reviews.told_apart(set(several)) if several else set()
        candidates = {
            child.submission_id: [places[one.record_id] for one in some]
            for child, some in zip(described, found, strict=True)
        }
        return cls(
            places, candidates, chains, {id_: dict(ones) for id_, ones in families.items()}, apart, weights, new_id,
            looked.full,
        )  # fmt: skip

    def decide(self, child: Described, looked_for: frozenset[int]) -> _Found:
        """Whose it is, given all that came before it in the batch."""
        known = self._chains.get(child.first_id)
        others = self._others(child, looked_for, known)
        ours = features(child.details) if others else None
        compared = self._compare(ours, others) if ours else []
        if known is not None:
            found = _Found(self._known[known], CHAIN)
        else:
            found = self._best(compared) or _Found(self._make(child.details, looked_for, ours), new=True)
        found.disputed = tuple(_disputed(ours, others, found.place)) if ours else ()
        self._take(child, found)
        found.others = self._possible(found, compared)
        return found

    def _others(self, child: Described, looked_for: frozenset[int], known: UUID | None) -> list[_Place]:
        """Everybody who was found, but for brothers and sisters of one form."""
        siblings = self._of_family(child)
        taken = {record_id for first_id, record_id in siblings.items() if first_id != child.first_id}
        shown = {self._known[one].child_id for one in taken if one in self._known}
        here = [self._known[one] for one in self._here.likeliest(looked_for)]
        found = {place.record_id: place for place in (*self._candidates[child.submission_id], *here)}
        return [
            place
            for place in found.values()
            if place.record_id not in taken and place.child_id not in shown and place.record_id != known
        ]

    def _compare(self, ours: Features, others: Sequence[_Place]) -> list[tuple[_Place, Likeness]]:
        """Those that it may be, the likeliest first."""
        if self._weights is None:
            return []
        compared = ((place, likely(ours, place.features, self._weights)) for place in others)
        found = [(place, like) for place, like in compared if like]
        return sorted(found, key=lambda one: (-one[1].score, one[0].record_id))

    def _best(self, compared: Sequence[tuple[_Place, Likeness]]) -> _Found | None:
        """The likeliest, where it is certain; of two children that somebody has told apart only with a clear lead."""
        certain = [one for one in compared if one[1].certainty is Certainty.CERTAIN]
        if not certain or self._weights is None:
            return None
        place, best = certain[0]
        for other, likeness_ in compared[1:]:
            near = best.score - likeness_.score < self._weights.lead
            if near and frozenset((place.child_id, other.child_id)) in self._apart:
                return None
        return _Found(place, best.agreed, best)

    def _make(self, details: Details, found_by: frozenset[int], ready: Features | None) -> _Place:
        record_id = self._new_id()
        place = _Place(record_id, record_id, details, made=True, keys=found_by, ready=ready)
        self._known[record_id] = place
        return place

    def _take(self, child: Described, found: _Found) -> None:
        """The rest of the batch finds the record with what this has added."""
        place = found.place
        believed = without(child.details, {one.field for one in found.disputed})
        grown = believed if found.new else place.details.filled_with(believed)
        self._chains[child.first_id] = place.record_id
        self._of_family(child)[child.first_id] = place.record_id
        if not self._weights:
            return
        before = frozenset[int]() if found.new else place.found_by
        if grown != place.details:
            place.details, place.keys, place.ready = grown, None, None
        self._here.put(place.found_by - before, place.record_id)

    def _possible(self, found: _Found, compared: Sequence[tuple[_Place, Likeness]]) -> list[tuple[_Place, Likeness]]:
        """Other children that it may be as well, seen from all that is known of the record now."""
        if self._weights is None:
            return []
        most = self._weights.asked_at_most
        if found.new:
            return list(compared[:most])  # with a number that is quarantined: that they share it is what is asked about
        disputed = {one.child_id for one in found.disputed}
        others = [one for one in compared if one[0].child_id != found.place.child_id]
        again = (
            (place, like if place.child_id in disputed else likely(found.place.features, place.features, self._weights))
            for place, like in others
        )
        asked = [(place, like) for place, like in again if like]
        return sorted(asked, key=lambda one: (one[0].child_id not in disputed, -one[1].score, one[0].record_id))[:most]

    def _of_family(self, child: Described) -> dict[UUID, UUID]:
        return self._families.setdefault(child.family_id, {}) if child.family_id else {}


def _place(candidate: Candidate) -> _Place:
    return _Place(candidate.record_id, candidate.child_id, candidate.details)


def _disputed(said: Features, others: Sequence[_Place], ours: _Place) -> list[Disputed]:
    """Identifiers of another child's (domain scenario 19): nothing is overwritten, and nothing is believed of them."""
    if not said.upns and not said.nhs_numbers:
        return []
    theirs = [one for one in others if one.child_id != ours.child_id]
    found = [Disputed(name, one.child_id) for one in theirs for name in numbers_in_common(said, one.features)]
    return list({one.field: one for one in reversed(found)}.values())


async def _write(
    tx: Transaction, described: Sequence[Described], found: Sequence[_Found], weights: Weights | None, at: datetime
) -> Mapping[UUID, UUID]:
    """Make the records that are new, and show the others with what was added. Returns who shows each record."""
    existing = {one.place.record_id for one in found if not one.place.made}
    shown = {record_id: child.id for record_id, child in (await tx.children.lock(existing)).items()}
    made = {one.place.record_id: one.place for one in found if one.place.made}
    given = [
        Given(
            child.submission_id, child.first_id, one.place.record_id, child.received_at,
            without(child.details, {dispute.field for dispute in one.disputed}),
        )
        for child, one in zip(described, found, strict=True)
    ]  # fmt: skip
    await tx.children.add([Child(place.record_id, place.details) for place in made.values()], at)
    if weights:
        weights.seen_since_count += len(made)
        await tx.matching.put_keys({record_id: place.found_by for record_id, place in made.items()}, {})
    touched = set(shown.values()) | _given_twice(made, given)
    if touched:
        await show(tx, touched, given, findable=weights is not None)
    return shown | {record_id: record_id for record_id in made}


def _given_twice(made: Collection[UUID], given: Sequence[Given]) -> set[UUID]:
    """New records that the batch has more than one submission about."""
    often = Counter(one.record_id for one in given)
    return {record_id for record_id in made if often[record_id] > 1}


def _to_ask(found: Sequence[_Found], shown: Mapping[UUID, UUID]) -> set[UUID]:
    return {id_ for one in found for other, _ in one.others for id_ in (shown[one.place.record_id], other.child_id)}


def _match(
    found: _Found, shown: Mapping[UUID, UUID], apart: set[frozenset[UUID]], submission_id: UUID, new_id: NewId
) -> Match:
    record_id = found.place.record_id
    child_id = shown[record_id]
    pairs = [
        Pair(
            new_id(),
            min(record_id, other.record_id),
            max(record_id, other.record_id),
            submission_id,
            like.score,
            like.reasons,
        )
        for other, like in found.others
        if other.child_id != child_id and frozenset((child_id, other.child_id)) not in apart
    ]
    return Match(record_id, child_id, found.new, found.matched_by, found.likeness, found.disputed, tuple(pairs))
