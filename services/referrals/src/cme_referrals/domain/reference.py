"""What a referrer is given to quote: short enough to say on the telephone, saying nothing about the child."""

from __future__ import annotations

SIGNS = "23456789BCDFGHJKMNPQRSTVWXYZ"
"""No vowels, so that no word appears; no sign that is mistaken for another by eye."""
LENGTH = 11
RANDOM = len(SIGNS) ** (LENGTH - 1)
"""A reference holds a number below this (about 48 bits) and a check sign."""


def reference_of(number: int) -> str:
    """Write a random number below `RANDOM` as a reference, as `7KQ4-M2XW-9BW`. Raises ValueError for another."""
    if not 0 <= number < RANDOM:
        raise ValueError("a reference holds a number from 0 up to RANDOM")
    signs = ""
    for _ in range(LENGTH - 1):
        number, place = divmod(number, len(SIGNS))
        signs = SIGNS[place] + signs
    signs += SIGNS[-_sum(signs, doubled=0) % len(SIGNS)]
    return f"{signs[:4]}-{signs[4:8]}-{signs[8:]}"


def read_reference(given: str) -> str | None:
    """A reference as somebody wrote it, in our form. None if it cannot be one of ours.

    One wrong sign is noticed, and two exchanged neighbours, but for Z and 2.
    """
    signs = given.upper().replace("-", "").replace(" ", "")
    if len(signs) != LENGTH or not set(signs) <= set(SIGNS) or _sum(signs, doubled=1) % len(SIGNS):
        return None
    return f"{signs[:4]}-{signs[4:8]}-{signs[8:]}"


def _sum(signs: str, *, doubled: int) -> int:
    """Luhn's sum for an even number of signs: from the right, every other place counts double."""
    total = 0
    for position, sign in enumerate(reversed(signs)):
        tens, units = divmod(SIGNS.index(sign) * (2 if position % 2 == doubled else 1), len(SIGNS))
        total += tens + units
    return total
