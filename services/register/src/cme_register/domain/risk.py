"""How urgent a case is beside others: computed from codes, to rank a list. A person decides what is done."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

DEADLINE_BREACHED = "deadline_breached"
"""The initial investigation is overdue: grave while nobody knows where the child is."""

GRAVE = frozenset({
    "child_protection_plan", "looked_after", "child_in_need", "section_47", "social_worker", "domestic_abuse", "fgm",
    "forced_marriage", "exploitation", "trafficking", "radicalisation", "private_fostering", "previously_missing",
    "sudden_disappearance", "immediate_danger", DEADLINE_BREACHED,
})  # fmt: skip
"""A live safeguarding status, a marker of harm, or whereabouts still unknown once the initial investigation is overdue."""


class Risk(IntEnum):
    """The rank of a case. More comes first."""

    NONE_KNOWN = 0
    VULNERABLE = 1
    """One of the groups of policy 6."""
    GRAVE = 2


def risk(factors: Iterable[str]) -> Risk:
    """The rank that these factors give. A factor this version does not know counts as a vulnerability."""
    known = set(factors)
    return Risk.GRAVE if known & GRAVE else Risk.VULNERABLE if known else Risk.NONE_KNOWN
