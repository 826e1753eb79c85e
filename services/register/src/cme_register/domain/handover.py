"""What is another team's work: who gets it, and why."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """One thing that somebody sent, for one team of the council. A correction of it is the same thing."""

    id: UUID
    record_id: UUID
    """The record that the submission fitted."""
    submission_id: UUID
    first_submission_id: UUID
    reference: str
    team: str
    """A code of `cme_contracts.codes.Team`; the council's file has its mailbox."""
    reason: str
    source: str
    """The law or clause it follows from."""
