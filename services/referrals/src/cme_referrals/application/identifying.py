"""What identifies a child and their addresses is believed when it can be right, and kept aside when it cannot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cme_contracts.people import Address
from cme_referrals.application.forms import About
from cme_referrals.domain.identifiers import (
    believable_nhs_number,
    believable_upn,
    believable_uprn,
    is_placeholder,
    is_temporary,
)
from cme_referrals.domain.remarks import Doubt, Remark


def identified(about: About) -> tuple[About, tuple[str, ...]]:
    """The same with the identifiers that are believed in `child`, and remarks on the others: no reason to refuse."""
    if not (about.upn or about.nhs_number or about.former_upns or any(one.uprn for one in about.addresses())):
        return about, ()
    upn = believable_upn(about.upn) if about.upn else None
    nhs_number = believable_nhs_number(about.nhs_number) if about.nhs_number else None
    former = [believable_upn(given) for given in about.former_upns]
    remarks = [*_of_upn("child.upn", about.upn, upn)]
    if about.nhs_number and nhs_number is None:
        remarks.append(Remark("child.nhs_number"))
    for place, (given, believed) in enumerate(zip(about.former_upns, former, strict=True)):
        remarks += [
            one for one in _of_upn(f"child.former_upns.{place}", given, believed) if one.doubt != Doubt.TEMPORARY
        ]
    remarks += [
        Remark(f"child.addresses.{place}.uprn")
        for place, sent in enumerate(about.addresses())
        if sent.uprn and not believable_uprn(sent.uprn)
    ]
    child = about.child.but(
        upn=upn,
        nhs_number=nhs_number,
        former_upns=tuple(dict.fromkeys(one for one in former if one and one != upn)),
        addresses=tuple(map(_placed, about.child.addresses)),
    )
    withheld = about.withheld
    if withheld.addresses:
        withheld = withheld.but(addresses=tuple(map(_placed, withheld.addresses)))
    return replace(about, child=child, withheld=withheld), tuple(map(str, remarks))


def _of_upn(field: str, given: str | None, believed: str | None) -> Iterator[Remark]:
    if believed:
        if is_temporary(believed):
            yield Remark(field, Doubt.TEMPORARY)
    elif given:
        yield Remark(field, Doubt.PLACEHOLDER if is_placeholder(given) else Doubt.WRONG)


def _placed(address: Address) -> Address:
    return address.but(uprn=believable_uprn(address.uprn)) if address.uprn else address
