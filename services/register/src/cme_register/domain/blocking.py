"""Where to look for a child: keys by which two descriptions meet that are to be compared (decision 0131).

Each pass survives what another does not: no single error, and no move, takes all of them. A key is a digest: no index holds a name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import lru_cache

from cme_register.domain.details import Details
from cme_register.domain.names import PARTICLES, folded, parts, sound


def keys(details: Details) -> frozenset[int]:
    """The keys of a description: 64 bits each. Empty where it says nothing that a child is found by."""
    return frozenset(map(_digest, set(_facts(details))))


@lru_cache(maxsize=65536)
def squeezed(code: str) -> str:
    """A number or postcode without spaces and case."""
    return "".join(code.split()).upper()


@lru_cache(maxsize=65536)
def telephone(number: str) -> str:
    """A telephone number by its last ten figures: +44 1632 960001 and 01632 960001 are one. Empty where it is none."""
    figures = "".join(filter(str.isdigit, number))
    return figures[-10:] if len(figures) >= 7 else ""


def _facts(details: Details) -> Iterator[tuple[str, ...]]:
    names = _names(details)
    sounds = {sound(part) for forename, surname in names for part in (*_first(forename), *_last(surname))}
    if born := details.date_of_birth and details.date_of_birth.isoformat():
        yield from (("born", born, one) for one in sounds)
    for address in details.addresses:
        yield from (("held", token) for token in (*address.found_by, address.token) if token)
        for place in (address.postcode and squeezed(address.postcode), address.uprn and "U" + squeezed(address.uprn)):
            if place:
                yield from (("place", place, one) for one in sounds)
                if born:
                    yield "born at", born, place
    yield from (("upn", squeezed(one)) for one in (details.upn, *details.former_upns) if one)
    if details.nhs_number:
        yield "nhs", squeezed(details.nhs_number)
    for parent in details.parents:
        yield from (("telephone", number) for number in map(telephone, parent.telephones) if number)
    if details.date_of_birth:
        for forename, surname in names:
            both = sorted({sound(one) for one in (*_first(forename), *_last(surname)[-1:])})
            if len(both) == 2:
                yield "year", str(details.date_of_birth.year), *both
                yield "day", details.date_of_birth.strftime("%m%d"), *both


def _names(details: Details) -> list[tuple[str, str]]:
    main = folded(details.forename), folded(details.surname)
    return [main, *(alias(one, main[1]) for one in details.other_names)]


def alias(name: str, surname: str) -> tuple[str, str]:
    """Another name as forename and surname: a single word is what the child is called."""
    words = folded(name).split()
    if len(words) < 2:
        return (words[0] if words else ""), surname
    return " ".join(words[:-1]), words[-1]


def _first(forename: str) -> tuple[str, ...]:
    return parts(forename)[:1]


def _last(surname: str) -> tuple[str, ...]:
    words = parts(surname)
    return tuple(one for one in words if one not in PARTICLES) or words


def _digest(fact: tuple[str, ...]) -> int:
    return int.from_bytes(hashlib.blake2b("\0".join(fact).encode(), digest_size=8).digest(), "big", signed=True)
