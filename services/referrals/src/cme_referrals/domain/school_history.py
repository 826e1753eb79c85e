"""Which establishment a school is on a day: a conversion changes its URN, and often leaves its LAESTAB."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby, pairwise

from cme_referrals.domain.school_data import Establishment

REOPENS_WITHIN = timedelta(days=62)
"""Under one LAESTAB a school closes and another opens within so many days, a summer: the same school under a new URN."""


@dataclass(frozen=True, slots=True)
class Succession:
    """One establishment went on as another (GIAS, links between establishments)."""

    predecessor: str
    successor: str
    since: date | None = None


class Family:
    """Establishments that went on from each other, or share a LAESTAB; and which of them a school is on a day."""

    def __init__(
        self,
        establishments: Iterable[Establishment],
        successions: Iterable[Succession] = (),
        held: Iterable[tuple[str, str]] = (),
    ) -> None:
        """`held`: LAESTAB and URN, of every LAESTAB under which one of them was ever listed."""
        self._by_urn = {one.urn: one for one in establishments}
        self._held = {(one.laestab, one.urn) for one in self._by_urn.values()} | set(held)
        linked = {(one.predecessor, one.successor) for one in successions}
        self._links = {link for link in linked if set(link) <= self._by_urn.keys()} | set(self._reopened())

    def on(self, name: str, day: date) -> Establishment | None:
        """The establishment that the school of this URN or LAESTAB is on `day`; None where no such name is listed.

        A closed one is followed to what went on from it, one not yet open to what it came from. Where that is not one
        school, as after a split, or there is none, it is the one that was named: nothing is guessed.
        """
        named = self._by_urn.get(name) or self._of_laestab(name, day)
        if named is None or named.stands_on(day):
            return named
        here, seen = named, {named.urn}
        while not here.stands_on(day):
            onward = [one for one in self._beside(here, day) if one.urn not in seen]
            standing = [one for one in onward if one.stands_on(day)]
            if len(standing or onward) != 1:
                return named
            (here,) = standing or onward
            seen.add(here.urn)
        return here

    def _of_laestab(self, laestab: str, day: date) -> Establishment | None:
        listed = [self._by_urn[urn] for held, urn in self._held if held == laestab and urn in self._by_urn]
        listed.sort(key=lambda one: (one.stands_on(day), one.laestab == laestab, one.opened_on or date.min, one.urn))
        return listed[-1] if listed else None

    def _beside(self, here: Establishment, day: date) -> Sequence[Establishment]:
        """Those it came from where it is not yet open on the day; otherwise those that went on from it."""
        if here.opened_on and day < here.opened_on:
            return [self._by_urn[before] for before, after in sorted(self._links) if after == here.urn]
        return [self._by_urn[after] for before, after in sorted(self._links) if before == here.urn]

    def _reopened(self) -> Iterable[tuple[str, str]]:
        """Under the number they have now: one of another time may have been a mistake in the list."""
        by_laestab = sorted(
            (one for one in self._by_urn.values() if one.laestab),
            key=lambda one: (one.laestab, one.opened_on or date.min, one.urn),
        )
        for _, listed in groupby(by_laestab, key=lambda one: one.laestab):
            for before, after in pairwise(listed):
                if (
                    before.closed_on
                    and after.opened_on
                    and timedelta() <= after.opened_on - before.closed_on <= REOPENS_WITHIN
                ):
                    yield before.urn, after.urn
