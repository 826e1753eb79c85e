"""What the register says of what was decided by others, or is others' work: orders, consents, joint enquiries, handing over."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from cme_contracts.codes import Team
from cme_contracts.codes_intake import ConsentKind, Ground, JointDecision
from cme_contracts.fields import (
    CaseId,
    FirstSubmissionId,
    Instant,
    OfficerId,
    Reference,
    SubmissionId,
    Urn,
    date,
    day,
    instant,
)  # fmt: skip
from cme_contracts.register import ChildEvent


class AttendanceOrderRecorded(ChildEvent):
    """An officer has recorded a school attendance order, or what has changed about one: the latest is what holds."""

    type: ClassVar[str] = "cme.attendance-order.recorded.v1"
    source_clause: ClassVar[str] = "policy 5.1; Education Act 1996 s 437"

    order_id: UUID = Field(description="One order, whatever is recorded about it.")
    order_number: str = Field(description="The number the council gave it; says nothing about the child.")
    school_urn: Urn = Field(description="The school the order names.")
    in_force_from: date = day("The first day on which it is in force.")
    in_force_to: date | None = Field(default=None, description="The last day; None: until further notice.")
    recorded_by: OfficerId
    recorded_at: Instant = instant("When the officer recorded it.")


class ConsentRecorded(ChildEvent):
    """An officer has recorded what an authority decided: consent, or the council's signature, given or refused."""

    type: ClassVar[str] = "cme.consent.recorded.v1"
    source_clause: ClassVar[str] = "policy 5.3; regulation 9(1)(h), (i) and 9(2)"

    consent_id: UUID = Field(description="One decision. A later one is another.")
    kind: ConsentKind
    given: bool = Field(description="False: it was refused, or taken back.")
    decided_on: date = day("The day of the decision.")
    school_urn: Urn | None = Field(default=None, description="The school it is for; None: whichever asks.")
    recorded_by: OfficerId
    recorded_at: Instant = instant("When the officer recorded it.")


class JointEnquiryDecided(ChildEvent):
    """The joint enquiries of a school and the council stand like this: the latest is what holds."""

    type: ClassVar[str] = "cme.joint-enquiry.decided.v1"
    source_clause: ClassVar[str] = "policy 5.1; regulation 9(1)(h) and (i)"

    enquiry_id: UUID = Field(description="One joint enquiry about one absence.")
    school_urn: Urn
    ground: Ground = Field(description="h or i.")
    began_on: date | None = Field(
        default=None, description="h: the last day of the leave; i: the first day of the absence. None: nobody said."
    )
    decision: JointDecision = Field(
        description="Agreed: not found, or found and both have no reasonable grounds to expect the child back."
    )
    school_signed_on: date | None = Field(default=None, description="None: the school has not signed, or took it back.")
    authority_signed_on: date | None = Field(
        default=None, description="None: the council has not signed, or took it back."
    )
    submission_id: UUID | None = Field(default=None, description="The school's half, where there is one.")
    reference: Reference | None = Field(default=None, description="The reference of the school's half.")
    signed_by: OfficerId | None = Field(default=None, description="Who signed for the council.")
    decided_at: Instant = instant("When the register knew.")


class HandedOver(ChildEvent):
    """What somebody sent is another team's work: once for each team and reason. It opens no case by itself."""

    type: ClassVar[str] = "cme.child.handed-over.v1"
    source_clause: ClassVar[str] = "policy 5.1, 5.3"

    handover_id: UUID = Field(description="One handing over.")
    case_id: CaseId | None = Field(default=None, description="The child's case, where there is one.")
    submission_id: SubmissionId
    first_submission_id: FirstSubmissionId
    reference: Reference
    team: Team
    reason: str = Field(description="Why, as a code of whoever decided: a kind of return, or a rule.")
    source: str = Field(description="The law or clause it follows from.")
    handed_over_at: Instant = instant("When the register decided.")


class HandoverWithdrawn(ChildEvent):
    """What was handed to a team was taken back by its sender. What the team does with what it has is the team's to decide."""

    type: ClassVar[str] = "cme.handover.withdrawn.v1"
    source_clause: ClassVar[str] = "policy 5.1, 5.3"

    case_id: CaseId | None = Field(default=None, description="The child's case, where there is one.")
    submission_id: SubmissionId
    first_submission_id: FirstSubmissionId
    reference: Reference
    team: Team
    withdrawn_at: Instant = instant("When its sender said so.")
