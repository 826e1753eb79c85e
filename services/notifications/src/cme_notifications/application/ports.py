"""What the use cases need of the world, in the service's own words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from cme_bus.meta import Meta
from cme_contracts.base import Event
from cme_notifications.domain.messages import Outcome, Settlement, State
from cme_notifications.domain.recipients import Recipient
from cme_notifications.domain.routing import Link

type Facts = Mapping[str, str]
"""What a message says: the event's fields its template uses, as people write them. Ids, codes and dates only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Whom and what a message is about, as its event said. Identifiers only."""

    subject: UUID | None = None
    """A case, a chain of submissions, or a child itself: what the identity table knows whose it is."""
    child_id: UUID | None = None
    submission_id: UUID | None = None
    case_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """A message somebody is owed, not yet sent."""

    id: UUID
    cause: Meta
    template: str
    audience: str
    recipient: Recipient
    about: About
    link: Link
    facts: Facts
    urgent: bool = False
    informs_referrer: bool = False
    by_hand: bool = False
    """No message is sent by itself: somebody must find the words, and is told so by `MessageFailed`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(Owed):
    """A message as it is kept. `child_id` of `about` is whose it is now."""

    state: State
    attempts: int
    channel: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed(Message):
    """A message that is ours to send until the lease ends. Personal data: it holds the address."""

    claim: UUID
    age: timedelta
    """Since it was queued, in technical time."""
    doubtful: bool
    """It may have been taken already: ask the channel first."""
    address: str | None = field(repr=False)
    """None: a partner or a team, whose address is configuration; or whoever it is for can be written to no more."""
    name: str | None = field(default=None, repr=False)
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """A message written out. Personal data: never logged."""

    id: UUID
    address: str = field(repr=False)
    subject: str = field(repr=False)
    body: str = field(repr=False)
    template: str = ""


class Messages(Protocol):
    """What is owed, and what became of it."""

    async def owe(self, owed: Iterable[Owed]) -> None:
        """Write down what is owed. What this event already owes this recipient by this template is not owed twice."""

    async def expand_roles(self) -> int:
        """What is owed to a role becomes owed to every officer who holds it. Returns how many rows were expanded."""

    async def claim(self, claim: UUID, *, lease: timedelta, urgent_only: bool) -> Claimed | None:
        """Take the next message that may go out, the urgent first: it is `sending`, and nobody else's, until the lease ends."""

    async def unreachable(self, *, waited: timedelta, limit: int) -> Sequence[Message]:
        """Lock messages that will not go out: by hand, to a recipient without an address, or one `waited` for in vain."""

    async def find(self, message_id: UUID) -> Message | None:
        """One message, locked."""

    async def settle(
        self,
        message: Message,
        settlement: Settlement,
        *,
        at: datetime,
        claim: UUID | None,
        channel: str | None = None,
        template_version: int | None = None,
    ) -> bool:
        """Write down what became of it. With `claim`: False, and nothing done, if the message is another's by now."""


class People(Protocol):
    """Who can be written to, as the events have said."""

    async def school(self, urn: str, name: str, mailbox: str | None, at: datetime) -> None: ...

    async def officer(
        self, officer_id: UUID, role: str, name: str, email: str, *, active: bool, at: datetime
    ) -> None: ...

    async def referrer(
        self,
        submission_id: UUID,
        first_submission_id: UUID,
        reference: str,
        *,
        kind: str,
        name: str,
        email: str | None,
        school_urn: str | None,
    ) -> None:
        """Who is told of a submission. Without an e-mail address of their own, their school's mailbox; without either, nobody."""

    async def contact(self, link_id: UUID, email: str) -> None:
        """Whoever asked for a link."""

    async def school_return(self, submission_id: UUID, first_submission_id: UUID, reference: str, urn: str) -> None: ...

    async def lead_officer(self, case_id: UUID, officer_id: UUID | None, at: datetime) -> None:
        """Whose the case is since then; None: the team's."""

    async def lead_officer_of(self, about: About) -> UUID | None:
        """Who leads the case, or the newest case of the child, where that is known."""


class Identity(Protocol):
    """Whose a subject is (kit/identity)."""

    async def matched_at(self, submission_id: UUID) -> datetime | None:
        """When the register said whose the submission's chain is."""

    async def place(self, subject: UUID, child_id: UUID, at: datetime) -> None: ...

    async def join(self, absorbed: UUID, surviving: UUID, at: datetime) -> None: ...

    async def separate(self, from_child: UUID, restored: UUID, subjects: Sequence[UUID], at: datetime) -> None: ...


class Transaction(Protocol):
    """One transaction of this service."""

    @property
    def messages(self) -> Messages: ...

    @property
    def people(self) -> People: ...

    @property
    def identity(self) -> Identity: ...

    def publish(self, *events: Event, cause: Meta | None = None) -> None: ...


type Begin = Callable[[], AbstractAsyncContextManager[Transaction]]
"""Opens a transaction: leaving the block commits."""


class Channel(Protocol):
    """How messages leave. Called outside any transaction; it raises nothing but what is a defect."""

    @property
    def name(self) -> str:
        """A code of `cme_contracts.codes.Channel`."""

    async def send(self, letter: Letter) -> Outcome:
        """Hand the letter over, with its id as our reference."""

    async def find(self, message_id: UUID) -> Outcome | None:
        """What became of a letter that may have been handed over; None if the channel surely does not have it."""


class Writer(Protocol):
    """Writes a message out from its template."""

    def write(self, template: str, fields: Mapping[str, Any]) -> tuple[int, str, str]:
        """The template's version, the subject line and the text."""


@dataclass(frozen=True, slots=True)
class Council:
    """Who writes: the values of the council whose policy this is."""

    name: str
    team: str
    email: str
    telephone: str
    social_care_name: str
    social_care_telephone: str
    """Empty where the council's file gives none."""
    social_care_mailbox: str | None = field(repr=False)
    """None: no mailbox has been agreed. Nobody writes to an address that may not exist."""
    team_mailboxes: Mapping[str, str] = field(default_factory=dict, repr=False)
    """By the team's code; a team that is not here has none."""
