"""What the table says about a set of factors. It recommends and alerts; a person decides (policy 9)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from cme_safeguarding.domain.factors import FactorRule, FactorTable, Level

NO_CONCERN_SEEN, CONSIDER, AT_ONCE = "no_concern_seen", "consider", "at_once"


@dataclass(frozen=True, slots=True)
class Screening:
    """One look at a set of factors."""

    rules: tuple[FactorRule, ...]
    """The rows that spoke, the weightiest first."""

    @property
    def recommendation(self) -> str:
        """`at_once` where any factor acts at once, `consider` where any needs a person, else `no_concern_seen`."""
        if any(rule.at_once for rule in self.rules):
            return AT_ONCE
        return CONSIDER if any(rule.level >= Level.CONSIDER for rule in self.rules) else NO_CONCERN_SEEN

    @property
    def concerns(self) -> frozenset[str]:
        """The factors that alert people."""
        return frozenset(rule.code for rule in self.rules if rule.level >= Level.CONCERN)

    @property
    def at_once(self) -> frozenset[str]:
        """The factors for which the rule itself tells social care."""
        return frozenset(rule.code for rule in self.rules if rule.at_once)

    @property
    def vanished(self) -> bool:
        """Whether any factor says that the child is gone."""
        return any(rule.vanishes for rule in self.rules)

    def weightiest(self, among: frozenset[str]) -> str:
        """The name of the row that spoke loudest about some of the factors."""
        return next(rule.name for rule in self.rules if rule.code in among)


def screen(factors: Iterable[str], table: FactorTable, on: date) -> Screening:
    """Look every factor up in the table as it stands on a day."""
    rules = [table.rule(code, on) for code in set(factors)]
    return Screening(tuple(sorted(rules, key=lambda rule: (not rule.at_once, -rule.level, rule.code))))
