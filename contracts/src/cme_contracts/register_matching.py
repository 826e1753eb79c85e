"""What the register says of likeness: records that may be one child, and what somebody said of them."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from cme_contracts.base import Service
from cme_contracts.codes import MatchDecision
from cme_contracts.fields import FirstSubmissionId, Instant, OfficerId, SubmissionId, instant
from cme_contracts.register import STREAM, ChildEvent


class MatchProposed(ChildEvent):
    """Two records may be one child: somebody is to say. Nothing is joined meanwhile."""

    type: ClassVar[str] = "cme.match.proposed.v1"
    stream: ClassVar[str] = STREAM
    owner: ClassVar[Service] = "register"
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
    stream: ClassVar[str] = STREAM
    owner: ClassVar[Service] = "register"
    source_clause: ClassVar[str] = "policy 8"

    pair_id: UUID = Field(description="As it was proposed.")
    other_child_id: UUID = Field(description="The other of the two; the absorbed one where they are the same.")
    decision: MatchDecision
    decided_by: OfficerId
    decided_at: Instant = instant("When the officer decided.")


class IdentifierQuarantined(ChildEvent):
    """An identifier that was sent of a child is another child's: nothing is overwritten, and it is not shown of this one."""

    type: ClassVar[str] = "cme.identifier.quarantined.v1"
    stream: ClassVar[str] = STREAM
    owner: ClassVar[Service] = "register"
    source_clause: ClassVar[str] = "policy 8"

    submission_id: SubmissionId
    first_submission_id: FirstSubmissionId
    identifier: str = Field(description="upn or nhs_number; never the number.")
    held_by_child_id: UUID = Field(description="The child whose record has it.")
    quarantined_at: Instant = instant("When the register saw it.")
