"""How likely two descriptions are one child, and why (decision 0130). Sums of weights, and rules that no sum outweighs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from cme_register.domain import agreement
from cme_register.domain.agreement import (
    CLOSE,
    DIGIT,
    HOUSE,
    INITIAL,
    OTHER,
    PART,
    POSTCODE,
    SAME,
    SHORT,
    SOUNDS,
    SWAPPED,
)
from cme_register.domain.details import Details
from cme_register.domain.features import Features, Named, features
from cme_register.domain.names import apart, sound
from cme_register.domain.weights import Weights


class Certainty(StrEnum):
    """What follows from a likeness."""

    CERTAIN = "certain"
    POSSIBLE = "possible"
    UNLIKELY = "unlikely"


@dataclass(frozen=True, slots=True)
class Likeness:
    """What two descriptions have in common. Never a value of either."""

    score: float
    """Bits for their being one child."""
    reasons: tuple[str, ...]
    """In plain words: what agrees, then what does not."""
    certainty: Certainty
    agreed: tuple[str, ...] = ()
    """The fields that agree, by name."""


@dataclass(frozen=True, slots=True)
class _Compared:
    """The level of each field, and what names weigh."""

    levels: Mapping[str, str | None]
    names: float
    ways: tuple[Named, Named]
    turned: bool
    other_name: bool

    def at(self, field: str, *levels: str) -> bool:
        return self.levels[field] in levels


def compare(one: Details, other: Details, weights: Weights) -> Likeness:
    """Whether they are one child."""
    return likeness(features(one), features(other), weights)


def likeness(one: Features, other: Features, weights: Weights) -> Likeness:
    """The same of two descriptions that are made ready."""
    return _judged(_compare(one, other, weights), weights)


def likely(one: Features, other: Features, weights: Weights) -> Likeness | None:
    """The same, or None where it is unlikely: as soon as nothing that is left to compare could make it likely.

    Most of whom a child is compared with are others, and a birth date and a name tell.
    """
    told = _told(one, other)
    without_names = weights.prior + _sum(told, TOLD, weights) + _household_at_most(one, other, weights)
    if without_names + weights.names_most < weights.possible - ROUNDING:
        return None
    named = _of_the_child(one, other, told, weights)
    if without_names + named.names < weights.possible - ROUNDING or _is_another(named, weights):
        return None
    judged = _judged(_with_household(one, other, named), weights)
    return None if judged.certainty is Certainty.UNLIKELY else judged


def levels_of(one: Features, other: Features, weights: Weights) -> Mapping[str, str | None]:
    """How far they agree, by field. None: it is missing of either."""
    return _compare(one, other, weights).levels


TOLD = ("birth", "sex", "upn", "nhs_number")
HOUSEHOLD = ("address", "telephone", "parents")
ROUNDING = 1e-6
"""Two sums of the same weights may differ by their order."""


def _judged(compared: _Compared, weights: Weights) -> Likeness:
    household = _sum(compared.levels, HOUSEHOLD, weights)
    score = (
        weights.prior + compared.names + _sum(compared.levels, TOLD, weights) + min(household, weights.household_most)
    )
    return Likeness(
        round(score, 2), tuple(_reasons(compared)), _certainty(compared, score, household, weights), tuple(_agreed(compared))
    )  # fmt: skip


def _sum(levels: Mapping[str, str | None], fields: tuple[str, ...], weights: Weights) -> float:
    total = 0.0
    for field in fields:
        if level := levels[field]:
            total += weights.bits[field][level]
    return total


def _household_at_most(one: Features, other: Features, weights: Weights) -> float:
    """The most that the household may weigh: what is missing of either weighs nothing."""
    most = weights.most["address"] if one.places and other.places else 0.0
    if one.telephones and other.telephones:
        most += weights.most["telephone"]
    if one.parents and other.parents:
        most += weights.most["parents"]
    return min(most, weights.household_most)


def _compare(one: Features, other: Features, weights: Weights) -> _Compared:
    return _with_household(one, other, _of_the_child(one, other, _told(one, other), weights))


def _told(one: Features, other: Features) -> dict[str, str | None]:
    """What is compared cheaply, and weighs much."""
    return {
        "birth": agreement.birth(one.born, other.born),
        "sex": agreement.sex(one, other),
        "upn": agreement.numbers(one.upns, other.upns),
        "nhs_number": agreement.numbers(one.nhs_numbers, other.nhs_numbers),
    }


def _of_the_child(one: Features, other: Features, told: dict[str, str | None], weights: Weights) -> _Compared:
    names, forename, surname, ways, turned = _best_names(one, other, weights)
    legal = ways[0] in (one.names[0], one.names[0].turned) and ways[1] == other.names[0]
    return _Compared({"forename": forename, "surname": surname} | told, names, ways, turned, not legal)


def _with_household(one: Features, other: Features, compared: _Compared) -> _Compared:
    household = {
        "address": agreement.address(one, other),
        "telephone": agreement.telephone(one, other),
        "parents": agreement.parents(one, other),
    }
    return replace(compared, levels={**compared.levels, **household})


type _Names = tuple[float, str | None, str | None, tuple[Named, Named], bool]


def _best_names(one: Features, other: Features, weights: Weights) -> _Names:
    """The way of naming them in which they agree best; the legal one where none is better."""
    best = _named(one.names[0], other.names[0], weights, 0.0)
    if len(one.names) == len(other.names) == 1 and best[1] == best[2] == SAME:
        return best
    for ours in one.names:
        for theirs in other.names:
            legal = (ours, theirs) == (one.names[0], other.names[0])
            by_alias = 0.0 if legal else weights.by_other_name
            if not legal:
                best = max(best, _named(ours, theirs, weights, by_alias), key=_bits)
            if agreement.surname(ours.turned, theirs) == OTHER:
                continue
            across = _named(ours.turned, theirs, weights, by_alias + weights.turned)
            if across[1] != OTHER:
                best = max(best, (*across[:4], True), key=_bits)
    return best


def _bits(found: _Names) -> float:
    return found[0]


def _named(ours: Named, theirs: Named, weights: Weights, besides: float) -> _Names:
    forename = agreement.forename(ours, theirs, weights.nicknames, weights.common)
    surname = agreement.surname(ours, theirs)
    bits = besides + _weigh("forename", forename, ours.forename, theirs.forename, weights)
    return (
        bits + _weigh("surname", surname, ours.surname, theirs.surname, weights),
        forename,
        surname,
        (ours, theirs),
        False,
    )


def _weigh(field: str, level: str | None, one: str, other: str, weights: Weights) -> float:
    frequencies = weights.forenames if field == "forename" else weights.surnames
    if level == SAME:
        return weights.same_name(field, one, frequencies)
    plain = weights.of(field, level)
    if level in (None, OTHER, INITIAL):
        return plain
    # nearly a common name is common as well
    return min(plain, *(weights.same_name(field, name, frequencies) for name in (one, other)))


def _certainty(compared: _Compared, score: float, household: float, weights: Weights) -> Certainty:
    """No sum makes twins one child, and none believes a number or a family by itself (domain scenarios 17, 19)."""
    if score < weights.possible or _is_another(compared, weights):
        return Certainty.UNLIKELY
    numbered = _numbered(compared)
    certain = (
        score >= weights.certain
        and _forename_is_theirs(compared, numbered, weights)
        and (compared.levels["birth"] is not None or _is_theirs_without_a_birth_date(compared, numbered))
        and not compared.at("birth", OTHER)
        and (not compared.at("birth", PART) or numbered)
        and _surname_is_theirs(compared, numbered)
        and (numbered or (household > 0 and _of_the_household(compared)))
    )
    return Certainty.CERTAIN if certain else Certainty.POSSIBLE


def _is_another(compared: _Compared, weights: Weights) -> bool:
    """A child of another name, whatever they share."""
    other_name = compared.at("forename", OTHER, INITIAL)
    return other_name and not (_numbered(compared) or _perhaps_short(compared, weights))


def _numbered(compared: _Compared) -> bool:
    return compared.at("upn", SAME) or compared.at("nhs_number", SAME)


def _is_theirs_without_a_birth_date(compared: _Compared, numbered: bool) -> bool:
    """The whole name, and a number or most of the household."""
    whole = compared.at("forename", SAME) and _of_the_household(compared) > 1
    return compared.at("surname", SAME) and (numbered or whole)


def _forename_is_theirs(compared: _Compared, numbered: bool, weights: Weights) -> bool:
    if compared.at("forename", SAME, PART):
        return True
    if compared.at("forename", SHORT, SOUNDS):
        return numbered or not {one.first for one in compared.ways} <= weights.common or _transliterated(compared)
    if not compared.at("forename", CLOSE):
        return False
    known = [weights.forenames.known(one.forename) for one in compared.ways]
    return numbered or (sum(known) == 1 and not compared.at("upn", OTHER))  # the other is nobody's name: a slip


def _transliterated(compared: _Compared) -> bool:
    """Two long names that sound alike are one name in two spellings, however many children bear either."""
    ours, theirs = (one.first for one in compared.ways)
    return sound(ours) == sound(theirs) and min(len(ours), len(theirs)) > 5


def _surname_is_theirs(compared: _Compared, numbered: bool) -> bool:
    """A child whose surname has changed has the same forename and birth date, and a number or most of the household."""
    if not compared.at("surname", OTHER):
        return compared.levels["surname"] is not None
    known = compared.at("forename", SAME, PART) and compared.at("birth", SAME)
    return known and (numbered or _of_the_household(compared) > 1)


def _of_the_household(compared: _Compared) -> int:
    """How many of address, telephone and parents agree."""
    return compared.at("address", HOUSE, POSTCODE) + compared.at("telephone", SAME) + compared.at("parents", SAME)


def _perhaps_short(compared: _Compared, weights: Weights) -> bool:
    """A name of home that no list knows: the same day and family, nothing that contradicts, and a name that begins alike."""
    ours, theirs = (one.first for one in compared.ways)
    if any(map(str.isdigit, ours + theirs)) or {ours, theirs} <= weights.common:
        return False
    alike = ours[:1] == theirs[:1] or apart(ours, theirs) < max(len(ours), len(theirs)) / 2
    return alike and not (compared.at("birth", OTHER, PART) or compared.at("upn", OTHER) or compared.at("sex", OTHER))


WORDS = {
    "forename": {
        SAME: "same forename", SHORT: "one forename is short for the other", PART: "same first forename",
        SOUNDS: "forenames sound alike", CLOSE: "forename differs by a slip of the pen", INITIAL: "same initial", OTHER: "other forename",
    },
    "surname": {
        SAME: "same surname", PART: "surnames share a part", SOUNDS: "surnames sound alike",
        CLOSE: "surname differs by a slip of the pen", OTHER: "other surname",
    },
    "birth": {
        SAME: "same date of birth", SWAPPED: "day and month of birth exchanged", DIGIT: "date of birth differs by one figure",
        PART: "two parts of the date of birth are the same", OTHER: "other date of birth",
    },
    "sex": {OTHER: "other sex"},
    "upn": {SAME: "same UPN", DIGIT: "UPN differs by one character", OTHER: "other UPN"},
    "nhs_number": {SAME: "same NHS number", DIGIT: "NHS number differs by one figure", OTHER: "other NHS number"},
    "address": {HOUSE: "same address", POSTCODE: "same postcode", OTHER: "other address"},
    "telephone": {SAME: "same telephone of a parent", OTHER: "no telephone in common"},
    "parents": {SAME: "same name of a parent", CLOSE: "alike name of a parent", OTHER: "no parent of one name"},
}  # fmt: skip
"""What each level is called by whoever decides; the table of weights has the same levels."""
AGAINST = frozenset({OTHER, INITIAL})


def _reasons(compared: _Compared) -> Iterator[str]:
    said = [(level, WORDS[field][level]) for field, level in compared.levels.items() if level in WORDS[field]]
    yield from (words for level, words in said if level not in AGAINST)
    if compared.turned:
        yield "forename and surname exchanged"
    if compared.other_name:
        yield "by another name that is known"
    yield from (words for level, words in said if level in AGAINST)


def _agreed(compared: _Compared) -> Iterator[str]:
    at = compared.at
    if at("upn", SAME):
        yield "upn"
    if at("nhs_number", SAME):
        yield "nhs_number"
    if at("forename", SAME) and at("surname", SAME):
        yield "name"
    if at("birth", SAME):
        yield "date_of_birth"
    if at("address", HOUSE, POSTCODE):
        yield "postcode"
    if at("telephone", SAME):
        yield "telephone"
    if at("parents", SAME):
        yield "parents"
