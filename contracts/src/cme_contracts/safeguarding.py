"""What safeguarding says: considered, raised, escalated, acknowledged. Codes and ids, never a narrative."""

from typing import ClassVar, Self
from uuid import UUID

from pydantic import Field, model_validator

from cme_contracts.base import Event, Service
from cme_contracts.codes import Factor, Recommendation
from cme_contracts.fields import EscalationId, Instant, OfficerId, date, day, instant

STREAM = "cme.safeguarding"
CONCERNS = "cme.safeguarding.concerns"
"""The fast lane: what raises or changes a concern never waits for a routine event."""


class Concerning(Event):
    """Whom a safeguarding fact is about: the child, or before the register has spoken the submission's chain."""

    child_id: UUID | None = Field(default=None, description="The child, once the register has said.")
    first_submission_id: UUID | None = Field(default=None, description="The chain, where the register has not spoken.")
    case_id: UUID | None = Field(default=None, description="The case, where there is one.")

    @model_validator(mode="after")
    def _about_somebody(self) -> Self:
        if self.child_id is None and self.first_submission_id is None:
            raise ValueError("a safeguarding fact names the child or the submission")
        return self

    @property
    def key(self) -> str:
        return str(self.child_id or self.first_submission_id)


class CaseConsidered(Concerning):
    """A case, or a new fact about one, was screened against the published factors. A person decides."""

    type: ClassVar[str] = "cme.case.considered.v1"
    stream: ClassVar[str] = STREAM
    owner: ClassVar[Service] = "safeguarding"
    source_clause: ClassVar[str] = "policy 5.1, 9"

    consideration_id: UUID = Field(description="One screening.")
    prompted_by: str = Field(description="The type of the event that prompted it.")
    factors: tuple[Factor, ...] = Field(default=(), description="Every factor known then.")
    recommendation: Recommendation
    considered_at: Instant = instant("When.")


class ConcernRaised(Concerning):
    """By rule, at once: people are alerted. It is not an escalation."""

    type: ClassVar[str] = "cme.concern.raised.v1"
    stream: ClassVar[str] = CONCERNS
    owner: ClassVar[Service] = "safeguarding"
    source_clause: ClassVar[str] = "policy 9"

    concern_id: UUID = Field(description="One concern.")
    factors: tuple[Factor, ...] = Field(description="What raised it.")
    rule: str = Field(description="Which row of the table of factors.")
    raised_at: Instant = instant("When.")


class EscalationEvent(Concerning):
    """What every fact about an escalation has in common."""

    escalation_id: EscalationId


class EscalatedToSocialCare(EscalationEvent):
    """A named person has referred the child to children's social care; or a rule marked "at once" has."""

    type: ClassVar[str] = "cme.social-care.escalated.v1"
    stream: ClassVar[str] = CONCERNS
    owner: ClassVar[Service] = "safeguarding"
    source_clause: ClassVar[str] = "policy 7, 9"

    factors: tuple[Factor, ...] = Field(description="The reasons, as codes.")
    decided_by: OfficerId | None = Field(default=None, description="The named person; None where a rule acted at once.")
    rule: str | None = Field(default=None, description="The rule that acted, where no person had yet.")
    to_be_confirmed: bool = Field(description="True: a person has been told to confirm what the rule did.")
    consent: str = Field(description="given, refused, or not_sought: and why is kept with the case.")
    answer_due_on: date = day("The end of the working day by which social care acknowledges.")
    answer_due_at: Instant = instant("The instant that day ends.")
    escalated_at: Instant = instant("When.")


class EscalationConfirmed(EscalationEvent):
    """A named person has confirmed, or taken back, what a rule did at once."""

    type: ClassVar[str] = "cme.escalation.confirmed.v1"
    stream: ClassVar[str] = CONCERNS
    owner: ClassVar[Service] = "safeguarding"
    source_clause: ClassVar[str] = "policy 9"

    confirmed: bool = Field(description="False: the person disagreed, and social care is told so.")
    decided_by: OfficerId
    decided_at: Instant = instant("When.")


class SocialCareAcknowledged(EscalationEvent):
    """Social care has the escalation and says so."""

    type: ClassVar[str] = "cme.social-care.acknowledged.v1"
    stream: ClassVar[str] = CONCERNS
    owner: ClassVar[Service] = "safeguarding"
    source_clause: ClassVar[str] = "policy 7, 9"

    their_reference: str = Field(description="What they call it; a reference, never a name.", max_length=100)
    on_time: bool = Field(description="Within one working day.")
    acknowledged_at: Instant = instant("When.")


class SocialCareSilent(EscalationEvent):
    """No acknowledgement in time: raised again, until somebody answers."""

    type: ClassVar[str] = "cme.social-care.silent.v1"
    stream: ClassVar[str] = CONCERNS
    owner: ClassVar[Service] = "safeguarding"
    source_clause: ClassVar[str] = "policy 9"

    times: int = Field(description="How often it has been raised again; 1 for the first.", ge=1)
    due_at: Instant = instant("When the answer was due.")
    detected_at: Instant = instant("When the silence was seen.")
