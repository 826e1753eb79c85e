"""What partners' and schools' own systems may say to intake over Kafka, and what they are answered."""

from typing import Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from cme_contracts.base import Event, Owner, PersonalData, Service, personal_field
from cme_contracts.fields import Instant, Reference, SubmissionId, date, instant
from cme_contracts.referrals import PUBLIC_TASK
from cme_contracts.sealed import Sealed

FORMS = "cme.intake.forms"
ANSWERS = "cme.intake.answers"


class Form(PersonalData):
    """A form as it would be sent over HTTP."""

    kind: str = Field(description="Which form: referral, deletion_return, ..., as in a batch.")
    form: dict[str, Any] = personal_field("Its members, as the endpoint of that form takes them.")


class FormSent(Event):
    """A partner's or school's own system sends a form. Who it is, the name of the key says that sealed it."""

    type: ClassVar[str] = "cme.form.sent.v1"
    stream: ClassVar[str] = FORMS
    owner: ClassVar[Owner] = "partners"
    source_clause: ClassVar[str] = "policy 5.2, 5.4 and 7"
    readers: ClassVar[frozenset[Service]] = frozenset({"referrals"})
    lawful_basis: ClassVar[str] = PUBLIC_TASK

    form_id: UUID = Field(description="The sender's own name for the form: sent again with it, it is not taken twice.")
    personal: Sealed[Form]

    @property
    def key(self) -> str:
        return str(self.form_id)


class Remark(BaseModel):
    """One field: what is wrong with it, and how to mend it. Never what was sent."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    field: str = Field(description="Which member.")
    wrong: str = Field(description="What is wrong.")
    mend: str = Field(description="What to do about it.")


class AskedOfReturn(BaseModel):
    """A rule that a deletion return does not meet, or that cannot be decided yet. It was taken all the same."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    rule: str = Field(description="A code of intake's table of rules.")
    state: str = Field(description="challenged, not_yet_known or answered.")
    source: str = Field(description="The law the rule follows from.")
    what: str = Field(description="What the rule asks, as the table words it.")
    mend: str = Field(description="What the sender can do about it.")
    not_before: date | None = Field(default=None, description="The first day on which it would allow the deletion.")


class TakenForm(BaseModel):
    """One submission that a form became."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    submission_id: SubmissionId
    reference: Reference
    received_at: Instant = instant("When the council received it.")
    still_missing: tuple[str, ...] = Field(default=(), description="What the form asks for besides.")
    data_quality: tuple[Remark, ...] = Field(default=(), description="What was given and cannot be right.")
    challenges: tuple[AskedOfReturn, ...] = Field(default=(), description="What does not fit the ground.")


class FormAnswered(Event):
    """What became of a form that was sent over Kafka: taken, with its references; or refused, with what to mend."""

    type: ClassVar[str] = "cme.form.answered.v1"
    stream: ClassVar[str] = ANSWERS
    owner: ClassVar[Owner] = "referrals"
    source_clause: ClassVar[str] = "policy 5.2, 5.4 and 7"

    form_id: UUID = Field(description="As it was sent.")
    taken: tuple[TakenForm, ...] = Field(
        default=(),
        description="Empty: refused. The first is the form's own child, the others its brothers and sisters.",
    )
    refused: tuple[Remark, ...] = Field(default=(), description="Mend these, and send it again under the same id.")
    answered_at: Instant = instant("When intake answered.")

    @property
    def key(self) -> str:
        return str(self.form_id)
