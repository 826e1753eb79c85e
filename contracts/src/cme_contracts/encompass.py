"""What intake says of an Operation Encompass notice: the police tell of domestic abuse that a child lived through."""

from typing import ClassVar

from pydantic import Field

from cme_contracts.base import PersonalData, Service, personal_field
from cme_contracts.codes_intake import EncompassRecipient
from cme_contracts.fields import Urn, date
from cme_contracts.people import Child
from cme_contracts.referrals import CONCERNS, SAFEGUARDING, STREAM, Submission
from cme_contracts.sealed import Sealed


class EncompassNotice(PersonalData):
    """Whom the notice is about, and which incident: restricted to safeguarding."""

    child: Child = personal_field("Who lived through it.")
    incident_on: date = personal_field("The day of the incident.")
    police_reference: str | None = personal_field("Of the incident, to ask the police by.", default=None)
    tell_before: date | None = personal_field(
        "The day before whose start the setting, or the council's officer, is to be told; None: no calendar says.",
        default=None,
    )


class EncompassNotified(Submission):
    """The police have told of an incident. A marker for safeguarding, and by itself no case."""

    type: ClassVar[str] = "cme.encompass.notified.v1"
    stream: ClassVar[str] = CONCERNS
    owner: ClassVar[Service] = "referrals"
    source_clause: ClassVar[str] = "policy 9; Operation Encompass statutory guidance, 7 November 2025"
    readers: ClassVar[frozenset[Service]] = frozenset({"safeguarding"})
    lawful_basis: ClassVar[str] = SAFEGUARDING

    recipient: EncompassRecipient = Field(description="Who is to be told.")
    school_urn: Urn | None = Field(default=None, description="The child's school, where there is one.")
    on_time: bool | None = Field(
        default=None, description="Received before the next school day began; None: no calendar says."
    )
    personal: Sealed[EncompassNotice]


class EncompassReceived(Submission):
    """A notice exists about this child. Nothing of the incident; it opens no case."""

    type: ClassVar[str] = "cme.encompass.received.v1"
    stream: ClassVar[str] = STREAM
    owner: ClassVar[Service] = "referrals"
    source_clause: ClassVar[str] = "policy 8, 9"
    readers: ClassVar[frozenset[Service]] = frozenset({"register"})
    lawful_basis: ClassVar[str] = SAFEGUARDING

    personal: Sealed[Child]
