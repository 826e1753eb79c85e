"""Checks a child's identifiers and says which fields of a form hold something."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from cme_contracts.people import Child, Confidential
from cme_referrals.application.authority import Authority
from cme_referrals.application.confidential import blinded
from cme_referrals.application.forms import About
from cme_referrals.application.identifying import identified
from cme_referrals.domain.errors import InTheFutureError


@dataclass(slots=True)  # not frozen: that triples the cost of making one, and one is made of each form
class Checked:
    """The child with what is believed of them, and remarks on what is not."""

    child: Child
    """As every reader is told of them: nothing that is confidential."""
    quarantined: tuple[str, ...]
    withheld: Confidential
    """What safeguarding alone is told."""


def checked(about: About, authority: Authority) -> Checked:
    """Believe an identifier that can be right; keep one that cannot be aside, and say so; refuse neither.

    What was marked confidential is apart, with its tokens (decision 0102).
    """
    believed, remarks = identified(about)
    child, withheld = blinded(believed, authority.addresses)
    return Checked(child, remarks, withheld)


def refuse_the_future(today: date, **days: date | None) -> None:
    """Raises `InTheFutureError` for the first of these days that lies after `today`."""
    for field, day in days.items():
        if day is not None and day > today:
            raise InTheFutureError(field.replace("__", "."))


NOTHING = (None, "", ())


def filled(**fields: Any) -> list[str]:
    """The names of the fields that hold something. Two underscores stand for a point: `referrer__email`."""
    return [name.replace("__", ".") for name, value in fields.items() if value not in NOTHING]


def filled_about(child: Child) -> list[str]:
    """The same for the child. What safeguarding holds was given, and is asked of nobody again."""
    reachable = [one for one in child.addresses if any(one.lines) or one.postcode or one.held_by_safeguarding]
    return filled(
        child__forename=child.forename,
        child__surname=child.surname,
        child__date_of_birth=child.date_of_birth,
        child__stated_age=child.stated_age,
        child__sex=child.sex,
        child__upn=child.upn,
        child__nhs_number=child.nhs_number,
        child__addresses=reachable or None,
        child__addresses__postcode=any(one.postcode or one.held_by_safeguarding for one in reachable) or None,
        child__parents=child.parents,
        child__parents__telephones=any(one.telephones or one.held_by_safeguarding for one in child.parents) or None,
    )
