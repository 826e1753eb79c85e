"""Tokens that say whether two things are the same, and not what they are: keyed, so that nobody can try names."""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct

from cme_web.mac import Mac

PURPOSE = b"cme referrals: blind tokens, 1"
"""Derives a key of our own from the secrets that sign links: a token proves nothing about a link, nor a link about it."""

ADDRESSES = b"cme referrals: addresses, 1"
"""The same for the tokens that stand for addresses outside of intake."""


_length = Struct(">I").pack


class Blinding:
    """Implements the port `Blinds`. The first secret makes; all are looked for, so that a secret can be changed."""

    def __init__(self, secrets: Sequence[str], purpose: bytes = PURPOSE) -> None:
        if not secrets:
            raise ValueError("blinding needs a secret")
        self._makers = [Mac(Mac(secret.encode())(purpose)) for secret in secrets]

    def tokens(self, *parts: str) -> tuple[bytes, ...]:
        """See the port."""
        written = [text.encode("utf-8", "surrogatepass") for text in parts]
        told = b"".join([_length(len(part)) + part for part in written])
        return tuple([make(told) for make in self._makers])
