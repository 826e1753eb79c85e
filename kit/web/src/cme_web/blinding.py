"""Tokens that say whether two things are the same, and not what they are: keyed, so that nobody can try names."""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct

from cme_web.mac import Mac

_length = Struct(">I").pack


class Blinding:
    """The first secret makes; all are looked for, so that a secret can be changed.

    `purpose` derives a key of its own from the secrets that sign links: a token proves nothing about a link, nor a link about
    it, nor a token about one of another purpose. Raises `ValueError` without a secret.
    """

    def __init__(self, secrets: Sequence[str], purpose: bytes) -> None:
        if not secrets:
            raise ValueError("blinding needs a secret")
        self._makers = [Mac(Mac(secret.encode())(purpose)) for secret in secrets]

    def tokens(self, *parts: str) -> tuple[bytes, ...]:
        """One for each secret, of these parts in this order."""
        written = [text.encode("utf-8", "surrogatepass") for text in parts]
        told = b"".join([_length(len(part)) + part for part in written])
        return tuple([make(told) for make in self._makers])
