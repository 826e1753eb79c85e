"""What the register says of the work on a case: checks, contacts, support, groups, rating. Ids, codes and days only."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from cme_contracts.codes_work import (
    CheckResult,
    ContactMethod,
    ContactOutcome,
    ContactRole,
    Rating,
    RatingReason,
    SupportAnswer,
    WaiverReason,
)
from cme_contracts.fields import CaseId, Instant, OfficerId, date, day, instant
from cme_contracts.register import CaseEvent, ChildEvent


class CheckEvent(CaseEvent):
    """What every fact about a check has in common."""

    check: str = Field(description="Which kind of check, as the register's table of checks names it, e.g. admissions.")


class CheckRequested(CheckEvent):
    """Another body was asked what it knows of the child."""

    type: ClassVar[str] = "cme.check.requested.v1"
    source_clause: ClassVar[str] = "policy 5.1, 7"

    check_id: UUID = Field(description="One asking.")
    to: str = Field(description="Whom: the kind of body, as the table of checks names it.")
    how: ContactMethod
    mandatory: bool = Field(description="The case asks for it by its kind and category.")
    due_on: date = day("The last day on which an answer is in time.")
    requested_by: OfficerId
    requested_at: Instant = instant("When it was asked.")


class CheckAnswered(CheckEvent):
    """The body has answered. That the child is found is a fact of its own (ChildLocated)."""

    type: ClassVar[str] = "cme.check.answered.v1"
    source_clause: ClassVar[str] = "policy 5.1, 7"

    check_id: UUID = Field(description="One asking.")
    result: CheckResult
    on_time: bool = Field(description="Answered by the end of the day it was due. Never changes.")
    recorded_by: OfficerId
    answered_at: Instant = instant("When the answer came.")


class CheckWaived(CheckEvent):
    """A check is not made, or not waited for, and why."""

    type: ClassVar[str] = "cme.check.waived.v1"
    source_clause: ClassVar[str] = "policy 5.1, 7"

    check_id: UUID = Field(description="The asking that is not waited for; or of the waiver, where nobody was asked.")
    reason: WaiverReason
    waived_by: OfficerId
    waived_at: Instant = instant("When it was decided.")


class RiskRated(CaseEvent):
    """The rating of a case has changed: by the published rules, or by a person with a reason. What it begins with CaseOpened says; red is said at once."""

    type: ClassVar[str] = "cme.risk.rated.v1"
    source_clause: ClassVar[str] = "policy 6, 7, 9"

    rating: Rating
    previous: Rating
    by_rule: Rating = Field(description="What the rules alone say.")
    rules: tuple[str, ...] = Field(default=(), description="The rules that hold, the gravest first; see its table.")
    decided_by: OfficerId | None = Field(default=None, description="None: by rule.")
    reason: RatingReason | None = Field(default=None, description="Why a person decided.")
    rated_at: Instant = instant("When.")


class CaseNoted(CaseEvent):
    """An officer wrote a note. What it says stands in the register alone."""

    type: ClassVar[str] = "cme.case.noted.v1"
    source_clause: ClassVar[str] = "policy 5.1, 8"

    note_id: UUID = Field(description="One note. It never changes.")
    sensitive: bool = Field(description="Shown to fewer roles.")
    corrects: UUID | None = Field(default=None, description="The note that this one stands for.")
    about: UUID | None = Field(default=None, description="The check, attempt or other fact it belongs to.")
    written_by: OfficerId
    written_at: Instant = instant("When.")


class ContactRecorded(CaseEvent):
    """Somebody to speak to about the case was written down, or what has changed about them. Who it is stands in the register alone."""

    type: ClassVar[str] = "cme.contact.recorded.v1"
    source_clause: ClassVar[str] = "policy 5.1"

    contact_id: UUID = Field(description="One person or body.")
    role: ContactRole
    safe_to_contact: bool = Field(description="False: to reach them could put somebody in danger.")
    recorded_by: OfficerId
    recorded_at: Instant = instant("When.")


class ContactAttempted(CaseEvent):
    """An officer tried to reach somebody."""

    type: ClassVar[str] = "cme.contact.attempted.v1"
    source_clause: ClassVar[str] = "policy 5.1, 7"

    attempt_id: UUID = Field(description="One attempt.")
    contact_id: UUID | None = Field(default=None, description="Whom, where they are a contact of the case.")
    role: ContactRole
    method: ContactMethod
    outcome: ContactOutcome
    made_at: Instant = instant("When it was made.")
    made_by: OfficerId


class SupportOffered(CaseEvent):
    """A family was offered help."""

    type: ClassVar[str] = "cme.support.offered.v1"
    source_clause: ClassVar[str] = "policy 5.1"

    support_id: UUID = Field(description="One offer.")
    support: str = Field(description="What, as the register's table of support names it.")
    offered_on: date = day("The day of the offer.")
    offered_by: OfficerId
    recorded_at: Instant = instant("When it was recorded.")


class SupportAnswered(CaseEvent):
    """Whether a family took up what it was offered. A later answer stands for an earlier one."""

    type: ClassVar[str] = "cme.support.answered.v1"
    source_clause: ClassVar[str] = "policy 5.1"

    support_id: UUID = Field(description="The offer.")
    answer: SupportAnswer
    answered_on: date = day("The day of the answer.")
    recorded_by: OfficerId
    recorded_at: Instant = instant("When it was recorded.")


class VulnerableGroupRecorded(ChildEvent):
    """An officer says that a child belongs to a vulnerable group, or no longer does."""

    type: ClassVar[str] = "cme.vulnerable-group.recorded.v1"
    source_clause: ClassVar[str] = "policy 6"

    case_id: CaseId | None = Field(default=None, description="The child's case, where there is one.")
    group: str = Field(description="Which, as the register's table of groups names it.")
    belongs: bool = Field(description="False: no longer, or never did.")
    recorded_by: OfficerId
    recorded_at: Instant = instant("When.")


class SiblingLinked(ChildEvent):
    """An officer says that two children are of one family, or that they are not."""

    type: ClassVar[str] = "cme.sibling.linked.v1"
    source_clause: ClassVar[str] = "policy 5.1"

    sibling_child_id: UUID = Field(description="The other child.")
    linked: bool = Field(description="False: the link is taken back.")
    recorded_by: OfficerId
    recorded_at: Instant = instant("When.")
