"""What the bodies of several endpoints have in common."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

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
Instant = AwareDatetime


def found[T](view: T | None) -> T:
    """What was read. Raises `NotVisible` where there is nothing."""
    if view is None:
        raise NotVisible
    return view
