"""What notifications says: what was sent, what was not, and that the referrer knows."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from cme_contracts.base import Event, Service
from cme_contracts.codes import Audience, Channel
from cme_contracts.fields import (
    CaseId,
    ChildId,
    Instant,
    MessageId,
    SubmissionId,
    instant,
)

STREAM = "cme.notifications"


class MessageEvent(Event):
    """What every fact about a message has in common."""

    message_id: MessageId
    child_id: UUID | None = Field(default=None, description="The child, once the register has said.")
    submission_id: UUID | None = Field(default=None, description="The submission it answers, where it does.")
    case_id: UUID | None = Field(default=None, description="The case, where there is one.")
    audience: Audience
    template: str = Field(description="Which template; its wording is versioned with it.")
    channel: Channel
    prompted_by: str = Field(description="The type of the event it tells of.")

    @property
    def key(self) -> str:
        return str(self.child_id or self.submission_id or self.message_id)


class MessageSent(MessageEvent):
    """A message was handed to its channel."""

    type: ClassVar[str] = "cme.message.sent.v1"
    stream: ClassVar[str] = STREAM
    owner: ClassVar[Service] = "notifications"
    source_clause: ClassVar[str] = "policy 7, 8"

    sent_at: Instant = instant("When the channel took it.")


class MessageFailed(MessageEvent):
    """A message will not arrive: someone must find another way."""

    type: ClassVar[str] = "cme.message.failed.v1"
    stream: ClassVar[str] = STREAM
    owner: ClassVar[Service] = "notifications"
    source_clause: ClassVar[str] = "policy 7, 8"

    reason: str = Field(description="A code of the channel, e.g. permanent-failure, no-address.")
    failed_at: Instant = instant("When.")


class ReferrerInformed(Event):
    """The referrer has been told the outcome."""

    type: ClassVar[str] = "cme.referrer.informed.v1"
    stream: ClassVar[str] = STREAM
    owner: ClassVar[Service] = "notifications"
    source_clause: ClassVar[str] = "policy 7"

    message_id: MessageId
    submission_id: SubmissionId
    child_id: ChildId
    case_id: CaseId
    informed_at: Instant = instant("When the channel took the message.")

    @property
    def key(self) -> str:
        return str(self.child_id)
