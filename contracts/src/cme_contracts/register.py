"""What the register says: which child, which case, which clock, which outcome."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from cme_contracts.base import Event, Service
from cme_contracts.codes import (
    Assignment,
    CaseKind,
    Category,
    ConsentKind,
    Factor,
    Ground,
    JointDecision,
    MatchCertainty,
    OfficerRole,
    Outcome,
    Proof,
    Team,
)
from cme_contracts.codes_work import Rating
from cme_contracts.fields import (
    CaseId,
    ChildId,
    ClockCode,
    ClockId,
    FirstSubmissionId,
    Instant,
    LaCode,
    OfficerId,
    Reference,
    SubmissionId,
    Urn,
    date,
    day,
    instant,
)  # fmt: skip
from cme_contracts.people import Officer
from cme_contracts.sealed import Sealed

STREAM = "cme.register"


class OfficerChanged(Event):
    """An officer has joined, left, or changed role."""

    type: ClassVar[str] = "cme.officer.changed.v1"
    stream: ClassVar[str] = STREAM
    owner: ClassVar[Service] = "register"
    source_clause: ClassVar[str] = "policy 5.1"
    readers: ClassVar[frozenset[Service]] = frozenset({"notifications"})
    lawful_basis: ClassVar[str] = "UK GDPR Article 6(1)(e): to reach the officer who must act."

    officer_id: OfficerId
    role: OfficerRole
    active: bool = Field(description="False once they have left.")
    changed_at: Instant = instant("When the change took effect.")
    personal: Sealed[Officer]

    @property
    def key(self) -> str:
        return str(self.officer_id)


class ChildEvent(Event):
    """What every fact about a child the register knows has in common."""

    child_id: ChildId

    @property
    def key(self) -> str:
        return str(self.child_id)


class SubmissionMatched(ChildEvent):
    """The register has said which child a submission is about. Whoever keeps anything by submission re-keys."""

    type: ClassVar[str] = "cme.submission.matched.v1"
    stream: ClassVar[str] = STREAM
    owner: ClassVar[Service] = "register"
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
    stream: ClassVar[str] = STREAM
    owner: ClassVar[Service] = "register"
    source_clause: ClassVar[str] = "policy 8"

    absorbed_child_id: UUID = Field(description="The record that is no longer shown by itself.")
    decided_by: OfficerId
    joined_at: Instant = instant("When the officer decided.")


class RecordsSeparated(ChildEvent):
    """Two records were joined in error. What is named here belongs to `restored_child_id` again."""

    type: ClassVar[str] = "cme.records.separated.v1"
    stream: ClassVar[str] = STREAM
    owner: ClassVar[Service] = "register"
    source_clause: ClassVar[str] = "policy 8"

    restored_child_id: UUID = Field(description="The record that stands by itself again.")
    submission_ids: tuple[UUID, ...] = Field(
        description="First submissions of the chains that are the restored child's."
    )
    case_ids: tuple[UUID, ...] = Field(description="The cases that are the restored child's.")
    recorded_ids: tuple[UUID, ...] = Field(
        default=(), description="The orders and consents that are the restored child's, by their ids."
    )
    decided_by: OfficerId
    separated_at: Instant = instant("When the officer decided.")


class AttendanceOrderRecorded(ChildEvent):
    """An officer has recorded a school attendance order, or what has changed about one: the latest is what holds."""

    type: ClassVar[str] = "cme.attendance-order.recorded.v1"
    stream: ClassVar[str] = STREAM
    owner: ClassVar[Service] = "register"
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
    stream: ClassVar[str] = STREAM
    owner: ClassVar[Service] = "register"
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
    stream: ClassVar[str] = STREAM
    owner: ClassVar[Service] = "register"
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
    stream: ClassVar[str] = STREAM
    owner: ClassVar[Service] = "register"
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


class CaseEvent(ChildEvent):
    """What every fact about a case has in common."""

    case_id: CaseId


class CaseOpened(CaseEvent):
    """A child is on the register: missing education, or an on-roll enquiry."""

    type: ClassVar[str] = "cme.case.opened.v1"
    stream: ClassVar[str] = STREAM
    owner: ClassVar[Service] = "register"
    source_clause: ClassVar[str] = "policy 3, 7, 8"

    submission_id: SubmissionId
    kind: CaseKind
    category: Category | None = Field(default=None, description="None for an on-roll enquiry, which is neither.")
    factors: tuple[Factor, ...] = Field(default=(), description="What is known of risk, as codes.")
    school_urn: Urn | None = None
    school_la: LaCode | None = Field(default=None, description="The authority where the school is located.")
    home_la: LaCode | None = Field(default=None, description="The authority where the child lives.")
    rating: Rating | None = Field(default=None, description="What it begins with; RiskRated says what changes.")
    follows_case_id: UUID | None = Field(
        default=None, description="The child's closed case that this one follows; None: there is none."
    )
    opened_at: Instant = instant("When the council received what opened the case.")


class DuplicateLinked(CaseEvent):
    """Another submission about a child with an open case. One case, however many referrals."""

    type: ClassVar[str] = "cme.duplicate.linked.v1"
    stream: ClassVar[str] = STREAM
    owner: ClassVar[Service] = "register"
    source_clause: ClassVar[str] = "policy 7"

    submission_id: SubmissionId
    factors: tuple[Factor, ...] = Field(default=(), description="Factors this submission adds, as codes.")
    linked_at: Instant = instant("When it was linked.")


class CategoryChanged(CaseEvent):
    """The case has moved between missing, without a school place, and on-roll enquiry."""

    type: ClassVar[str] = "cme.category.changed.v1"
    stream: ClassVar[str] = STREAM
    owner: ClassVar[Service] = "register"
    source_clause: ClassVar[str] = "policy 3"

    kind: CaseKind
    category: Category | None = Field(default=None, description="None for an on-roll enquiry.")
    previous_kind: CaseKind
    previous_category: Category | None = None
    decided_by: OfficerId | None = Field(default=None, description="None: by rule, from a return.")
    changed_at: Instant = instant("When it changed.")


class LeadOfficerAssigned(CaseEvent):
    """The case has an owner: the Lead Officer who investigates."""

    type: ClassVar[str] = "cme.lead-officer.assigned.v1"
    stream: ClassVar[str] = STREAM
    owner: ClassVar[Service] = "register"
    source_clause: ClassVar[str] = "policy 7"

    officer_id: OfficerId
    assigned_by: OfficerId | None = Field(default=None, description="None: by load, automatically.")
    reason: Assignment | None = Field(default=None, description="Why it went to them.")
    previous_officer_id: OfficerId | None = Field(default=None, description="Whose it was; None: nobody's.")
    assigned_at: Instant = instant("When.")


class ClockEvent(CaseEvent):
    """What every fact about a clock has in common."""

    clock_id: ClockId
    clock: ClockCode
    due_on: date = day("The last day on which doing it is on time.")
    due_at: Instant = instant("The instant that day ends in Europe/London; of a clock of hours the instant itself.")
    about: UUID | None = Field(
        default=None,
        description="What of the case it is about: a submission, a check, a placement. None: the case itself.",
    )


class ClockStarted(ClockEvent):
    """A deadline runs."""

    type: ClassVar[str] = "cme.clock.started.v1"
    stream: ClassVar[str] = STREAM
    owner: ClassVar[Service] = "register"
    source_clause: ClassVar[str] = "policy 7"

    starts_on: date = day("Day nought: the day on which what starts it happened.")
    warn_at: Instant | None = Field(default=None, description="When the owner is warned.")
    calendar: str = Field(description="Version of the calendar that set the date.")
    source: str = Field(description="The clause or regulation that sets the length.")


class ClockWarned(ClockEvent):
    """A deadline is near."""

    type: ClassVar[str] = "cme.clock.warned.v1"
    stream: ClassVar[str] = STREAM
    owner: ClassVar[Service] = "register"
    source_clause: ClassVar[str] = "policy 8"

    officer_id: OfficerId | None = Field(
        default=None, description="The Lead Officer, or who covers for them; None: there is none."
    )
    detected_at: Instant = instant("When the warning was raised; later than due only after an outage.")


class DeadlineBreached(ClockEvent):
    """A deadline has passed. Never taken back: done later, it is done late."""

    type: ClassVar[str] = "cme.deadline.breached.v1"
    stream: ClassVar[str] = STREAM
    owner: ClassVar[Service] = "register"
    source_clause: ClassVar[str] = "policy 7, 8"

    officer_id: OfficerId | None = Field(
        default=None, description="The Lead Officer, or who covers for them; None: there is none."
    )
    tell: tuple[OfficerRole, ...] = Field(description="Whom the first rung of the ladder tells.")
    detected_at: Instant = instant("When the breach was seen.")
    detected_late_by: int = Field(
        description="Whole seconds from the instant it was due to be raised; 0 in time.", ge=0
    )


class DeadlineEscalated(ClockEvent):
    """A breached deadline is still not met: the next rung of the ladder is told."""

    type: ClassVar[str] = "cme.deadline.escalated.v1"
    stream: ClassVar[str] = STREAM
    owner: ClassVar[Service] = "register"
    source_clause: ClassVar[str] = "policy 8"

    rung: int = Field(description="2 for the first after the breach.", ge=2)
    tell: tuple[OfficerRole, ...] = Field(description="Whom this rung tells.")
    detected_at: Instant = instant("When.")


class ClockSatisfied(ClockEvent):
    """What the clock asked for has been done, on time or late for ever."""

    type: ClassVar[str] = "cme.clock.satisfied.v1"
    stream: ClassVar[str] = STREAM
    owner: ClassVar[Service] = "register"
    source_clause: ClassVar[str] = "policy 7, 8"

    on_time: bool = Field(description="Done by the end of the day it was due. Never changes.")
    late_by_working_days: int = Field(description="0 on time.", ge=0)
    satisfied_at: Instant = instant("When it was done.")


class ChildLocated(CaseEvent):
    """The child has been found; how that is known is said."""

    type: ClassVar[str] = "cme.child.located.v1"
    stream: ClassVar[str] = STREAM
    owner: ClassVar[Service] = "register"
    source_clause: ClassVar[str] = "policy 7"

    proof: Proof
    decided_by: OfficerId
    located_at: Instant = instant("When the council knew.")


class CaseClosed(CaseEvent):
    """The case is closed with an outcome and the proof of it. Every referrer is to be told."""

    type: ClassVar[str] = "cme.case.closed.v1"
    stream: ClassVar[str] = STREAM
    owner: ClassVar[Service] = "register"
    source_clause: ClassVar[str] = "policy 7, 8"

    outcome: Outcome
    proof: Proof
    submission_ids: tuple[UUID, ...] = Field(
        description="Every submission of the case, of corrected ones the last: whose referrers are told."
    )
    decided_by: OfficerId
    agreed_by: tuple[UUID, ...] = Field(
        default=(), description="The officers who agreed, where the outcome asks for it; never who proposed it."
    )
    repeat: int = Field(default=0, description="How often the case had been reopened before.", ge=0)
    no_letters: bool = Field(default=False, description="True: the child has died. No letter goes to the family.")
    closed_at: Instant = instant("When it was decided.")
