"""What people send, as it must be."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from cme_contracts.codes import Factor
from cme_safeguarding.application.escalate import Again
from cme_safeguarding.domain.consideration import Decision
from cme_safeguarding.domain.escalation import Consent, Terms
from cme_safeguarding.domain.markers import Ending, MarkerLevel
from cme_web.problems import Wrong


def _known(factor: Factor) -> Factor:
    if factor is Factor.UNKNOWN:  # an open code list reads whatever it does not know as this
        raise Wrong("is not one of the known codes", "Give codes of GET /v1/factors.")
    return factor


type KnownFactor = Annotated[Factor, AfterValidator(_known)]
type Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
type Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
type Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
type Level = Annotated[int, Field(ge=1, le=4)]


type Reference = Annotated[str, Field(pattern=r"^[A-Za-z0-9._/-]{1,100}$")]
type Form = Annotated[dict[Code, Words], Field(max_length=40)]


class Request(BaseModel):
    """Nothing that we do not know, so that a misspelt field is not silently lost."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class NewDecision(Request):
    """A person's decision about a consideration. With `escalate` the child is referred at once, on these terms."""

    decision: Decision
    reasons: Annotated[list[Sentence], Field(min_length=1, max_length=10)]
    factors: list[KnownFactor] = []
    consent: Consent = Consent.NOT_SOUGHT
    consent_reason: Sentence | None = None
    threshold_level: Level | None = None
    telephoned_at: AwareDatetime | None = None

    def terms(self) -> Terms:
        """Consent that was not sought is explained by the first reason where nothing else is said."""
        return Terms(self.consent, self.consent_reason or self.reasons[0], self.threshold_level, self.telephoned_at)


class NewEscalation(Request):
    """A named person refers the child of a case to children's social care."""

    case_id: UUID
    factors: Annotated[list[KnownFactor], Field(min_length=1, max_length=40)]
    consent: Consent
    consent_reason: Sentence | None = None
    threshold_level: Level | None = None
    telephoned_at: AwareDatetime | None = None
    raises_again: UUID | None = None
    """The escalation that social care declined."""
    new_facts: Words | None = None
    """What is known now that was not then."""

    @model_validator(mode="after")
    def _again_because_of_something(self) -> Self:
        if (self.raises_again is None) != (self.new_facts is None):
            raise Wrong(
                "names only one of raises_again and new_facts", "Give both: what was declined, and what is new."
            )
        return self

    def again(self) -> Again | None:
        """What is raised again, and why."""
        return Again(self.raises_again, self.new_facts) if self.raises_again and self.new_facts else None

    def terms(self) -> Terms:
        """As sent."""
        return Terms(self.consent, self.consent_reason, self.threshold_level, self.telephoned_at)


class NewConfirmation(Request):
    """Whether the rule was right."""

    confirmed: bool


class NewAcknowledgement(Request):
    """What social care calls it: a reference without spaces, never a name."""

    their_reference: Reference


type Source = Literal[
    "school", "health", "social_care", "police", "housing", "other_authority", "parent", "public", "officer"
]


class NewMarker(Request):
    """What is known of a child: codes and a day, no words. `restricted` left out: as the table of types says."""

    type: Code
    source: Source
    since: date
    level: MarkerLevel
    restricted: bool | None = None


class NewMarkerEnd(Request):
    """It holds no more since this day; or it was recorded in error."""

    because: Ending
    ended_on: date


class NewSocialCareDecision(Request):
    """What social care has decided, from its own system."""

    decision: Literal["immediate_protection", "section_47", "section_17", "early_help", "declined"]
    their_reference: Reference
    reasons: Words | None = None


class NewRequest(Request):
    """An officer asks something of a body; `form` is what GET /v1/bodies says that it asks with `made`."""

    body: Code
    case_id: UUID
    follows: UUID | None = None
    happened_at: AwareDatetime | None = None
    """When what it asks about came to pass (a return); left out: now."""
    form: Form = {}


class NewStep(Request):
    """Something happened to a request: what, and what GET /v1/bodies says is written down with it."""

    step: Code
    happened_at: AwareDatetime | None = None
    """Left out: now."""
    reference: Reference | None = None
    form: Form = {}
