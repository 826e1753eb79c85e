"""Kinds of fields the forms have in common. What they refuse they explain without repeating it."""

from __future__ import annotations

import re
from datetime import date
from difflib import get_close_matches
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic.annotated_handlers import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from cme_contracts.codes import OpenCode
from cme_web.problems import Wrong

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
FIRST, LAST = date(1900, 1, 1), date(2199, 12, 31)
"""A day outside these is a typing mistake; nothing could be due a few days after the last one a date can hold."""
HINTED = 3
"""Unknown members for which the nearest known one is looked for: a body may hold a hundred thousand."""


class Form(BaseModel):
    """Base of everything a sender fills in. A member we do not know is a typing mistake: what it says would be lost."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _knows_its_members(cls, given: Any) -> Any:
        if not isinstance(given, dict) or given.keys() <= cls.__pydantic_fields__.keys():
            return given
        known = list(cls.model_fields)
        if unknown := [name for name in given if name not in known]:
            near = {name for one in unknown[:HINTED] for name in get_close_matches(str(one), known, n=1)}
            hint = (
                f"The nearest known member is {', '.join(sorted(near))}."
                if near
                else f"Known members are {', '.join(known)}."
            )
            raise Wrong(
                f"has {len(unknown)} member(s) we do not know", f"Leave it out, or correct its spelling. {hint}"
            )
        return given

    @field_validator("*")
    @classmethod
    def _can_be_kept(cls, given: Any) -> Any:
        """What we accept, and seal, every reader must be able to keep: a database has no U+0000 in a text."""
        if "\0" in given if isinstance(given, str) else isinstance(given, tuple) and _has_zero(given):
            raise Wrong("holds a character that is no text", "Leave out U+0000.")
        return given


def _has_zero(several: tuple[object, ...]) -> bool:
    return any(isinstance(one, str) and "\0" in one for one in several)


def _day(given: object) -> date:
    """A number would be read as seconds since 1970, and a birthday lost."""
    try:
        day = date.fromisoformat(given.strip()) if isinstance(given, str) and DAY.fullmatch(given.strip()) else None
    except ValueError:
        day = None
    if day is None:
        raise Wrong("is not a date", "Give it as YYYY-MM-DD.")
    if not FIRST <= day <= LAST:
        raise Wrong("is out of all bounds", f"Give a day from {FIRST} to {LAST}.")
    return day


class Known:
    """Only codes this version knows. An event's reader takes a later one as unknown; a sender is told."""

    def __get_pydantic_core_schema__(self, source: type[OpenCode], handler: GetCoreSchemaHandler) -> CoreSchema:
        known = [one.value for one in source if one.name != "UNKNOWN"]

        def read(given: object) -> object:
            if given not in known:
                raise Wrong("is not one of the known codes", f"Give one of {', '.join(known)}.")
            return given

        return core_schema.no_info_before_validator_function(read, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "enum": handler.resolve_ref_schema(handler(schema))["x-open-codes"]}


Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Text = Annotated[str, Field(max_length=200)]
Identifier = Annotated[str, Field(max_length=40)]
"""Checked by the use case: one that cannot be right is kept aside and named in the answer, never a reason to refuse."""
School = Annotated[
    str,
    Field(
        max_length=40,
        examples=["990001", "999/4001"],
        description="A school's URN (six figures) or LAESTAB (seven). One that cannot be right is kept aside, not refused.",
    ),
]
YesNo = Annotated[bool, Strict()]
"""true or false: 0 is neither, nor is a word. A cell of a spreadsheet says yes or no (columns.py)."""
LaCode = Annotated[str, Field(pattern="^[0-9]{3}$", description="Code of a local authority: three figures")]
Email = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254)]
Telephone = Annotated[str, Field(pattern=r"^[0-9+() \-]{5,30}$")]
