"""What tells that two addresses are one, without saying where that is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cme_referrals.domain.child_token import plain

NUMBER = re.compile(r"\b[0-9]+[a-z]?\b")


def same_address(lines: Sequence[str], postcode: str | None, uprn: str | None) -> tuple[str, ...] | None:
    """House and postcode, written one way: people write streets and towns as they please, or leave them out.

    The numbers of house and flat in any order; a house without one by its first line. Without a postcode all lines, and
    without those the UPRN. None where nothing is known.
    """
    where, written = plain(postcode or ""), [line for line in lines if plain(line)]
    if where:
        numbers = sorted(NUMBER.findall(" ".join(written).casefold()))
        house = numbers or [plain(line) for line in written[:1]]
        return ("postcode", where, *house)
    if written:
        return ("lines", *(plain(line) for line in written))
    return ("uprn", uprn.lstrip("0")) if uprn else None
