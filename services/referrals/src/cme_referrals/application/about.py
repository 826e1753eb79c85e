"""Checks a child's identifiers and says which fields of a form hold something."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from cme_contracts.people import Child
from cme_referrals.application.forms import About
from cme_referrals.domain.errors import InTheFutureError
from cme_referrals.domain.identifiers import believable_nhs_number, believable_upn


@dataclass(frozen=True, slots=True)
class Checked:
    """The child with what is believed of them, and what is not, by field name."""

    child: Child
    quarantined: tuple[str, ...]


def checked(about: About) -> Checked:
    """Believe an identifier that can be right; keep one that cannot be aside, and say so; refuse neither."""
    quarantined = []
    believed: dict[str, str | None] = {}
    rules: Mapping[str, tuple[str | None, Callable[[str], str | None]]] = {
        "upn": (about.upn, believable_upn),
        "nhs_number": (about.nhs_number, believable_nhs_number),
    }
    for name, (given, rule) in rules.items():
        believed[name] = rule(given) if given else None
        if given and believed[name] is None:
            quarantined.append(f"child.{name}")
    return Checked(about.child.model_copy(update=believed), tuple(quarantined))


def refuse_the_future(today: date, **days: date | None) -> None:
    """Raises `InTheFutureError` for the first of these days that lies after `today`."""
    for field, day in days.items():
        if day is not None and day > today:
            raise InTheFutureError(field.replace("__", "."))


def filled(**fields: Any) -> Iterator[str]:
    """The names of the fields that hold something. Two underscores stand for a point: `referrer__email`."""
    return (name.replace("__", ".") for name, value in fields.items() if value is not None and value not in ("", ()))


def filled_about(child: Child) -> Iterator[str]:
    """The same for the child."""
    reachable = tuple(address for address in child.addresses if any(address.lines) or address.postcode)
    return filled(
        child__forename=child.forename,
        child__surname=child.surname,
        child__date_of_birth=child.date_of_birth,
        child__stated_age=child.stated_age,
        child__sex=child.sex,
        child__upn=child.upn,
        child__nhs_number=child.nhs_number,
        child__addresses=reachable,
        child__addresses__postcode=next((address.postcode for address in reachable if address.postcode), None),
        child__parents=child.parents,
        child__parents__telephones=next((parent.telephones for parent in child.parents if parent.telephones), None),
    )
