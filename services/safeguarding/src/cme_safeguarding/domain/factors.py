"""The published factors: what each weighs, why, and from when. Data; this module says what the data means."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

WHEREABOUTS_UNKNOWN = "whereabouts_unknown"
"""True of a child by their case: the register's category is "missing" (policy 3)."""
DEADLINE_BREACHED = "deadline_breached"
"""True of a child by their case: a clock of it has run out (policy 7)."""

PREVIOUSLY_MISSING = "previously_missing"
"""True of a child whom nobody could find before (policy 6): said of them, or reckoned from what the register says."""


class Level(IntEnum):
    """How much a factor weighs by itself."""

    CONTEXT = 0
    """Good to know; it puts nothing before a person by itself."""
    CONSIDER = 1
    """A person looks at the case."""
    CONCERN = 2
    """People are alerted at once (`ConcernRaised`)."""


@dataclass(frozen=True, slots=True)
class FactorRule:
    """One row of the table: a factor, as it is weighed from a day on."""

    code: str
    level: Level
    at_once: bool
    """The rule itself refers the child to social care, and a person is told to confirm."""
    reason: str
    source: str
    """The clause or guidance the row follows from."""
    valid_from: date
    vanishes: bool = False
    """It says that the child is gone: what markers say of them weighs anew."""

    @property
    def name(self) -> str:
        """How events and people name the row: `section_47@2026-04-11`."""
        return f"{self.code}@{self.valid_from.isoformat()}"


class FactorTable:
    """Every row, past and coming ones included.

    Raises ValueError for two rows of one factor from the same day, for `at_once` below the level of a concern, and
    for a breached deadline that would escalate by itself: it goes before a person (policy 7, 9).
    """

    def __init__(self, rules: Iterable[FactorRule]) -> None:
        self._rules: dict[str, list[FactorRule]] = {}
        for rule in sorted(rules, key=lambda rule: (rule.code, rule.valid_from)):
            earlier = self._rules.setdefault(rule.code, [])
            if earlier and earlier[-1].valid_from == rule.valid_from:
                raise ValueError(f"{rule.name} stands in the table twice")
            if rule.at_once and (rule.level < Level.CONCERN or rule.code == DEADLINE_BREACHED):
                raise ValueError(f"{rule.name} may not act at once")
            earlier.append(rule)

    def rule(self, code: str, on: date) -> FactorRule:
        """The row in force on a day. A factor without one is looked at by a person, never overlooked."""
        for rule in reversed(self._rules.get(code, [])):
            if rule.valid_from <= on:
                return rule
        return FactorRule(
            code, Level.CONSIDER, False, "The table has no row for it: a person looks.", "policy 9", date.min
        )

    def in_force(self, on: date) -> list[FactorRule]:
        """Every row in force on a day, the weightiest first."""
        rules = [self.rule(code, on) for code, rows in self._rules.items() if rows[0].valid_from <= on]
        return sorted(rules, key=lambda rule: (not rule.at_once, -rule.level, rule.code))
