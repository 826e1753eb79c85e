"""Somebody without an account asks for a link to their e-mail address; with it they tell us, or follow what they told (policy 5.4, 7)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from cme_contracts.codes_intake import LinkPurpose
from cme_contracts.people import Contact
from cme_contracts.referrals import LinkRequested
from cme_contracts.sealed import Sealed
from cme_referrals.application.ports import Publishes
from cme_referrals.application.telling import Blinds
from cme_referrals.domain.partners import same_address

MOST_AN_HOUR = 5
"""Links to one address: anybody may give anybody's address, and nobody is to be flooded in the council's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One asking for a link. Whoever holds the link has shown that the address is theirs."""

    id: UUID
    purpose: LinkPurpose
    address: str = field(repr=False)


class ContactLinks(Protocol):
    """Links that were asked for."""

    async def add(self, asked: Asked, sender: str, *, most_an_hour: int) -> bool:
        """Keep it, the address sealed. False, and nothing kept, where this address had one for this a minute ago, or too many."""

    async def find(self, link_id: UUID, purpose: LinkPurpose) -> Asked | None:
        """One that was asked for, opened. None where there is none, or it has been forgotten."""


class AsksForLinks(Publishes, Protocol):
    """What asking needs."""

    @property
    def contact_links(self) -> ContactLinks: ...


async def ask_for_link(tx: AsksForLinks, blinds: Blinds, asked: Asked, *, at: datetime) -> None:
    """Say `LinkRequested`, unless this address has just had one. Whoever asks learns nothing of which it was."""
    if await tx.contact_links.add(asked, subjects_of(blinds, asked.address)[0], most_an_hour=MOST_AN_HOUR):
        tx.publish(
            LinkRequested(
                link_id=asked.id,
                purpose=asked.purpose,
                requested_at=at,
                personal=Sealed(Contact(email=asked.address)),
            )
        )


def subjects_of(blinds: Blinds, address: str) -> tuple[str, ...]:
    """What stands for a proven address where an account's subject would: a blind token, the current one first."""
    return tuple(f"mail:{token.hex()}" for token in blinds.tokens("mail", same_address(address)))
