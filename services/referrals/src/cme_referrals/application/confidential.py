"""An address that was marked confidential leaves intake for safeguarding alone; others get tokens to match with (policy 10)."""

from __future__ import annotations

from cme_contracts.people import Address, Child, Confidential
from cme_referrals.application.forms import About
from cme_referrals.application.telling import Blinds
from cme_referrals.domain.address_token import same_address

WIDTH = 16
"""Bytes of a token in an event: enough that two addresses never share one."""


def blinded(about: About, blinds: Blinds) -> tuple[Child, Confidential]:
    """The child as others are told of them, and what only safeguarding is told, each address with its tokens.

    Every address with a postcode gets tokens by which this child, and no other, is found there: so a mention that is
    confidential and one that is not meet. Only one that is held gets a token of its own: beside an address in the
    clear it would say where the others are.
    """
    given = [_found_by(about, one, blinds) for one in about.addresses()]
    if not any(one.held_by_safeguarding for one in about.child.addresses):
        return about.child.but(addresses=tuple(given)), about.withheld
    held = [
        whole.but(token=_token(whole, blinds))
        for whole, said in zip(given, about.child.addresses, strict=True)
        if said.held_by_safeguarding
    ]
    left = iter(held)
    told = tuple(
        said.but(token=next(left).token, found_by=whole.found_by) if said.held_by_safeguarding else whole
        for whole, said in zip(given, about.child.addresses, strict=True)
    )
    elsewhere = about.withheld.addresses[len(held) :]  # a parent's, where it is not the child's
    held += [one.but(token=_token(one, blinds)) for one in elsewhere]
    withheld = about.withheld.but(addresses=tuple(held)) if held else about.withheld
    return about.child.but(addresses=told), withheld


def _found_by(about: About, address: Address, blinds: Blinds) -> Address:
    known = about.same_child(address.postcode)
    if known is None or not all(known):
        return address
    return address.but(found_by=tuple([token[:WIDTH].hex() for token in blinds.tokens("found", *known)]))


def _token(address: Address, blinds: Blinds) -> str | None:
    known = same_address(address.lines, address.postcode, address.uprn)
    return blinds.tokens("address", *known)[0][:WIDTH].hex() if known else None
