"""Nobody decides over what has happened since they looked."""

from __future__ import annotations

from cme_safeguarding.domain.errors import ChangedMeanwhile


def not_over_others(seen: int | None, now: int) -> None:
    """Whether what somebody saw is what there is; `seen` None: not asked. Raises ChangedMeanwhile."""
    if seen is not None and seen != now:
        raise ChangedMeanwhile
