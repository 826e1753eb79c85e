"""What of a child is kept from whoever may not see restricted markers: by no code, row or line may they read of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cme_safeguarding.domain.markers import ENCOMPASS_NOTICE, Marker, MarkerType

WITHHELD = "withheld"
"""Stands where a word would give it away."""


@dataclass(frozen=True, slots=True)
class Veil:
    """Of one child."""

    factors: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    marker_ids: frozenset[UUID] = frozenset()

    @classmethod
    def over(cls, markers: Iterable[Marker], types: Iterable[MarkerType]) -> Veil:
        """What is restricted of a child with these markers, unless somebody else says it openly.

        What the table restricts is hidden without a marker too: what was known of two records, and is now shown with
        one of them, has none there.
        """
        said, table = list(markers), [row for row in types if row.restricted]
        restricted, openly = [one for one in said if one.restricted], [one for one in said if not one.restricted]
        factors = {one.factor for one in restricted} | {row.factor for row in table}
        kinds = {one.type for one in restricted} | {row.type for row in table}
        return cls(
            frozenset(factors - {one.factor for one in openly}),
            frozenset(kinds - {one.type for one in openly}),
            frozenset(one.id for one in restricted),
        )

    def shown(self, factors: Iterable[str]) -> list[str]:
        """Those that may be read, sorted."""
        return sorted(set(factors) - self.factors)

    def withholds(self, factors: Iterable[str]) -> bool:
        """There are more of them."""
        return not self.factors.isdisjoint(factors)

    def lifted(self, factors: frozenset[str]) -> Veil:
        """For whoever has said these themselves."""
        return Veil(self.factors - factors, self.types, self.marker_ids)

    def rule(self, name: str | None) -> str | None:
        """A row of the published factors, unless it names what is hidden."""
        return WITHHELD if name is not None and name.partition("@")[0] in self.factors else name

    def said_by(self, rule: str | None, words: str | None) -> str | None:
        """What a rule says of itself begins with its name; a person's words are theirs."""
        return words if self.rule(rule) == rule else WITHHELD

    def prompt(self, event_type: str) -> str:
        """What prompted a consideration, unless only one kind of marker comes by it."""
        return WITHHELD if ENCOMPASS_NOTICE in self.types and event_type.startswith("cme.encompass.") else event_type

    def line(self, what: str, detail: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """A line of the chronology as it may be read. None: it is about what is hidden alone."""
        if what in self.types or detail.get("marker_id") in {str(id_) for id_ in self.marker_ids}:
            return None
        shown = dict(detail)
        if "factors" in shown:
            shown["factors"] = self.shown(shown["factors"])
        if "rule" in shown:
            shown["rule"] = self.rule(shown["rule"])
        if "prompted_by" in shown:
            shown["prompted_by"] = self.prompt(shown["prompted_by"])
        return shown


NOTHING_HIDDEN = Veil()
"""For whoever sees all."""
