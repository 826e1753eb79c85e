"""What the register says of a case's life: whose it is, how its closure is agreed, on review, awake, open again."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from cme_contracts.codes import (
    AfterClosure,
    CaseKind,
    Category,
    ClosureRefusal,
    Consideration,
    OfficerRole,
    Outcome,
    Proof,
    SignOff,
    Waking,
)
from cme_contracts.fields import CaseId, Instant, OfficerId, SubmissionId, date, day, instant
from cme_contracts.register import CaseEvent, RegisterEvent


class CaseLeftToTeam(CaseEvent):
    """There is no Lead Officer to whom the case could go: the team itself is its owner, and this role answers for it."""

    type: ClassVar[str] = "cme.case.left-to-team.v1"
    source_clause: ClassVar[str] = "policy 5.1, 7"

    role: OfficerRole = Field(description="Who answers for the case until it has a Lead Officer.")
    previous_officer_id: OfficerId | None = Field(default=None, description="Whose it was; None: nobody's yet.")
    left_at: Instant = instant("When.")


class CaseReviewed(CaseEvent):
    """Somebody has looked at the case again and says when it is looked at next."""

    type: ClassVar[str] = "cme.case.reviewed.v1"
    source_clause: ClassVar[str] = "policy 7, 8"

    reviewed_by: OfficerId
    next_on: date | None = Field(default=None, description="The day of the next review; None: another clock runs.")
    reviewed_at: Instant = instant("When.")


class ConsiderationRecorded(CaseEvent):
    """An officer has considered what must be considered before the case may close. The reason stays in the register."""

    type: ClassVar[str] = "cme.consideration.recorded.v1"
    source_clause: ClassVar[str] = "policy 5.1, 9"

    of: Consideration
    sibling_child_id: UUID | None = Field(
        default=None, description="Which brother or sister, as the register knows them."
    )
    considered_by: OfficerId
    considered_at: Instant = instant("When.")


class ClosureEvent(CaseEvent):
    """What every fact about one proposed closure has in common."""

    closure_id: UUID = Field(description="One proposal; a later one is another.")


class ClosureProposed(ClosureEvent):
    """An officer says how the case may end. It ends so once everybody named has agreed; until then the clocks run on."""

    type: ClassVar[str] = "cme.closure.proposed.v1"
    source_clause: ClassVar[str] = "policy 7, 8"

    outcome: Outcome
    proof: Proof
    needs: tuple[SignOff, ...] = Field(description="Who has to agree, each another person than who proposes it.")
    proposed_by: OfficerId
    proposed_at: Instant = instant("When.")


class ClosureSignedOff(ClosureEvent):
    """One of those who have to agree to a closure has agreed."""

    type: ClassVar[str] = "cme.closure.signed-off.v1"
    source_clause: ClassVar[str] = "policy 7, 8, 9"

    sign_off: SignOff
    missing: tuple[SignOff, ...] = Field(default=(), description="Who has still to agree.")
    signed_by: OfficerId
    signed_at: Instant = instant("When.")


class ClosureRefused(ClosureEvent):
    """A proposed closure came to nothing: the case is worked on as before."""

    type: ClassVar[str] = "cme.closure.refused.v1"
    source_clause: ClassVar[str] = "policy 7, 8"

    reason: ClosureRefusal
    refused_by: OfficerId | None = Field(default=None, description="None: by rule, because something new was heard.")
    refused_at: Instant = instant("When.")


class CaseBecameDormant(CaseEvent):
    """Not closed: the child was not found. The case keeps its owner and is looked at again on the days set."""

    type: ClassVar[str] = "cme.case.became-dormant.v1"
    source_clause: ClassVar[str] = "policy 7, 8"

    outcome: Outcome = Field(description="moved_abroad_believed or untraced.")
    proof: Proof
    decided_by: OfficerId
    review_on: date = day("The day of the first review.")
    dormant_at: Instant = instant("When.")


class CaseWoken(CaseEvent):
    """A case that was on review is worked on again."""

    type: ClassVar[str] = "cme.case.woken.v1"
    source_clause: ClassVar[str] = "policy 8"

    reason: Waking
    woken_by: OfficerId | None = Field(default=None, description="None: by rule, because something new was heard.")
    woken_at: Instant = instant("When.")


class CaseReopened(CaseEvent):
    """A closed case is open again, under its old id. Its old clocks keep their results."""

    type: ClassVar[str] = "cme.case.reopened.v1"
    source_clause: ClassVar[str] = "policy 7, 8"

    repeat: int = Field(description="How often it has been reopened; 1 for the first time.", ge=1)
    reason: Waking
    submission_id: SubmissionId | None = Field(default=None, description="What reopened it; None: a person did.")
    previous_outcome: Outcome
    kind: CaseKind | None = Field(default=None, description="What the case is now; None: as it was when it was closed.")
    category: Category | None = Field(
        default=None, description="The category of policy 3; None for an on-roll enquiry."
    )
    reopened_by: OfficerId | None = Field(default=None, description="None: by rule, because of what was received.")
    reopened_at: Instant = instant("When the council received what reopened it.")


class ClosedCaseMet(CaseEvent):
    """Something has arrived about a child whose case is closed, and who has no other. What follows is said."""

    type: ClassVar[str] = "cme.closed-case.met.v1"
    source_clause: ClassVar[str] = "policy 7, 8"

    submission_id: SubmissionId
    then: AfterClosure
    new_case_id: CaseId | None = Field(default=None, description="The case that was opened instead.")
    met_at: Instant = instant("When it was received.")


class OfficerAbsenceRecorded(RegisterEvent):
    """An officer is away. Meanwhile warnings go to whoever covers, and new cases to those who are there."""

    type: ClassVar[str] = "cme.officer.absence-recorded.v1"
    source_clause: ClassVar[str] = "policy 5.1, 7"

    absence_id: UUID = Field(description="One absence. Recorded again it is changed; the latest is what holds.")
    officer_id: OfficerId
    first_day: date = day("The first day of the absence.")
    last_day: date | None = Field(default=None, description="The last day; None: until further notice.")
    cover_id: OfficerId | None = Field(default=None, description="Who covers; None: the others, by load.")
    cancelled: bool = Field(default=False, description="True: the absence does not take place after all.")
    recorded_by: OfficerId | None = Field(default=None, description="None: by the staff list.")
    recorded_at: Instant = instant("When.")

    @property
    def key(self) -> str:
        return str(self.officer_id)
