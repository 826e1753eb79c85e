"""Whether a sender has told us of a child before: known by a blind token, for each sender by itself (policy 7, 10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from cme_referrals.application.forms import About


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who sends something, and so may see it. A school is one sender, whichever of its clerks sends."""

    subject: str
    urn: str | None

    @property
    def scope(self) -> str:
        """Keys of rows and told children of different senders never meet."""
        return scope_of(self.subject, self.urn)


def scope_of(subject: str, urn: str | None) -> str:
    """The `scope` of a sender."""
    return f"urn:{urn}" if urn else f"sub:{subject}"


class Blinds(Protocol):
    """Makes tokens that say whether two things are the same, and not what they are."""

    def tokens(self, *parts: str) -> tuple[bytes, ...]:
        """By the current secret, then by those that are going out of use."""


class ToldChildren(Protocol):
    """Which sender has told us of which child, as blind tokens."""

    async def add(self, tokens: Sequence[tuple[bytes, UUID]]) -> None:
        """Token, submission."""

    async def add_many(self, tokens: Sequence[tuple[bytes, UUID]]) -> None:
        """The same, of submissions that are all new."""

    async def before(self, tokens: Sequence[bytes]) -> Sequence[str]:
        """The references of the submissions that told of this child, the latest first; a few of them."""


def child_tokens(blinds: Blinds, scope: str, about: About) -> tuple[bytes, ...] | None:
    """The child as this sender names them; None where name, date of birth or postcode is not known.

    The sender is part of the token: it says nothing about whether others have told us of the child. Whether the address
    was marked confidential makes no difference.
    """
    postcodes = [address.postcode for address in about.addresses() if address.postcode]
    found = about.same_child(postcodes[0]) if postcodes else None
    return blinds.tokens("child", scope, *found) if found else None
