"""What the work on a case needs of the outside. Lock the child first."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from cme_register.domain.checks import Check


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class Note:
    """What an officer wrote. It has no `repr`, so that none reaches a log."""

    id: UUID
    case_id: UUID
    record_id: UUID
    words: str
    sensitive: bool
    written_by: UUID
    written_at: datetime
    about: UUID | None = None
    corrects: UUID | None = None


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class Contact:
    """Somebody to speak to about a case. It has no `repr`, so that none reaches a log."""

    id: UUID
    case_id: UUID
    record_id: UUID
    role: str
    particulars: Mapping[str, object]
    """Who they are and how they are reached: kept in the register alone."""
    safe_to_contact: bool
    recorded_by: UUID
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One time somebody tried to reach somebody."""

    id: UUID
    case_id: UUID
    record_id: UUID
    contact_id: UUID | None
    role: str
    method: str
    outcome: str
    made_at: datetime
    made_by: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Help that a family was offered."""

    id: UUID
    case_id: UUID
    record_id: UUID
    support: str
    offered_on: date
    offered_by: UUID


@dataclass(frozen=True, slots=True)
class SaidOfGroups:
    """What officers say of a child's groups, where no submission has said otherwise since."""

    belongs: frozenset[str] = field(default_factory=frozenset)
    left: Mapping[str, datetime] = field(default_factory=dict)
    """Groups that the child is no longer of, and since when."""


class Checks(Protocol):
    """Checks that were asked for, or waived."""

    async def put(self, check: Check) -> None:
        """Keep it, or write down what has changed."""

    async def find(self, check_id: UUID) -> Check | None:
        """One of them."""

    async def of_cases(self, case_ids: Collection[UUID]) -> list[Check]:
        """All of these cases, in the order in which they were asked for or waived."""


class Notes(Protocol):
    """Case notes. Nothing changes one."""

    async def add(self, note: Note) -> None:
        """Keep it."""

    async def find(self, note_id: UUID) -> Note | None:
        """One of them."""

    async def corrected(self, note_id: UUID) -> bool:
        """Whether another note stands for it."""


class Contacts(Protocol):
    """People and bodies of a case, and the attempts to reach them."""

    async def put(self, contact: Contact) -> None:
        """Keep what is known of them now; what was known before stays."""

    async def find(self, contact_id: UUID) -> Contact | None:
        """As they are known now."""

    async def add_attempt(self, attempt: Attempt, at: datetime) -> None:
        """Keep it."""


class Support(Protocol):
    """What families were offered."""

    async def offer(self, offer: Offer, at: datetime) -> None:
        """Keep it."""

    async def find(self, support_id: UUID) -> Offer | None:
        """One of them."""

    async def answer(self, support_id: UUID, answer: str, answered_on: date, *, by: UUID, at: datetime) -> None:
        """Keep the answer; the latest counts."""


class Family(Protocol):
    """Brothers and sisters, as officers link them."""

    async def linked(self, child_id: UUID, sibling_id: UUID) -> bool:
        """Whether an officer has said that they are of one family, and not taken it back."""

    async def link(self, record_id: UUID, sibling_record_id: UUID, *, by: UUID, at: datetime) -> None:
        """Keep that these records are of one family."""

    async def unlink(self, child_id: UUID, sibling_id: UUID, *, by: UUID, at: datetime) -> None:
        """Take back whatever links the two, of whichever of their records it was said."""


class Groups(Protocol):
    """Vulnerable groups, as officers say them."""

    async def say(self, record_id: UUID, code: str, belongs: bool, *, by: UUID, at: datetime) -> None:
        """Keep it."""

    async def of_children(self, child_ids: Collection[UUID]) -> Mapping[UUID, SaidOfGroups]:
        """What they say of each of these children, where they say anything."""


class Work(Protocol):
    """All of it."""

    @property
    def checks(self) -> Checks: ...
    @property
    def notes(self) -> Notes: ...
    @property
    def contacts(self) -> Contacts: ...
    @property
    def support(self) -> Support: ...
    @property
    def family(self) -> Family: ...
    @property
    def groups(self) -> Groups: ...
