"""What of a description is compared with another, made ready once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from cme_register.domain.blocking import alias, squeezed, telephone
from cme_register.domain.details import Address, Details
from cme_register.domain.gathering import NHS_NUMBER, UPN
from cme_register.domain.names import folded, parts, run_together

_FIGURES = re.compile(r"\d+")


@dataclass(frozen=True, slots=True, repr=False)
class Named:
    """One way in which the child is named."""

    forename: str
    surname: str
    first: str
    """The first forename."""
    middle: str
    """The rest of them."""
    barrels: frozenset[str]
    """The words of the surname."""
    written: tuple[str, str]
    """Forename and surname with their spaces."""

    @property
    def turned(self) -> Named:
        """Forename and surname exchanged, as forms are filled in."""
        return named(self.written[1], self.written[0])


@dataclass(frozen=True, slots=True, repr=False)
class Place:
    """Where the child lives or lived."""

    postcode: str | None
    uprn: str | None
    house: frozenset[str]
    """The figures of the address: people write streets as they please (decision 0102)."""
    tokens: frozenset[str]


@dataclass(frozen=True, slots=True, repr=False)
class Features:
    """A description as it is compared. It has no `repr`, so that none reaches a log."""

    names: tuple[Named, ...]
    """The legal name first."""
    born: date | None
    sex: str | None
    upns: frozenset[str]
    """Without temporary ones: a child may have several, and they are given anew."""
    nhs_numbers: frozenset[str]
    """One, or none."""
    places: tuple[Place, ...]
    telephones: frozenset[str]
    parents: frozenset[str]


def features(details: Details) -> Features:
    """Make a description ready."""
    surname = folded(details.surname)
    ways = [(folded(details.forename), surname), *(alias(one, surname) for one in details.other_names)]
    upns = {squeezed(one) for one in (details.upn, *details.former_upns) if one}
    sex = (details.sex or "")[:1].upper()
    return Features(
        names=tuple(dict.fromkeys(named(*one) for one in ways)),
        born=details.date_of_birth,
        sex=sex if sex in {"F", "M"} else None,
        upns=frozenset(one for one in upns if not one[-1:].isalpha()),
        nhs_numbers=frozenset([squeezed(details.nhs_number)]) if details.nhs_number else frozenset(),
        places=tuple(map(_place, details.addresses)),
        telephones=frozenset(
            found for one in details.parents for number in one.telephones if (found := telephone(number))
        ),
        parents=frozenset(folded(one.name) for one in details.parents if one.name.strip()),
    )


@lru_cache(maxsize=65536)
def named(forename: str, surname: str) -> Named:
    """Of two folded names."""
    words = parts(forename)
    return Named(
        run_together(forename), run_together(surname), words[0] if words else "", "".join(words[1:]),
        frozenset(parts(surname)), (forename, surname),
    )  # fmt: skip


def _place(address: Address) -> Place:
    return Place(
        postcode=squeezed(address.postcode) if address.postcode else None,
        uprn=squeezed(address.uprn) if address.uprn else None,
        house=frozenset(_house(address.lines)),
        tokens=frozenset((*address.found_by, *((address.token,) if address.token else ()))),
    )


def _house(lines: Iterable[str]) -> Iterable[str]:
    figures = [figure.lstrip("0") for line in lines for figure in _FIGURES.findall(line)]
    return figures or [run_together(folded(line)) for line in lines][:1]


def numbers_in_common(one: Features, other: Features) -> tuple[str, ...]:
    """The names of the identifiers that two descriptions share, each of which is one child's."""
    upn = (UPN,) if one.upns & other.upns else ()
    nhs_number = (NHS_NUMBER,) if one.nhs_numbers & other.nhs_numbers else ()
    return (*upn, *nhs_number)
