"""Which outcome asks for which proof. The rows are data: `tables/outcomes.toml`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cme_register.domain.codes import Outcome, Proof


@dataclass(frozen=True, slots=True)
class OutcomeRule:
    """What must be shown before a case may end like this."""

    outcome: Outcome
    proofs: frozenset[Proof]
    needs_located: bool
    """True: somebody must have recorded that, and how, the child was found."""
    source: str


class OutcomeTable:
    """One rule for every outcome. Raises ValueError where one is missing, or stands twice."""

    def __init__(self, rules: Iterable[OutcomeRule]) -> None:
        listed = list(rules)
        self._rules: Mapping[Outcome, OutcomeRule] = {rule.outcome: rule for rule in listed}
        if sorted(rule.outcome for rule in listed) != sorted(Outcome):
            raise ValueError("the table of outcomes needs one row for each outcome")

    def __getitem__(self, outcome: Outcome) -> OutcomeRule:
        return self._rules[outcome]
