"""One rule, and what may be found of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from cme_referrals.domain.facts import Known


class State(StrEnum):
    """What is to be said of a rule."""

    CHALLENGED = "challenged"
    """What was sent does not fit the rule."""
    ANSWERED = "answered"
    """It was challenged or not known, and fits."""
    NOT_YET_KNOWN = "not_yet_known"
    """A fact that the rule needs has not been heard. It is decided when the fact arrives; nothing waits for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row of the table."""

    code: str
    grounds: frozenset[str]
    source: str
    what: str
    mend: str
    mend_unknown: str = ""
    """What there is to do while it is not known, where that is something else."""
    valid_from: date | None = None
    valid_until: date | None = None
    days: int = 0
    months: int = 0
    holds_back: bool = False
    """While it is challenged the law treats the child as still registered."""
    holds_back_unknown: bool = False
    """So it does while it is not known: nothing heard means that nobody has consented."""
    switched_off: str | None = None
    """Why it is not law yet."""

    def holds(self, ground: str, on: date) -> bool:
        """Whether a deletion on this ground, dated `on`, is held against it."""
        if self.switched_off or self.valid_from is None or ground not in self.grounds:
            return False
        return self.valid_from <= on and (self.valid_until is None or on <= self.valid_until)


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that is not met, or cannot be decided."""

    state: State
    not_before: date | None = None
    """The first day on which this rule would allow the deletion, where it can be said."""


type Check = Callable[[Known, Rule], Finding | None]
CHALLENGED, NOT_YET_KNOWN = Finding(State.CHALLENGED), Finding(State.NOT_YET_KNOWN)
