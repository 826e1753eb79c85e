"""What the register says of likeness: records that may be one child, and what somebody said of them."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from cme_contracts.codes import MatchCertainty, MatchDecision
from cme_contracts.fields import (
    FirstSubmissionId,
    Instant,
    OfficerId,
    SubmissionId,
    Urn,
    instant,
)  # fmt: skip
from cme_contracts.register import ChildEvent


class SubmissionMatched(ChildEvent):
    """The register has said which child a submission is about. Whoever keeps anything by submission re-keys."""

    type: ClassVar[str] = "cme.submission.matched.v1"
    source_clause: ClassVar[str] = "policy 8"

    submission_id: SubmissionId
    first_submission_id: FirstSubmissionId
    new_record: bool = Field(description="True: nobody the register knew was found, and a record was made.")
    matched_by: tuple[str, ...] = Field(default=(), description="What agreed, as field names, never values.")
    certainty: MatchCertainty | None = Field(
        default=None, description="Where likeness decided. None: a new record, or a correction of what was sent before."
    )
    score: float | None = Field(
        default=None, description="Bits for its being this child, where likeness decided: 10 is a thousand to one."
    )
    reasons: tuple[str, ...] = Field(
        default=(), description="In plain words, what agrees and then what does not; never a value."
    )
    matched_at: Instant = instant("When the register decided.")


class RecordsJoined(ChildEvent):
    """Two records are one child. What was kept for `absorbed_child_id` belongs to `child_id` from now on."""

    type: ClassVar[str] = "cme.records.joined.v1"
    source_clause: ClassVar[str] = "policy 8"

    absorbed_child_id: UUID = Field(description="The record that is no longer shown by itself.")
    decided_by: OfficerId
    joined_at: Instant = instant("When the officer decided.")


class RecordsSeparated(ChildEvent):
    """Two records were joined in error. What is named here belongs to `restored_child_id` again."""

    type: ClassVar[str] = "cme.records.separated.v1"
    source_clause: ClassVar[str] = "policy 8"

    restored_child_id: UUID = Field(description="The record that stands by itself again.")
    submission_id: SubmissionId | None = Field(
        default=None,
        description="Where a submission that had joined the child by itself was taken out: which. The restored record is a new one, made for it.",
    )
    submission_ids: tuple[UUID, ...] = Field(
        description="First submissions of the chains that are the restored child's."
    )
    case_ids: tuple[UUID, ...] = Field(description="The cases that are the restored child's.")
    recorded_ids: tuple[UUID, ...] = Field(
        default=(), description="The orders and consents that are the restored child's, by their ids."
    )
    decided_by: OfficerId
    separated_at: Instant = instant("When the officer decided.")


class MatchProposed(ChildEvent):
    """Two records may be one child: somebody is to say. Nothing is joined meanwhile."""

    type: ClassVar[str] = "cme.match.proposed.v1"
    source_clause: ClassVar[str] = "policy 8"

    pair_id: UUID = Field(description="The two records, in this order or the other; proposed once for ever.")
    other_child_id: UUID = Field(description="Who the child may also be.")
    submission_id: SubmissionId = Field(description="What showed it.")
    score: float = Field(description="Bits for their being one child: 10 is a thousand to one.")
    reasons: tuple[str, ...] = Field(
        description="In plain words, what agrees and then what does not; never a value of either."
    )
    proposed_at: Instant = instant("When the register compared them.")


class MatchDecided(ChildEvent):
    """Somebody has said whether two records are one child. `RecordsJoined` is said beside it where they are."""

    type: ClassVar[str] = "cme.match.decided.v1"
    source_clause: ClassVar[str] = "policy 8"

    pair_id: UUID = Field(description="As it was proposed.")
    other_child_id: UUID = Field(description="The other of the two; the absorbed one where they are the same.")
    decision: MatchDecision
    decided_by: OfficerId
    decided_at: Instant = instant("When the officer decided.")


class IdentifierQuarantined(ChildEvent):
    """An identifier that was sent of a child is another child's: nothing is overwritten, and it is not shown of this one."""

    type: ClassVar[str] = "cme.identifier.quarantined.v1"
    source_clause: ClassVar[str] = "policy 8"

    submission_id: SubmissionId
    first_submission_id: FirstSubmissionId
    identifier: str = Field(description="upn or nhs_number; never the number.")
    held_by_child_id: UUID = Field(description="The child whose record has it.")
    reference: str | None = Field(default=None, description="Of the submission.")
    school_urn: Urn | None = Field(
        default=None, description="The school whose return it was; None: it was none, or of a death."
    )
    referred: bool = Field(default=False, description="True: it was a referral, and whoever made it can look again.")
    quarantined_at: Instant = instant("When the register saw it.")
