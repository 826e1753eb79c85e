"""The joint enquiries of grounds (h) and (i): a school's half and the council's, and what they decide together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID


class Party(StrEnum):
    """Who signs."""

    SCHOOL = "school"
    AUTHORITY = "authority"


class Decision(StrEnum):
    """Where the enquiries stand."""

    AWAITING_SCHOOL = "awaiting_school"
    AWAITING_AUTHORITY = "awaiting_authority"
    AGREED = "agreed"
    NOT_AGREED = "not_agreed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One party's half: what it did, found and thinks."""

    found: bool
    """Whether it has found the child."""
    return_expected: bool | None
    """Whether it has reasonable grounds to expect the child back. None: it does not say."""
    enquiries: int
    """How many enquiries it made."""
    signed_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class JointEnquiry:
    """Both halves, as far as they are signed and not taken back."""

    id: UUID
    record_id: UUID
    school_urn: str
    ground: str
    """h or i."""
    began_on: date | None = None
    """h: the last day of the leave; i: the first day of the absence. None: nobody has said."""
    school: Signature | None = None
    authority: Signature | None = None
    submission_id: UUID | None = None
    """The school's half."""
    reference: str | None = None
    """Of the school's half."""
    signed_by: UUID | None = None
    """Who signed for the council."""

    @property
    def decision(self) -> Decision:
        """Not found by either; or found, and both say that they have no reasonable grounds to expect the child back."""
        if self.school is None:
            return Decision.AWAITING_SCHOOL if self.authority else Decision.WITHDRAWN
        if self.authority is None:
            return Decision.AWAITING_AUTHORITY
        located = self.school.found or self.authority.found
        given_up = self.school.return_expected is False and self.authority.return_expected is False
        return Decision.AGREED if given_up or not located else Decision.NOT_AGREED

    def is_about(self, began_on: date | None) -> bool:
        """Whether a signature about an absence that began then belongs to it."""
        return None in (began_on, self.began_on) or began_on == self.began_on
