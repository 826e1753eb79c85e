"""What two descriptions must share to be one child: exactly, never by likeness (policy 8)."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from cme_register.domain.details import Details

UPN = ("upn", "date_of_birth")
"""A UPN alone proves nothing: it is mistyped, and copied from a twin (domain scenarios 17, 19)."""
NHS_NUMBER = ("nhs_number", "date_of_birth")
"""How health names a child; alone it proves no more than a UPN."""
NAME = ("name", "date_of_birth", "postcode")


@dataclass(frozen=True, slots=True)
class Trait:
    """Facts that together stand for one child. Kept as a digest, so that no index of the register holds a name."""

    by: tuple[str, ...]
    """Which fields agree; never their values."""
    digest: bytes


def traits(details: Details) -> tuple[Trait, ...]:
    """All that this description can be found by, the surest first. None without a date of birth."""
    return tuple(dict.fromkeys(_traits(details)))


def _traits(details: Details) -> Iterator[Trait]:
    if details.date_of_birth is None:
        return
    born = details.date_of_birth.isoformat()
    if details.upn:
        yield _trait(UPN, _squeezed(details.upn), born)
    for former in details.former_upns:
        yield _trait(UPN, _squeezed(former), born)  # another school's record still has it
    if details.nhs_number:
        yield _trait(NHS_NUMBER, _squeezed(details.nhs_number), born)
    if (name := folded(details.forename)) and (surname := folded(details.surname)):
        for address in details.addresses:
            if address.postcode:
                yield _trait(NAME, name, surname, born, _squeezed(address.postcode))
    for address in details.addresses:
        for token in address.found_by:  # the same three, as intake blinds them: all that is told of one that is held
            yield _trait(NAME, token)


def folded(name: str) -> str:
    """A name as it is compared: without case, accents, and differences in spaces and apostrophes."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    return " ".join(plain.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").split())


def _squeezed(code: str) -> str:
    return "".join(code.split()).upper()


def _trait(by: tuple[str, ...], *values: str) -> Trait:
    return Trait(by, hashlib.sha256("\0".join((*by, *values)).encode()).digest()[:16])
