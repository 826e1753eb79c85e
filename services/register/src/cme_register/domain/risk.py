"""How urgent a case is beside others: red, amber or green by published rules, or by a person. A person decides what is done."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum

DEADLINE_BREACHED = "deadline_breached"
"""The initial investigation is overdue."""
WHEREABOUTS_UNKNOWN = "whereabouts_unknown"
"""Whoever reported the child said that nobody knows where they are."""
SAFEGUARDING_CONCERN = "safeguarding_concern"
"""Safeguarding has raised a concern, or social care has been told."""
RAISED = {1: "raised_to_amber", 2: "raised_to_red"}
"""What a case that waits behind another tells of a rating by hand."""


class Risk(IntEnum):
    """The rating of a case. More comes first in a work list."""

    GREEN = 0
    AMBER = 1
    RED = 2


class While(StrEnum):
    """A rule may hold only while this is so."""

    WHEREABOUTS_UNKNOWN = "whereabouts_unknown"
    WITHOUT_SCHOOL_PLACE = "without_school_place"


class Unit(StrEnum):
    """What days a rule counts."""

    WORKING_DAYS = "working_days"
    SCHOOL_DAYS = "school_days"
    """Of the child's school or authority; working days where nobody knows them."""


@dataclass(frozen=True, slots=True)
class Longer:
    """For more than so many days, the day on which it began not counted."""

    days: int
    unit: Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskRule:
    """One row of the table of risk, good from `valid_from` on. It holds for any one of its facts or groups."""

    code: str
    rating: Risk
    reason: str
    """Why, in plain words."""
    source: str
    valid_from: date
    facts: frozenset[str] = frozenset()
    any_group: bool = False
    """Holds for every vulnerable group (policy 6)."""
    unknown_facts: bool = False
    """Holds for a fact that neither a rule nor a group names: a code of a version to come."""
    only_while: While | None = None
    longer_than: Longer | None = None
    ended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """All that the rules look at. What is not said does not hold."""

    facts: frozenset[str] = frozenset()
    """Codes that were sent, that safeguarding raised, or that follow from clocks."""
    groups: frozenset[str] = frozenset()
    """The vulnerable groups that the child belongs to."""
    holds: frozenset[While] = frozenset()
    elapsed: frozenset[str] = frozenset()
    """The rules whose time has passed."""


@dataclass(frozen=True, slots=True, order=True)
class Match:
    """A rule that holds, and the fact or group by which it does; without one, by the state of the case."""

    rule: str
    fact: str = ""

    def __str__(self) -> str:
        return f"{self.rule}:{self.fact}" if self.fact else self.rule

    @classmethod
    def read(cls, text: str) -> Match:
        """From what `str` made of it."""
        rule, _, fact = text.partition(":")
        return cls(rule, fact)


@dataclass(frozen=True, slots=True)
class Rating:
    """What the rules say of a situation."""

    risk: Risk = Risk.GREEN
    matches: tuple[Match, ...] = ()
    """The gravest first."""


@dataclass(frozen=True, slots=True)
class RiskTable:
    """The rules in every version, and the facts by which a child belongs to a vulnerable group."""

    rows: tuple[RiskRule, ...] = ()
    group_facts: frozenset[str] = frozenset()
    weighs_nothing: frozenset[str] = frozenset()
    """Facts that the state of the case says by itself."""

    def on(self, day: date) -> tuple[RiskRule, ...]:
        """The rules in force on `day`, the gravest first."""
        latest = {row.code: row for row in sorted(self.rows, key=lambda row: row.valid_from) if row.valid_from <= day}
        return tuple(sorted((row for row in latest.values() if not row.ended), key=lambda row: -row.rating))

    def get(self, code: str) -> RiskRule | None:
        """The latest version of a rule, to say its reason."""
        return max((row for row in self.rows if row.code == code), key=lambda row: row.valid_from, default=None)

    def rate(self, situation: Situation, day: date, *, set_aside: Collection[Match] = ()) -> Rating:
        """The gravest of the rules that hold, but for what a person has set aside."""
        rules = self.on(day)
        named = self.group_facts.union(self.weighs_nothing, *(row.facts for row in rules))
        ratings = {row.code: row.rating for row in rules}
        matches = [match for row in rules for match in _matches(row, situation, named) if match not in set_aside]
        return Rating(max((ratings[one.rule] for one in matches), default=Risk.GREEN), tuple(matches))


def _matches(row: RiskRule, situation: Situation, named: frozenset[str]) -> Iterable[Match]:
    if row.only_while is not None and row.only_while not in situation.holds:
        return ()
    if row.longer_than is not None and row.code not in situation.elapsed:
        return ()
    if not (row.facts or row.any_group or row.unknown_facts):
        return (Match(row.code),)
    by = set(row.facts & situation.facts)
    by |= situation.groups if row.any_group else set()
    by |= situation.facts - named if row.unknown_facts else set()
    return tuple(Match(row.code, one) for one in sorted(by))
