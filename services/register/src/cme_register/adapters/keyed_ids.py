"""Ids that follow from what a row of a list identifies, so that the same row has the same one; nobody else can try what it was."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from cme_web.blinding import Blinding

CASES = b"cme register: imported cases, 1"
STARTERS = b"cme register: expected starters, 1"


def keyed_ids(secrets: Sequence[str], purpose: bytes) -> Callable[[str], tuple[UUID, ...]]:
    """See `domain.sheets.Ids`. Of each token the first 16 bytes, which are as good as random: version 4."""
    blinding = Blinding(secrets, purpose)
    return lambda text: tuple(UUID(bytes=token[:16], version=4) for token in blinding.tokens(text))
