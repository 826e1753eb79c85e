"""Who a child is, as one submission gives it and as the record shows it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date


@dataclass(frozen=True, slots=True, repr=False)
class Address:
    """Where the child lives or lived. `kind`: current, previous or new."""

    lines: tuple[str, ...]
    postcode: str | None = None
    uprn: str | None = None
    kind: str = "current"
    held_by_safeguarding: bool = False
    """It was marked confidential: safeguarding alone has it."""
    token: str | None = None
    """Of one that is held: equal where it is the same address."""
    found_by: tuple[str, ...] = field(default=(), compare=False)
    """Blind tokens by which this child, and no other, is found there: whether it is held or not."""


@dataclass(frozen=True, slots=True, repr=False)
class Parent:
    """A parent in the wide meaning of Education Act 1996 s 576."""

    name: str
    relationship: str | None = None
    telephones: tuple[str, ...] = ()
    email: str | None = None
    held_by_safeguarding: bool = False
    """Telephone and e-mail were marked confidential."""


@dataclass(frozen=True, slots=True, repr=False)
class Details:
    """A child's particulars. It has no `repr`, so that none reaches a log."""

    forename: str
    surname: str
    other_names: tuple[str, ...] = ()
    date_of_birth: date | None = None
    stated_age: int | None = None
    sex: str | None = None
    upn: str | None = None
    former_upns: tuple[str, ...] = ()
    nhs_number: str | None = None
    addresses: tuple[Address, ...] = ()
    parents: tuple[Parent, ...] = ()

    def filled_with(self, later: Details) -> Details:
        """Field by field: what this has stays, what it lacks comes from `later`, and lists grow.

        A name that differs becomes another name, an address that is new becomes a lead (domain scenario 18). What anybody
        has marked confidential is held, whoever else has written it openly. A UPN gives way to one that is said to follow it.
        """
        named = f"{later.forename} {later.surname}"
        others = () if named == f"{self.forename} {self.surname}" else (named,)
        return replace(
            self,
            other_names=_grown(self.other_names, (*others, *later.other_names)),
            date_of_birth=self.date_of_birth or later.date_of_birth,
            stated_age=self.stated_age if self.stated_age is not None else later.stated_age,
            sex=self.sex or later.sex,
            upn=later.upn if later.upn and self.upn in later.former_upns else self.upn or later.upn,
            former_upns=_grown(self.former_upns, later.former_upns),
            nhs_number=self.nhs_number or later.nhs_number,
            addresses=_without_held(_grown(self.addresses, later.addresses)),
            parents=_reachable(_grown(self.parents, later.parents)),
        )


def gathered(given: Iterable[Details]) -> Details:
    """The record that these submissions make, the first of them leading.

    A record is nothing but this: so what a join brings together a separation takes apart again, without a trace.
    Raises ValueError where nothing was given.
    """
    first, *rest = given
    for later in rest:
        first = first.filled_with(later)
    return first


def _grown[T](have: tuple[T, ...], more: tuple[T, ...]) -> tuple[T, ...]:
    return tuple(dict.fromkeys((*have, *more)))


def _without_held(addresses: tuple[Address, ...]) -> tuple[Address, ...]:
    held = {token for one in addresses if one.held_by_safeguarding for token in one.found_by}
    return tuple(one for one in addresses if one.held_by_safeguarding or held.isdisjoint(one.found_by))


def _reachable(parents: tuple[Parent, ...]) -> tuple[Parent, ...]:
    held = {one.name.casefold() for one in parents if one.held_by_safeguarding}
    return tuple(one for one in parents if one.held_by_safeguarding or one.name.casefold() not in held)
