"""Whether a list of schools can be the whole list: half a file must not pass for a county that lost half its schools."""

from __future__ import annotations

from collections.abc import Collection, Mapping

TOLERATED = 10
"""Per cent of the schools known before that a new list may lack. GIAS keeps closed schools, so it hardly lacks any."""
ALWAYS_TOLERATED = 2
"""Schools: one that was entered wrongly, in a county of a dozen."""


def lacking(before: Mapping[str, Collection[str]], listed: Mapping[str, Collection[str]]) -> int:
    """How many of the schools known before a new list lacks, where that is too many to believe it; otherwise 0.

    Both are URNs by their authority's code. An extract of one authority is held against that authority; one that names
    more than half of the authorities known before is held against all of them.
    """
    compared = before.keys() & listed.keys()
    if 2 * len(compared) > len(before):
        compared = set(before)
    known = [urn for code in compared for urn in before[code]]
    now = {urn for urns in listed.values() for urn in urns}  # also under another authority: authorities are divided
    missing = sum(urn not in now for urn in known)
    return missing if missing > max(ALWAYS_TOLERATED, len(known) * TOLERATED / 100) else 0
