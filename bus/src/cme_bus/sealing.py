"""Personal data is sealed as it is written down and opened only in a named reader's hands."""

from __future__ import annotations

import os
import re
from binascii import Error as NotBase64
from binascii import a2b_base64, b2a_base64
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any, Protocol, get_args
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import BaseModel

from cme_bus.errors import Unprocessable
from cme_contracts.base import Event
from cme_contracts.sealed import NotSealedError, Sealed

NONCE = 12
KEY = 32
NAME = re.compile(r"[A-Za-z0-9._:@/-]{1,200}")
"""It stands in JSON as it is. An environment's keyring separates names by colons and commas, and so has neither."""


class Key:
    """A name that travels with what it sealed, and a secret that never does."""

    __slots__ = ("_cipher", "kid")

    def __init__(self, kid: str, secret: bytes) -> None:
        if len(secret) != KEY:
            raise ValueError(f"the key {kid} is not {KEY} bytes long")
        if not NAME.fullmatch(kid):
            raise ValueError("a key's name is made of letters, digits and ._:@/-")
        self.kid = kid
        self._cipher = AESGCM(secret)

    def __repr__(self) -> str:
        return f"<Key {self.kid}>"

    def encrypt(self, plain: bytes, bound_to: bytes) -> bytes:
        nonce = os.urandom(NONCE)
        return nonce + self._cipher.encrypt(nonce, plain, bound_to)

    def decrypt(self, sealed: bytes, bound_to: bytes) -> bytes:
        return self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], bound_to)


class Keyring(Protocol):
    """Where keys come from. Nothing else may assume how a subject gets its key, or a `kid` becomes one.

    Both take everything a batch needs at once, so that a ring which keeps one key per child in a database
    asks once per batch. A ring that is unwell raises `TryAgain`, and its events wait.
    """

    async def for_sealing(self, subjects: Collection[str]) -> Mapping[str, Key]:
        """The key for each subject (an event's `key`), made if need be."""

    async def for_opening(self, kids: Collection[str]) -> Mapping[str, Key]:
        """The keys by name. One that is unknown, or has been forgotten, is left out."""


class VersionedKeyring:
    """A set of keys from the environment: the last seals, all of them open."""

    def __init__(self, keys: Sequence[Key]) -> None:
        if not keys:
            raise ValueError("a keyring needs a key")
        self._current = keys[-1]
        self._keys = {key.kid: key for key in keys}
        if len(self._keys) != len(keys):
            raise ValueError("two keys have the same name")

    @classmethod
    def from_text(cls, text: str) -> VersionedKeyring:
        """Read `k1:base64,k2:base64`; the last is current. What is wrong is said without quoting a secret."""
        keys = []
        for number, entry in enumerate(text.split(","), 1):
            kid, colon, secret = entry.strip().partition(":")
            try:
                raw = a2b_base64(secret, strict_mode=True)
            except NotBase64:
                raw = b""
            if not NAME.fullmatch(kid) or not colon or len(raw) != KEY:
                raise ValueError(f"key number {number} is not name:base64 of {KEY} bytes")
            keys.append(Key(kid, raw))
        return cls(keys)

    async def for_sealing(self, subjects: Collection[str]) -> Mapping[str, Key]:
        return dict.fromkeys(subjects, self._current)

    async def for_opening(self, kids: Collection[str]) -> Mapping[str, Key]:
        return {kid: self._keys[kid] for kid in kids if kid in self._keys}


class NoKeyring:
    """The ring of a service that neither says nor reads personal data: it opens nothing, and seals nothing."""

    async def for_sealing(self, subjects: Collection[str]) -> Mapping[str, Key]:
        raise NotSealedError("an event with personal data needs a Database with a keyring")

    async def for_opening(self, kids: Collection[str]) -> Mapping[str, Key]:
        return {}


def sealed_json(event: Event, id_: UUID, key: Key) -> bytes:
    """The event as it travels: its personal data in a box that opens for this event id and type alone."""
    box = event.box
    if box is None:
        return written(event)
    sealed = key.encrypt(written(box.plain), _bound_to(id_, event.type))
    # The box is put in by hand: copying the model only to have it written costs as much as the cipher.
    rest = event.__pydantic_serializer__.to_json(event, exclude={"personal"}, warnings=False)
    member = b'"personal":{"kid":"%b","sealed":"%b"}' % (key.kid.encode(), b2a_base64(sealed, newline=False))
    return b"{" + member + (b"," if len(rest) > 2 else b"") + rest[1:]


def written(model: BaseModel) -> bytes:
    """JSON without pydantic's warnings, which would quote what they warn about."""
    return model.__pydantic_serializer__.to_json(model, warnings=False)


def kid_of(event: Event) -> str | None:
    """The name of the key that opens this event, where it carries a box."""
    box = event.box
    return None if box is None or box.box is None else box.box["kid"]


def open_box(event: Event, id_: UUID, keys: Mapping[str, Key]) -> None:
    """Put the plain data, validated, in place of its box. What is wrong is said without quoting any of it.

    The event has just been read and nobody else has seen it: it is changed where it stands, not copied.
    """
    sealed = event.box and event.box.box
    if not sealed:
        return
    key = keys.get(sealed["kid"])
    if key is None:
        raise Unprocessable("the key to its personal data is unknown here, or has been forgotten")
    try:
        plain = key.decrypt(a2b_base64(sealed["sealed"], strict_mode=True), _bound_to(id_, event.type))
    except (InvalidTag, ValueError):
        raise Unprocessable("its personal data was not sealed for this event, or has been tampered with") from None
    model = _plain_model(type(event)).__pydantic_validator__.validate_json(plain)
    vars(event)["personal"] = Sealed(model, opened_with=key.kid)


def _bound_to(id_: UUID, type_: str) -> bytes:
    return id_.bytes + type_.encode()


@cache
def _plain_model(event: type[Event]) -> type[BaseModel]:
    """The model inside `personal: Sealed[Model]`, or inside `Sealed[Model] | None`."""
    annotation: Any = event.model_fields["personal"].annotation
    for choice in (annotation, *get_args(annotation)):
        for inner in get_args(choice):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                return inner
    raise TypeError(f"{event.__name__}.personal is not Sealed[a model]")
