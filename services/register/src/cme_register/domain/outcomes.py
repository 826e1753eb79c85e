"""Which outcome asks for which proof, and for whose agreement. The rows are data: `tables/outcomes.toml`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from cme_register.domain.codes import Outcome, Proof, SignOff


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeRule:
    """What must be shown before a case may end like this."""

    outcome: Outcome
    proofs: frozenset[Proof]
    source: str
    valid_from: date
    needs_located: bool = True
    """True: somebody must have recorded that, and how, the child was found."""
    sign_off: tuple[SignOff, ...] = ()
    """Who agrees besides the officer who proposes it; each is another person."""
    needs_evidence: bool = False
    """It must be said where the proof is kept."""
    believed: bool = False
    """No proof of safety: never enough where there is a red marker."""
    review_after_months: tuple[int, ...] = ()
    """Not empty: the case does not close but is on review, so many months after it began to be; then as often again."""
    no_letters: bool = False
    """The child has died: no letter goes to the family."""

    @property
    def dormant(self) -> bool:
        """Whether the case stays open, on review."""
        return bool(self.review_after_months)


class OutcomeTable:
    """Every outcome in every version. Raises ValueError where one has no rule."""

    def __init__(self, rules: Iterable[OutcomeRule]) -> None:
        self._rules = sorted(rules, key=lambda rule: rule.valid_from)
        if missing := set(Outcome) - {rule.outcome for rule in self._rules}:
            raise ValueError(f"the table of outcomes has no row for {', '.join(sorted(missing))}")
        if len({(rule.outcome, rule.valid_from) for rule in self._rules}) < len(self._rules):
            raise ValueError("the table of outcomes has two rows for one outcome and day")

    def on(self, outcome: Outcome, day: date) -> OutcomeRule:
        """The rule that holds on a day; before the first, the first."""
        mine = [rule for rule in self._rules if rule.outcome is outcome]
        return [mine[0], *(rule for rule in mine if rule.valid_from <= day)][-1]

    def __getitem__(self, outcome: Outcome) -> OutcomeRule:
        """The latest rule."""
        return [rule for rule in self._rules if rule.outcome is outcome][-1]
