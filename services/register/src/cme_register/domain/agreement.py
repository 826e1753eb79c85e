"""How far two descriptions agree, field by field, as levels. What a level weighs is data (`domain/likeness.py`)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from cme_register.domain.features import Features, Named, Place
from cme_register.domain.names import PARTICLES, apart, one_apart, sound

SAME, SHORT, PART, SOUNDS, CLOSE, INITIAL, OTHER = "same", "short", "part", "sounds", "close", "initial", "other"
SWAPPED, DIGIT, HOUSE, POSTCODE = "swapped", "digit", "house", "postcode"

type Nicknames = Mapping[str, frozenset[str]]
"""By folded forename: the names it may be short for, itself included."""


def forename(one: Named, other: Named, nicknames: Nicknames, common: frozenset[str]) -> str | None:
    """None where either is missing. Two common names are two names, however alike they look; not if they sound alike."""
    ours, theirs = one.forename, other.forename
    if not ours or not theirs:
        return None
    if ours == theirs:
        return SAME
    if one.first == other.first and len(one.first) > 1:
        return CLOSE if one.middle and other.middle and spelling(one.middle, other.middle) == OTHER else PART
    if len(ours) == 1 or len(theirs) == 1:
        return INITIAL if ours[0] == theirs[0] else OTHER
    if _of_one_list(one.first, other.first, nicknames):
        return SHORT
    level = spelling(one.first, other.first)
    if level == OTHER and _contained(one.first, other.first):
        level = SHORT
    return OTHER if level in {CLOSE, SHORT} and one.first in common and other.first in common else level


def _of_one_list(one: str, other: str, nicknames: Nicknames) -> bool:
    """Whether both may be short for one name. What no list has is short for itself alone."""
    ours, theirs = nicknames.get(one), nicknames.get(other)
    if ours and theirs:
        return not ours.isdisjoint(theirs)
    return one == other or (other in ours if ours else bool(theirs and one in theirs))


def _contained(one: str, other: str) -> bool:
    """Whether one is the beginning of the other, as Josh is; or all of its end, as Beth is."""
    shorter, longer = (one, other) if len(one) <= len(other) else (other, one)
    stem = shorter.removesuffix("y").removesuffix("ie")
    stem = stem[:-1] if stem[-1:] == stem[-2:-1] else stem  # Ronnie, Bobby
    begins_or_ends = (len(stem) > 2 and longer.startswith(stem)) or (len(shorter) > 3 and shorter in longer)
    return begins_or_ends and not any(map(str.isdigit, longer))


def surname(one: Named, other: Named) -> str | None:
    """None where either is missing."""
    if not one.surname or not other.surname:
        return None
    if one.surname == other.surname:
        return SAME
    if (one.barrels & other.barrels) - PARTICLES:
        return PART
    return spelling(one.surname, other.surname)


@lru_cache(maxsize=65536)
def spelling(one: str, other: str) -> str:
    """Whether two different names may be one name: mistyped, or transliterated in another way."""
    if any(map(str.isdigit, one + other)):
        return OTHER
    wrong, longest = apart(one, other), max(len(one), len(other))
    alike = sound(one) == sound(other)
    if alike and (wrong == 1 or (len(sound(one)) > 1 and wrong <= 2) or (len(sound(one)) > 2 and wrong <= 3)):
        return SOUNDS
    return CLOSE if (wrong == 1 and longest > 3) or (wrong == 2 and longest > 6) else OTHER


def birth(one: date | None, other: date | None) -> str | None:
    """Whether two birth dates are one: day and month exchanged, a figure wrong, or but two of its three parts equal."""
    if one is None or other is None:
        return None
    if one == other:
        return SAME
    if one.year == other.year and (one.day, one.month) == (other.month, other.day):
        return SWAPPED
    if _one_slip(_figures(one), _figures(other)):
        return DIGIT
    equal = (one.day == other.day) + (one.month == other.month) + (one.year == other.year)
    return PART if equal == 2 else OTHER


@lru_cache(maxsize=16384)
def _figures(day: date) -> str:
    return f"{day.day:02}{day.month:02}{day.year:04}"


def _one_slip(one: str, other: str) -> bool:
    """One figure is wrong, or two neighbours are exchanged. Most pairs that are looked at are told apart here."""
    if one[:3] != other[:3] and one[5:] != other[5:]:
        return False
    wrong = [place for place in range(8) if one[place] != other[place]]
    if len(wrong) == 1:
        return True
    first, *others = wrong
    return others == [first + 1] and (one[first], one[first + 1]) == (other[first + 1], other[first])


def sex(one: Features, other: Features) -> str | None:
    """None where it is not known of either."""
    if one.sex is None or other.sex is None:
        return None
    return SAME if one.sex == other.sex else OTHER


def numbers(one: frozenset[str], other: frozenset[str]) -> str | None:
    """Of UPNs or NHS numbers, current and former. None where either side has none."""
    if not one or not other:
        return None
    if not one.isdisjoint(other):
        return SAME
    return DIGIT if any(one_apart(a, b) for a in one for b in other) else OTHER


def address(one: Features, other: Features) -> str | None:
    """The best agreement of any two of their addresses. None where either has none that could be compared."""
    levels = {_place(a, b) for a in one.places for b in other.places} - {None}
    return next((level for level in (HOUSE, POSTCODE, OTHER) if level in levels), None)


def _place(one: Place, other: Place) -> str | None:
    if one.tokens & other.tokens or (one.uprn and one.uprn == other.uprn):
        return HOUSE
    if not one.postcode or not other.postcode:
        return None
    if one.postcode != other.postcode:
        return OTHER
    return HOUSE if one.house & other.house else POSTCODE


def telephone(one: Features, other: Features) -> str | None:
    """Of parents' telephones. Brothers and sisters share them."""
    if not one.telephones or not other.telephones:
        return None
    return SAME if one.telephones & other.telephones else OTHER


def parents(one: Features, other: Features) -> str | None:
    """Whether they have a parent of one name."""
    if not one.parents or not other.parents:
        return None
    if one.parents & other.parents:
        return SAME
    return CLOSE if _first_sounds(one) & _first_sounds(other) else OTHER


def _first_sounds(of: Features) -> set[str]:
    return {sound(name.split()[0]) for name in of.parents}
