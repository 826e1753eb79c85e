"""Answers about children, officers, likeness and cohorts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from cme_register.entrypoints.views import View
from cme_register.entrypoints.views.cases import CaseOfChild


class StatusView(View):
    """What a child is in law, from a day on, and since when that is known."""

    status: str
    since: date
    learnt_at: datetime | None
    because: str
    school_urn: str | None
    la_code: str | None
    case_id: UUID | None
    submission_id: UUID | None
    decided_by: UUID | None


class SchoolAge(View):
    """Compulsory school age (Education Act 1996 s 8)."""

    first_day: date
    last_day: date
    today: bool
    check_leaving_date: bool


class StepView(View):
    """One step of a place."""

    step: str
    on: date
    expected_on: date | None
    submission_id: UUID | None
    recorded_by: UUID | None
    recorded_at: datetime


class PlacementView(View):
    """A place that is sought, and where it stands."""

    placement_id: UUID
    school_urn: str | None
    school_la: str | None
    stands: str
    steps: list[StepView]


class AssessmentView(View):
    """A decision about home education."""

    assessment_id: UUID
    suitable: bool
    decided_on: date
    decided_by: UUID
    recorded_at: datetime


class OtherAuthority(View):
    """An authority that is owed a copy."""

    la_code: str
    first_submission_id: UUID
    noted_at: datetime


class AgeWatchView(View):
    """Something that waits for the child's compulsory school age."""

    submission_id: UUID
    begins_on: date
    set_at: datetime
    ended_at: datetime | None
    because: str | None


class JoinedView(View):
    """A record that is shown as this one."""

    absorbed_child_id: UUID
    joined_into: UUID
    joined_at: datetime
    joined_by: UUID


class AlikeView(View):
    """Whom the record may also be about."""

    pair_id: UUID
    child_id: UUID
    score: float
    reasons: list[str]


class SiblingOfForm(View):
    """Who was in one form with the child."""

    child_id: UUID
    open_case_id: UUID | None


class SubmissionOfChild(View):
    """Something that was sent about the child."""

    submission_id: UUID
    kind: str
    reference: str
    received_at: datetime
    case_id: UUID | None
    record_id: UUID
    matched_by: list[str]
    held_by: list[str]
    superseded_at: datetime | None


class OrderView(View):
    """A school attendance order."""

    order_id: UUID
    order_number: str
    school_urn: str
    in_force_from: date
    in_force_to: date | None
    recorded_by: UUID
    recorded_at: datetime


class SignatureView(View):
    """A half of joint enquiries."""

    enquiry_id: UUID
    school_urn: str
    ground: Literal["h", "i"]
    began_on: date | None
    party: Literal["school", "authority"]
    found: bool
    return_expected: bool | None
    enquiries: int
    made: list[dict[str, Any]]
    signed_on: date
    submission_id: UUID | None
    signed_by: UUID | None
    recorded_at: datetime
    withdrawn_at: datetime | None


class ConsentView(View):
    """A decision of an authority."""

    consent_id: UUID
    kind: str
    given: bool
    decided_on: date
    school_urn: str | None
    recorded_by: UUID
    recorded_at: datetime


class HandedOverView(View):
    """What went to another team of the council."""

    handover_id: UUID
    submission_id: UUID
    team: str
    reason: str
    source: str
    handed_over_at: datetime


class ChildPage(View):
    """A child as the record shows them."""

    child_id: UUID
    details: dict[str, Any] = Field(
        description="Names, birth date, numbers, addresses, parents: what was sent, gathered."
    )
    status: StatusView | None
    status_history: list[StatusView]
    counted_as_missing_education: bool
    compulsory_school_age: SchoolAge | None
    school_la: str | None
    home_la: str | None
    other_authorities: list[OtherAuthority]
    age_watches: list[AgeWatchView]
    placements: list[PlacementView]
    home_education: list[AssessmentView]
    joined: list[JoinedView]
    may_also_be: list[AlikeView]
    siblings: list[SiblingOfForm]
    submissions: list[SubmissionOfChild]
    orders: list[OrderView]
    joint_enquiries: list[SignatureView]
    consents: list[ConsentView]
    handed_over: list[HandedOverView]
    cases: list[CaseOfChild]


class AbsenceView(View):
    """When an officer is away."""

    absence_id: UUID
    first_day: date = Field(alias="from")
    last_day: date | None = Field(alias="to")
    cover_id: UUID | None


class OfficerView(View):
    """An officer, and how much they have."""

    officer_id: UUID
    name: str
    role: str
    active: bool
    open_cases: int
    absences: list[AbsenceView]


class OfficerList(View):
    """Every officer."""

    items: list[OfficerView]


class HitView(View):
    """A child who was found, and why."""

    child_id: UUID
    forename: str
    surname: str
    date_of_birth: date | None
    score: float = Field(description="Bits of evidence that it is them.")
    certainty: str
    reasons: list[str]


class HitList(View):
    """Who it may be, the likeliest first."""

    items: list[HitView]


class OneOfPair(View):
    """One of two records."""

    child_id: UUID
    forename: str | None
    surname: str | None
    date_of_birth: date | None
    open_case_id: UUID | None


class PairView(View):
    """Two records that may be one child."""

    pair_id: UUID
    score: float
    reasons: list[str]
    proposed_at: datetime
    submission_id: UUID | None
    children: list[OneOfPair]


class PairList(View):
    """A page of the review queue, the likeliest first."""

    items: list[PairView]


class CohortView(View):
    """How a cohort stands."""

    school_urn: str
    school_la: str
    september: int
    intake: Literal["reception", "year_7"]
    starts_on: date
    starters: int
    expected: int
    arrived: int
    did_not_arrive: int
    report_due_on: date | None
    report_overdue: bool


class CohortList(View):
    """The cohorts of one September."""

    items: list[CohortView]


class StarterView(View):
    """A child who was to start."""

    child_id: UUID
    came: Literal["expected", "arrived", "did_not_arrive"]
    on_roll: bool | None
    reported_on: date | None
    reported_by: UUID | None
    starts_on: date
    status: str | None
    case_id: UUID | None


class CohortPage(View):
    """The children of one cohort."""

    school_urn: str
    september: int
    intake: Literal["reception", "year_7"]
    children: list[StarterView]
