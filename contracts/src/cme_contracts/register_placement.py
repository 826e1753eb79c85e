"""What the register says of a school place: applied for, offered, started at, or not (policy 5.1, 7)."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from cme_contracts.codes_status import Came, Intake
from cme_contracts.fields import CaseId, Instant, LaCode, OfficerId, SubmissionId, Urn, date, day, instant
from cme_contracts.register import ChildEvent, RegisterEvent


class PlacementEvent(ChildEvent):
    """What every fact about one place sought for one child has in common."""

    placement_id: UUID = Field(description="One place that is sought. Another school is another placement.")
    case_id: CaseId | None = Field(default=None, description="The child's open case, where there is one.")
    school_urn: Urn | None = Field(default=None, description="The school; None: no school has been identified yet.")
    school_la: LaCode | None = Field(default=None, description="The authority where that school is located.")
    on: date = day("The day on which it happened.")
    recorded_by: OfficerId | None = Field(default=None, description="None: by rule, from what a school sent.")
    recorded_at: Instant = instant("When the register knew.")


class PlacementApplied(PlacementEvent):
    """A place was applied for. The child is missing education, without a school place, until a school has them."""

    type: ClassVar[str] = "cme.placement.applied.v1"
    source_clause: ClassVar[str] = "policy 5.1, 7; School Admissions Code 2021"


class PlacementOffered(PlacementEvent):
    """A place was offered. It is no education yet."""

    type: ClassVar[str] = "cme.placement.offered.v1"
    source_clause: ClassVar[str] = "policy 5.1, 7; School Admissions Code 2021"


class PlacementRefused(PlacementEvent):
    """An application was refused."""

    type: ClassVar[str] = "cme.placement.refused.v1"
    source_clause: ClassVar[str] = "policy 5.1, 7; School Admissions Code 2021"


class PlacementReferredToFairAccess(PlacementEvent):
    """The Fair Access panel is asked to identify a school."""

    type: ClassVar[str] = "cme.placement.referred-to-fair-access.v1"
    source_clause: ClassVar[str] = "policy 5.1, 7; Fair Access Protocols under the School Admissions Code 2021"


class PlacementSchoolIdentified(PlacementEvent):
    """The Fair Access panel has identified a school."""

    type: ClassVar[str] = "cme.placement.school-identified.v1"
    source_clause: ClassVar[str] = "policy 5.1, 7; Fair Access Protocols under the School Admissions Code 2021"


class PlacementStartExpected(PlacementEvent):
    """The day on which the child is to start is agreed, or another than before."""

    type: ClassVar[str] = "cme.placement.start-expected.v1"
    source_clause: ClassVar[str] = "policy 5.1, 7"

    expected_on: date = day("The day on which the child is to start.")


class PlacementStarted(PlacementEvent):
    """The school confirms that the child has started: from that day they receive education."""

    type: ClassVar[str] = "cme.placement.started.v1"
    source_clause: ClassVar[str] = "policy 5.1, 5.2, 7"

    submission_id: SubmissionId | None = Field(
        default=None, description="The new pupil return that confirms it; None: the school has told an officer."
    )


class PlacementNoShow(PlacementEvent):
    """The child did not come, or never came although the school had said so: without a school place again."""

    type: ClassVar[str] = "cme.placement.no-show.v1"
    source_clause: ClassVar[str] = "policy 5.2, 6, 7"

    submission_id: SubmissionId | None = Field(
        default=None, description="What the school sent that says so; None: the school has told an officer."
    )
    had_started: bool = Field(default=False, description="True: the school had confirmed the start before.")


class PlacementWithdrawn(PlacementEvent):
    """This place is not sought any more."""

    type: ClassVar[str] = "cme.placement.withdrawn.v1"
    source_clause: ClassVar[str] = "policy 5.1, 7"


class StarterReported(ChildEvent):
    """A school has said whether a child whom it expected in Reception or Year 7 came."""

    type: ClassVar[str] = "cme.starter.reported.v1"
    source_clause: ClassVar[str] = "policy 5.2, 6"

    school_urn: Urn
    september: int = Field(description="The year in whose September the child was to start.")
    intake: Intake
    came: Came
    on_roll: bool | None = Field(
        default=None, description="Did not arrive: the school has entered the name; None: it did not say."
    )
    reported_on: date = day("The day of the school's report.")
    reported_by: OfficerId | None = Field(default=None, description="None: by the school's new pupil return.")
    reported_at: Instant = instant("When the register knew.")


class CohortReportOverdue(RegisterEvent):
    """A school has not said who of its expected starters came, and the day by which it should have is over."""

    type: ClassVar[str] = "cme.cohort.report-overdue.v1"
    source_clause: ClassVar[str] = "policy 5.2, 6"

    school_urn: Urn
    school_la: LaCode
    september: int = Field(description="The year.")
    intake: Intake
    starts_on: date = day("The first day of the cohort.")
    waiting: int = Field(ge=1, description="Of how many children nobody has said anything.")
    detected_at: Instant = instant("When.")

    @property
    def key(self) -> str:
        return self.school_urn
