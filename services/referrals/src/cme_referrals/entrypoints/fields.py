"""Kinds of fields the forms have in common. What they refuse they explain without repeating it."""

from __future__ import annotations

from datetime import date
from difflib import get_close_matches
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, Strict, model_validator
from pydantic.annotated_handlers import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from cme_contracts.codes import OpenCode
from cme_referrals.entrypoints.checks import refused_as, texts_without_zero
from cme_web.problems import Wrong

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

    def __copy__(self) -> Self:
        """For `model_copy`: without what was made once of the form as it was."""
        copied = super().__copy__()
        for name in vars(copied).keys() - type(self).__pydantic_fields__.keys():
            del vars(copied)[name]
        return copied

    @classmethod
    def __get_pydantic_core_schema__(cls, source: type[BaseModel], handler: GetCoreSchemaHandler) -> CoreSchema:
        """What we accept, and seal, every reader must be able to keep: a database has no U+0000 in a text."""
        schema: CoreSchema = texts_without_zero(handler(source))
        return schema


class DayOnly:
    """A day as YYYY-MM-DD. A number would be read as seconds since 1970, and a birthday lost."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        written = core_schema.str_schema(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$", strict=True, strip_whitespace=True)
        day = core_schema.chain_schema([written, core_schema.date_schema()])
        bounds = core_schema.date_schema(ge=FIRST, le=LAST)
        return core_schema.chain_schema([
            refused_as(day, "is not a date", "Give it as YYYY-MM-DD."),
            refused_as(bounds, "is out of all bounds", f"Give a day from {FIRST} to {LAST}."),
        ])  # fmt: skip

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "format": "date"}


class Known:
    """Only codes this version knows. An event's reader takes a later one as unknown; a sender is told."""

    def __get_pydantic_core_schema__(self, source: type[OpenCode], handler: GetCoreSchemaHandler) -> CoreSchema:
        known = [one.value for one in source if one.name != "UNKNOWN"]
        codes = core_schema.chain_schema([core_schema.literal_schema(known), handler(source)])
        return refused_as(codes, "is not one of the known codes", f"Give one of {', '.join(known)}.")

    def __get_pydantic_json_schema__(self, schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "enum": schema["schema"]["steps"][0]["expected"]}


Day = Annotated[date, DayOnly()]
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
