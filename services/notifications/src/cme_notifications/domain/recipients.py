"""Whom a message is for, named without saying where they can be reached: that may be learnt later."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

STANDS_IN = "team_manager"
"""The role that is told where a case has no Lead Officer yet, or an agency cannot be reached: nobody is told is no answer."""

SOCIAL_CARE = "social_care"
SAFEGUARDING = "safeguarding"
"""The council's own safeguarding team: it agrees to closures, and is on no staff list of ours."""


class Kind(StrEnum):
    """How a recipient is named."""

    OFFICER = "officer"
    SCHOOL = "school"
    SUBMISSION = "submission"
    """Whoever sent it: the named referrer, or the school whose return it was."""
    ROLE = "role"
    """Every officer who holds it when the message goes out; the first to come, where nobody does."""
    PARTNER = "partner"
    """An agency whose address is the council's configuration."""
    CONTACT = "contact"
    """Whoever asked for a link: known by an address, and by nothing else."""
    TEAM = "team"
    """Another team of the council; its mailbox is configuration too."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """One party that is told. `name` is an id, a URN or a code."""

    kind: Kind
    name: str

    @classmethod
    def officer(cls, officer_id: UUID) -> Recipient:
        return cls(Kind.OFFICER, str(officer_id))

    @classmethod
    def school(cls, urn: str) -> Recipient:
        return cls(Kind.SCHOOL, urn)

    @classmethod
    def sender_of(cls, submission_id: UUID) -> Recipient:
        return cls(Kind.SUBMISSION, str(submission_id))

    @classmethod
    def who_asked(cls, link_id: UUID) -> Recipient:
        return cls(Kind.CONTACT, str(link_id))

    @classmethod
    def role(cls, role: str) -> Recipient:
        return cls(Kind.ROLE, role)

    @classmethod
    def social_care(cls) -> Recipient:
        return cls(Kind.PARTNER, SOCIAL_CARE)

    @classmethod
    def team(cls, code: str) -> Recipient:
        return cls(Kind.TEAM, code)

    @classmethod
    def safeguarding(cls) -> Recipient:
        return cls(Kind.TEAM, SAFEGUARDING)

    @classmethod
    def lead_officer(cls, officer_id: UUID | None) -> Recipient:
        """The Lead Officer, or the team manager where the case has none."""
        return cls.role(STANDS_IN) if officer_id is None else cls.officer(officer_id)
