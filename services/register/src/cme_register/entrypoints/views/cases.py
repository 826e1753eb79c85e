"""Answers about cases: the work list, a case's page, its closure."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from cme_register.entrypoints.views import View

Rating = Literal["red", "amber", "green"]


class ChildBrief(View):
    """Who it is."""

    forename: str | None
    surname: str | None
    date_of_birth: date | None


class WhyView(View):
    """A published rule by which a case has its rating, or a person's decision."""

    rule: str
    rating: Rating
    reason: str
    fact: str | None


class DueView(View):
    """A clock that runs."""

    clock: str
    due_at: datetime
    about: UUID | None = Field(description="The check, placement or submission that it is about; null: the case.")


class ChecksCounted(View):
    """How the checks of a case stand."""

    waiting: int
    overdue: int
    outstanding: int = Field(description="Mandatory ones that are neither answered nor waived.")


class CaseOfChild(View):
    """A case, as a list shows it."""

    case_id: UUID
    child_id: UUID
    child: ChildBrief
    risk: Rating
    status: Literal["open", "joined", "closed"]
    kind: str
    category: str | None
    stage: Literal["working", "closure_proposed", "dormant"]
    due_at: datetime | None = Field(description="Its next date.")
    opened_at: datetime
    reopened_at: datetime | None
    repeat: int = Field(description="How often it was opened again.")
    follows_case_id: UUID | None
    met_at: datetime | None = Field(description="Closed: since when something waits that a person must look at.")
    lead_officer_id: UUID | None
    lead_officer: str | None
    owner_role: str
    factors: list[str]
    located: bool
    breached: bool = Field(description="A deadline of it was missed, whatever came of it since.")


class CaseListed(CaseOfChild):
    """A case of the work list: who needs somebody first, and why."""

    version: int
    why: list[WhyView]
    next: DueView | None = Field(description="What the next date is of.")
    overdue: list[DueView]
    checks: ChecksCounted


class CaseList(View):
    """A page of the work list."""

    items: list[CaseListed]


class RungView(View):
    """A rung of a clock's ladder: when it is told, and whom."""

    rung: int
    at: datetime
    tell: list[str]
    told: bool


class ClockView(View):
    """A clock as it stands."""

    clock_id: UUID
    code: str
    who: str
    basis: str
    starts_on: date
    due_on: date
    due_at: datetime
    warn_at: datetime | None
    calendar: str = Field(description="By which edition of which days it was counted.")
    source: str
    warned_at: datetime | None
    breached_at: datetime | None
    rung: int
    satisfied_at: datetime | None
    cancelled_at: datetime | None
    on_time: bool | None
    late_by_working_days: int | None
    state: str
    about: UUID | None
    ladder: list[RungView]


class SubmissionOfCase(View):
    """Something that was sent about the child."""

    submission_id: UUID
    first_submission_id: UUID
    kind: str
    reference: str
    received_at: datetime
    reason: str | None
    ground: str | None
    on_roll: bool | None
    destination_known: bool | None
    factors: list[str]
    school_urn: str | None
    matched_by: list[str]
    held_by: list[str]
    superseded_at: datetime | None
    referrer_informed_at: datetime | None


class EscalationView(View):
    """How an escalation to social care stands. What has not been heard yet is left out."""

    escalation_id: UUID
    raised_again: int
    escalated_at: datetime | None = None
    answer_due_at: datetime | None = None
    decided_by: UUID | None = None
    factors: list[str] | None = None
    to_be_confirmed: bool | None = None
    confirmed: bool | None = None
    acknowledged_at: datetime | None = None
    their_reference: str | None = None
    on_time: bool | None = None


class LineView(View):
    """Something that happened: ids, codes and dates."""

    at: datetime
    what: str = Field(description="The type of the event that says so.")
    detail: dict[str, Any]


class NoteView(View):
    """What somebody wrote."""

    words: str
    written_by: UUID
    corrected_by: UUID | None = Field(description="The note that stands for it.")


class LineWithNote(LineView):
    """The same in the chronology, with a note in its place; a sensitive one is left out for whoever may not see it."""

    line: int
    note: NoteView | None = None


class ChronologyView(View):
    """A page of a case's chronology, oldest first."""

    items: list[LineWithNote]


class CasePage(CaseListed):
    """Everything about one case."""

    school_urn: str | None
    school_la: str | None
    home_la: str | None
    located_at: datetime | None
    location_proof: str | None
    closed_at: datetime | None
    outcome: str | None
    outcome_proof: str | None
    waits_for: UUID | None = Field(description="The case behind which a joined one waits.")
    clocks: list[ClockView]
    submissions: list[SubmissionOfCase]
    escalations: list[EscalationView]
    chronology: list[LineView]


class Signed(View):
    """Somebody agreed."""

    sign_off: str
    signed_by: UUID


class ClosureView(View):
    """A closure that was proposed, and what became of it."""

    closure_id: UUID
    repeat: int
    outcome: str
    proof: str
    evidence: str | None
    needs: list[str]
    proposed_by: UUID
    proposed_at: datetime
    state: Literal["proposed", "agreed", "refused"]
    decided_by: UUID | None
    decided_at: datetime | None
    reason: str | None
    note: str | None
    signed: list[Signed]


class ConsideredView(View):
    """What was considered before the case ends."""

    of: Literal["safeguarding", "sibling"]
    child_id: UUID | None
    reason: str
    considered_by: UUID
    considered_at: datetime


class ClosurePage(View):
    """Every closure, and what is still to be done before one."""

    case_id: UUID
    status: str
    stage: str
    version: int
    closures: list[ClosureView]
    considered: list[ConsideredView]
    checks_to_settle: list[str]
    safeguarding_considered: bool
    siblings_to_consider: list[UUID]
