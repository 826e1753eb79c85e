"""What a command answers: ids, codes, and the version that it has made."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import Field

from cme_register.entrypoints.views import View


class CaseChanged(View):
    """It is done, with this case."""

    case_id: UUID
    version: int = Field(description="Of the case, from now on: its ETag.")


class ClosureDone(CaseChanged):
    """Closed; or proposed, and `awaits` says whose agreement is still needed."""

    closure_id: UUID
    awaits: list[str]


class ClosureRefused(CaseChanged):
    """It does not end so."""

    closure_id: UUID


class CheckDone(CaseChanged):
    """Asked, or answered."""

    check_id: UUID


class WaivedCheck(View):
    """One of them."""

    check: str
    check_id: UUID


class ChecksWaived(CaseChanged):
    """Each is a fact of its own."""

    waived: list[WaivedCheck]


class NoteWritten(CaseChanged):
    """It is kept."""

    note_id: UUID


class ContactKept(CaseChanged):
    """It is kept."""

    contact_id: UUID


class AttemptKept(CaseChanged):
    """It is kept."""

    attempt_id: UUID


class SupportDone(CaseChanged):
    """Offered, or answered."""

    support_id: UUID


class ChildChanged(View):
    """It is done, with this child."""

    child_id: UUID
    case_id: UUID | None = Field(description="Their case, the open one or else the latest.")
    version: int | None = Field(description="Of that case, from now on.")


class OrderKept(ChildChanged):
    """It is kept."""

    order_id: UUID


class ConsentKept(ChildChanged):
    """It is kept."""

    consent_id: UUID


class AssessmentKept(ChildChanged):
    """It is kept. `case_id`: the case that an unsuitable education has opened, or whose category it is now."""

    assessment_id: UUID


class EnquirySigned(ChildChanged):
    """How the joint enquiries stand."""

    enquiry_id: UUID
    decision: str


class PlacementMade(ChildChanged):
    """A place is sought."""

    placement_id: UUID


class StepTaken(ChildChanged):
    """Where the place stands now."""

    placement_id: UUID
    stands: str


class GroupKept(ChildChanged):
    """It is kept."""

    group: str


class SiblingKept(View):
    """It is kept."""

    child_id: UUID
    sibling_child_id: UUID


class AbsenceKept(View):
    """It is kept."""

    officer_id: UUID


class Joined(View):
    """They are shown as one."""

    child_id: UUID


class Separated(View):
    """They stand by themselves."""

    child_id: UUID
    restored_child_id: UUID


class TakenOut(View):
    """What was another child's has a record of its own."""

    child_id: UUID
    new_child_id: UUID


class PairDecided(View):
    """Somebody has said."""

    pair_id: UUID
    decision: Literal["same", "different"]
    child_id: UUID = Field(description="Who is shown.")


class NotArrived(View):
    """A child who did not arrive."""

    child_id: UUID
    case_id: UUID | None


class CohortReported(View):
    """The case of each child who did not arrive."""

    did_not_arrive: list[NotArrived]
