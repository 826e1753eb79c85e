"""How a submission is named in a path."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Path

from cme_referrals.domain.reference import read_reference

SubmissionName = Annotated[
    str, Path(description="The submission's id, or its reference as anybody writes it.", max_length=64)
]


def named(given: str) -> UUID | str | None:
    """The id or the reference that somebody wrote; None where it is neither."""
    try:
        return UUID(given)
    except ValueError:
        return read_reference(given)
