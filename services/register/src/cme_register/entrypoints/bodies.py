"""What the bodies of several endpoints have in common."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
)

from cme_web.problems import NotVisible, Wrong


class Body(BaseModel):
    """A misspelt field is refused, not ignored; nothing that was sent is repeated."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def _says_something(text: str) -> str:
    if not text.strip():
        raise Wrong("says nothing", "Write it, or leave the field out.")
    return text


Words = Annotated[str, Field(max_length=4000), AfterValidator(_says_something)]
"""Free text. It stands in the register alone: in no event, no log and no answer to a fault."""
Text = Annotated[str, Field(max_length=200), AfterValidator(_says_something)]
Code = Annotated[str, Field(pattern="^[a-z0-9_]{1,60}$", description="As the register's table names it.")]
FIRST, LAST = date(1990, 1, 1), date(2099, 12, 31)
"""Days that can be meant: no child of compulsory school age was born before, and no calendar is kept beyond."""


def _day(given: object) -> date:
    """A number would be read as seconds since 1970."""
    try:
        if isinstance(given, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", given):
            return _that_can_be_meant(date.fromisoformat(given))
    except ValueError as error:
        if isinstance(error, Wrong):
            raise
    raise Wrong("is not a date", "Give it as YYYY-MM-DD.")


def _that_can_be_meant[D: date](given: D) -> D:
    day = given.date() if isinstance(given, datetime) else given
    if not FIRST <= day <= LAST:
        raise Wrong("is no day that can be meant", f"Give one from {FIRST} to {LAST}.")
    return given


Day = Annotated[
    date,
    BeforeValidator(_day),
    WithJsonSchema({"type": "string", "format": "date", "description": f"{FIRST} to {LAST}"}),
]
Instant = Annotated[AwareDatetime, AfterValidator(_that_can_be_meant)]
Urn = Annotated[
    str, Field(pattern="^[0-9]{6}$", description="Unique reference number of an establishment: six figures")
]


def found[T](view: T | None) -> T:
    """What was read. Raises `NotVisible` where there is nothing."""
    if view is None:
        raise NotVisible
    return view
