"""What the register says of its cases: whose they are, what they are, how they end."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from cme_contracts.base import Event, Service
from cme_contracts.codes import (
    Assignment,
    CaseKind,
    Category,
    Factor,
    OfficerRole,
    Outcome,
    Proof,
)
from cme_contracts.codes_work import Rating
from cme_contracts.fields import (
    CaseId,
    ChildId,
    Instant,
    LaCode,
    OfficerId,
    SubmissionId,
    Urn,
    instant,
)  # fmt: skip
from cme_contracts.people import Officer
from cme_contracts.sealed import Sealed

STREAM = "cme.register"


class RegisterEvent(Event):
    """What every fact of the register has in common: it alone says it, on its one stream."""

    stream: ClassVar[str] = STREAM
    owner: ClassVar[Service] = "register"


class OfficerChanged(RegisterEvent):
    """An officer has joined, left, or changed role."""

    type: ClassVar[str] = "cme.officer.changed.v1"
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


class ChildEvent(RegisterEvent):
    """What every fact about a child the register knows has in common."""

    child_id: ChildId

    @property
    def key(self) -> str:
        return str(self.child_id)


class CaseEvent(ChildEvent):
    """What every fact about a case has in common."""

    case_id: CaseId


class CaseOpened(CaseEvent):
    """A child is on the register: missing education, or an on-roll enquiry."""

    type: ClassVar[str] = "cme.case.opened.v1"
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
    source_clause: ClassVar[str] = "policy 7"

    submission_id: SubmissionId
    factors: tuple[Factor, ...] = Field(default=(), description="Factors this submission adds, as codes.")
    linked_at: Instant = instant("When it was linked.")


class CategoryChanged(CaseEvent):
    """The case has moved between missing, without a school place, and on-roll enquiry."""

    type: ClassVar[str] = "cme.category.changed.v1"
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
    source_clause: ClassVar[str] = "policy 7"

    officer_id: OfficerId
    assigned_by: OfficerId | None = Field(default=None, description="None: by load, automatically.")
    reason: Assignment | None = Field(default=None, description="Why it went to them.")
    previous_officer_id: OfficerId | None = Field(default=None, description="Whose it was; None: nobody's.")
    assigned_at: Instant = instant("When.")


class ChildLocated(CaseEvent):
    """The child has been found; how that is known is said."""

    type: ClassVar[str] = "cme.child.located.v1"
    source_clause: ClassVar[str] = "policy 7"

    proof: Proof
    decided_by: OfficerId
    located_at: Instant = instant("When the council knew.")


class CaseClosed(CaseEvent):
    """The case is closed with an outcome and the proof of it. Every referrer is to be told."""

    type: ClassVar[str] = "cme.case.closed.v1"
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
