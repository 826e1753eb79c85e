"""What a referrer is given to quote: short enough to say on the telephone, saying nothing about the child."""

from __future__ import annotations

from itertools import product

SIGNS = "23456789BCDFGHJKMNPQRSTVWXYZ"
"""No vowels, so that no word appears; no sign that is mistaken for another by eye."""
LENGTH = 11
RANDOM = len(SIGNS) ** (LENGTH - 1)
"""A reference holds a number below this (about 48 bits) and a check sign."""


def reference_of(number: int) -> str:
    """Write a random number below `RANDOM` as a reference, as `7KQ4-M2XW-9BW`. Raises ValueError for another."""
    if not 0 <= number < RANDOM:
        raise ValueError("a reference holds a number from 0 up to RANDOM")
    signs, total = "", 0
    for _ in range((LENGTH - 1) // 2):
        number, place = divmod(number, len(PAIRS))
        pair, share = PAIRS[place]
        signs, total = pair + signs, total + share
    return f"{signs[:4]}-{signs[4:8]}-{signs[8:]}{SIGNS[-total % len(SIGNS)]}"


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


PAIRS = [(pair, _sum(pair, doubled=0)) for pair in map("".join, product(SIGNS, repeat=2))]
"""Two signs at a time, with their share of Luhn's sum: millions of references are made at a stretch."""
