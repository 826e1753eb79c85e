"""What the register says of a child's status in law: which it is, since when, and whose duty it is."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from cme_contracts.codes import Outcome, Team
from cme_contracts.codes_status import LegalStatus
from cme_contracts.fields import CaseId, Instant, LaCode, OfficerId, Reference, SubmissionId, Urn, date, day, instant
from cme_contracts.register import CaseEvent, ChildEvent


class StatusChanged(ChildEvent):
    """What the child is in law has changed, or is known better: the latest is what holds."""

    type: ClassVar[str] = "cme.status.changed.v1"
    source_clause: ClassVar[str] = "policy 3; Education Act 1996 ss 7, 8, 436A"

    status: LegalStatus
    since: date = day("The first day on which it is so, whenever the council learnt of it.")
    learnt_at: Instant | None = Field(
        default=None, description="When the council received what says so; None: by age alone."
    )
    because: str = Field(description="What said so, as a code.")
    previous: LegalStatus | None = Field(default=None, description="None: nothing was said of the child before.")
    school_urn: Urn | None = Field(
        default=None, description="Receiving education: the school that confirmed it. Left a roll: which one."
    )
    la_code: LaCode | None = Field(default=None, description="Outside the area: whose area, where that is known.")
    case_id: CaseId | None = Field(default=None, description="The case by which it is so, where one is.")
    decided_by: OfficerId | None = Field(default=None, description="Who decided; None: by rule.")
    changed_at: Instant = instant("When the register knew.")


class CsaCeased(CaseEvent):
    """The child is over compulsory school age: the case is closed by rule of law, and what is open goes to others."""

    type: ClassVar[str] = "cme.csa.ceased.v1"
    source_clause: ClassVar[str] = "policy 3; Education Act 1996 s 8(3)"

    last_day: date = day("The school leaving date: the last day of compulsory school age.")
    team: Team | None = Field(default=None, description="Whose the child is now; None: nobody said.")
    check_leaving_date: bool = Field(
        description="Born on 1 to 7 September: read literally the Act may end a year earlier than practice does."
    )
    safeguarding_goes_on: bool = Field(
        default=True,
        description="Open actions of safeguarding do not end with the case: they go to whoever has the child now.",
    )
    ceased_at: Instant = instant("The end of the last day.")


class ClosureSuggested(CaseEvent):
    """Something arrived by which the case could end. Nothing is closed by it: an officer looks, and decides."""

    type: ClassVar[str] = "cme.closure.suggested.v1"
    source_clause: ClassVar[str] = "policy 7"

    outcome: Outcome
    submission_id: SubmissionId
    school_urn: Urn | None = Field(default=None, description="The school that says it has the child.")
    since: date = day("From when, as it says.")
    suggested_at: Instant = instant("When the register knew.")


class HomeEducationAssessed(ChildEvent):
    """The council has decided whether a child's home education is suitable. Unsuitable: missing education from that day."""

    type: ClassVar[str] = "cme.home-education.assessed.v1"
    source_clause: ClassVar[str] = "policy 3; Education Act 1996 ss 7, 436A, 437"

    assessment_id: UUID = Field(description="One decision. A later one is another.")
    suitable: bool = Field(description="Whether the education is efficient, full-time and suitable to the child.")
    decided_on: date = day("The day of the decision.")
    decided_by: OfficerId
    recorded_at: Instant = instant("When it was recorded.")


class OtherAuthorityConcerned(ChildEvent):
    """School and home lie in two authorities' areas, or may: the one that is not ours is owed a copy of what was sent."""

    type: ClassVar[str] = "cme.other-authority.concerned.v1"
    source_clause: ClassVar[str] = "policy 5.1; regulation 13; Education Act 1996 s 436A"

    la_code: LaCode
    submission_id: SubmissionId
    reference: Reference
    school_la: LaCode | None = Field(default=None, description="The authority to which the school makes its returns.")
    home_la: LaCode | None = Field(default=None, description="The authority where the child lives.")
    case_id: CaseId | None = Field(
        default=None, description="Our case, where there is one: ours until the other accepts."
    )
    noted_at: Instant = instant("When the register knew.")
