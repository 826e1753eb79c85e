"""What is to be said of a value that was taken and is not used as it stands. Nothing in it is personal."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Doubt(StrEnum):
    """What is wrong with a value."""

    WRONG = ""
    """Its form, or its check letter or digit."""
    PLACEHOLDER = "placeholder"
    """UN1 to UN5: what the return on looked-after children has in place of a UPN."""
    TEMPORARY = "temporary"
    """A temporary UPN. It is believed."""
    UNLISTED = "unlisted"
    """No school on the list has this number."""
    SUCCEEDED = "succeeded"
    """A school's number before it became an academy, or was merged. It is believed; another one holds now."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A field, what is wrong with it, and the public number that holds instead. As text it has no spaces."""

    field: str
    doubt: Doubt = Doubt.WRONG
    instead: str | None = None

    def __str__(self) -> str:
        """`child.upn`, `child.upn:placeholder`, `school_urn:succeeded:990101`."""
        return ":".join(part for part in (self.field, self.doubt.value, self.instead) if part)

    @classmethod
    def of(cls, text: str) -> Remark:
        """Back from the text. Raises ValueError for a doubt that is none."""
        field, _, rest = text.partition(":")
        doubt, _, instead = rest.partition(":")
        return cls(field, Doubt(doubt), instead or None)
