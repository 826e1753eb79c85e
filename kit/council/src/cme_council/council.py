"""Contacts, citations, labels and closure days: what differs from council to council, and changes without a release."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

type Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
type Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]


class CouncilError(ValueError):
    """The file is missing, or does not hold what it must. The text names every place that is wrong."""


class NotGivenError(LookupError):
    """The council's file has no such contact or citation, or none that is valid yet."""


class Strict(BaseModel):
    """A misspelt name is an error, not a value that is ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Dated(Strict):
    """A value that holds from a day on, until a later one with the same id does."""

    id: Code
    valid_from: date
    source: Text = Field(description="Where the value is from, so that the next person can check it.")
    note: str = ""


class Contact(Dated):
    """Where to reach somebody. A way that is not known is absent, never a placeholder."""

    name: Text
    email: Text | None = None
    telephone: Text | None = None


class Citation(Dated):
    """A law, guidance or body as letters and pages should cite it."""

    text: Text
    policy_says: Text | None = Field(None, description="The policy's own words, where they need this correction.")


class Closure(Strict):
    """A day on which the council is shut although it would be a working day."""

    day: date
    reason: Text


class Council(Strict):
    """Everything the product says in the council's name. Immutable; a changed file is read at the next start."""

    name: Text
    la_code: Annotated[str, StringConstraints(pattern=r"^\d{3}$")] = Field(
        description="The DfE's code of the authority."
    )
    contact_list: tuple[Contact, ...] = Field(alias="contact")
    citation_list: tuple[Citation, ...] = Field(alias="citation")
    team_list: tuple[Contact, ...] = Field((), alias="team")
    closures: tuple[Closure, ...] = Field((), alias="closure")
    labels: dict[Code, dict[str, Text]] = Field(description="Words for codes, by code list.")

    @model_validator(mode="after")
    def _one_value_a_day(self) -> Self:
        for values in (self.contact_list, self.citation_list, self.team_list):
            twice = [
                key for key, count in Counter((value.id, value.valid_from) for value in values).items() if count > 1
            ]
            if twice:
                raise ValueError(f"{twice[0][0]} is given twice from {twice[0][1]}")
        return self

    @property
    def closure_days(self) -> frozenset[date]:
        """The days on which the council is shut, for `WorkingDays`."""
        return frozenset(closure.day for closure in self.closures)

    def contact(self, id: str, on: date) -> Contact:
        """The contact that is valid on that day. Raises NotGivenError."""
        return _valid(self.contact_list, id, on)

    def teams(self, on: date) -> dict[str, Contact]:
        """The council's other teams that are valid on that day, by code: where what is not the CME team's work goes."""
        return {
            code: _valid(self.team_list, code, on)
            for code in {one.id for one in self.team_list if one.valid_from <= on}
        }

    def citation(self, id: str, on: date) -> Citation:
        """The citation that is valid on that day. Raises NotGivenError."""
        return _valid(self.citation_list, id, on)

    def label(self, code_list: str, code: str) -> str:
        """What people call a code, as in `label("category", "missing")`; the code itself where there is no word."""
        return self.labels.get(code_list, {}).get(code, code)


def load(path: Path) -> Council:
    """Read the council's file (the environment's CME_COUNCIL names it). Raises CouncilError."""
    try:
        return Council.model_validate(tomllib.loads(path.read_text("utf-8")))
    except OSError as error:
        raise CouncilError(f"the council's file {path} cannot be read: {error.strerror}") from error
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, fault['loc'])) or path.name}: {fault['msg']}" for fault in error.errors()]
        raise CouncilError(f"{path}: " + "; ".join(faults)) from error
    except ValueError as error:  # not UTF-8, not TOML
        raise CouncilError(f"{path} is not TOML: {error}") from error


def _valid[D: Dated](values: Iterable[D], id: str, on: date) -> D:
    valid = [value for value in values if value.id == id and value.valid_from <= on]
    if not valid:
        raise NotGivenError(f"the council's file gives no {id} valid on {on}")
    return max(valid, key=lambda value: value.valid_from)
