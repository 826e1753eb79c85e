"""Personal data in an event: plain only in the hands of the service that wrote it and of its named readers.

On the wire it is `{"kid": ..., "sealed": ...}` from the first day. This module knows the shape; how a
`kid` becomes a key, and the cipher, are the bus's business (`cme_bus.sealing`).
"""

from typing import Any, ClassVar, Self, get_args

from pydantic import BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

type Box = dict[str, str]
"""`{"kid": key id, "sealed": base64 of nonce and ciphertext}`: all that leaves the process."""


class StillSealedError(Exception):
    """Somebody who may not, or has not yet, opened the personal data asked for it."""


class NotSealedError(Exception):
    """Plain personal data was about to be written. Only a sealed event may leave the process."""


class Sealed[T: BaseModel]:
    """Either the plain model (`plain`) or the box that travels (`box`). It refuses to be written while plain.

    Equality compares what is held; `repr` shows neither.
    """

    __slots__ = ("_box", "_kid", "_plain")
    __hash__: ClassVar[None]  # type: ignore[assignment]

    def __init__(self, plain: T | None = None, *, box: Box | None = None, opened_with: str | None = None) -> None:
        """`opened_with`: the name of the key that opened it, and so of whoever sealed it."""
        if (plain is None) == (box is None):
            raise TypeError("either the plain model or the box")
        self._plain, self._box, self._kid = plain, box, opened_with

    @property
    def plain(self) -> T:
        """The personal data. Raises `StillSealedError` where this service is not one of the event's readers."""
        if self._plain is None:
            raise StillSealedError("this personal data has not been opened here")
        return self._plain

    @property
    def opened_with(self) -> str | None:
        """The name of the key that opened it. None: it was never sealed, or is sealed still."""
        return self._kid

    @property
    def box(self) -> Box | None:
        """What travels, once sealed."""
        return self._box

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sealed) and (self._plain, self._box) == (other._plain, other._box)

    def __repr__(self) -> str:
        return "<Sealed: plain>" if self._box is None else f"<Sealed: {self._box['kid']}>"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        (plain,) = get_args(source)
        box = core_schema.typed_dict_schema(
            {
                "kid": core_schema.typed_dict_field(core_schema.str_schema(min_length=1, max_length=200)),
                "sealed": core_schema.typed_dict_field(core_schema.str_schema(min_length=1)),
            },
            extra_behavior="ignore",
        )
        return core_schema.json_or_python_schema(
            json_schema=core_schema.no_info_after_validator_function(cls._of_box, box),
            python_schema=core_schema.union_schema(
                [
                    core_schema.is_instance_schema(cls),
                    core_schema.no_info_after_validator_function(cls._of_box, box),
                    core_schema.no_info_after_validator_function(cls, core_schema.is_instance_schema(plain)),
                ]
            ),
            serialization=core_schema.plain_serializer_function_ser_schema(_write),
            metadata={"plain": plain},
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        plain = schema["metadata"]["plain"].model_json_schema()
        return {
            "type": "object",
            "title": "Sealed",
            "description": "AES-256-GCM. Associated data: the 16 bytes of the event id, then the type. Opens to x-plain.",
            "properties": {
                "kid": {"type": "string", "description": "Which key; how it is resolved is the keyring's business."},
                "sealed": {"type": "string", "description": "Base64 of nonce (12 bytes) and ciphertext."},
            },
            "required": ["kid", "sealed"],
            "x-plain": _inline(plain, plain.get("$defs", {})),
        }

    @classmethod
    def _of_box(cls, box: Box) -> Self:
        return cls(box=box)


def _write(value: Sealed[Any]) -> Box:
    if value.box is None:
        raise NotSealedError("personal data must be sealed before it is written")
    return value.box


def _inline(node: Any, definitions: dict[str, Any]) -> Any:
    """`x-plain` stands inside another schema, where its own `$ref`s would point nowhere."""
    if isinstance(node, list):
        return [_inline(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    if ref := node.get("$ref"):
        return _inline(definitions[ref.removeprefix("#/$defs/")], definitions)
    return {word: _inline(value, definitions) for word, value in node.items() if word != "$defs"}
