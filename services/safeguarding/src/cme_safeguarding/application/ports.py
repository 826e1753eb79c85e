"""What the use cases need of the outside, in this service's words. `adapters` keeps these promises on PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from cme_bus.meta import Meta
from cme_calendars import WorkingDays
from cme_contracts.base import Event
from cme_contracts.people import Child, Confidential
from cme_safeguarding.application.ports_encompass import EncompassNotices
from cme_safeguarding.application.ports_requests import Requests
from cme_safeguarding.domain.case_file import CaseFile
from cme_safeguarding.domain.clocks import Clock, ClockTable
from cme_safeguarding.domain.consideration import Consideration
from cme_safeguarding.domain.escalation import Escalation
from cme_safeguarding.domain.factors import FactorTable
from cme_safeguarding.domain.markers import Episode, Marker, MarkerTable
from cme_safeguarding.domain.requests import BodyTable
from cme_safeguarding.domain.veil import NOTHING_HIDDEN, Veil
from cme_timers import Detail


@dataclass(frozen=True, slots=True)
class Practice:
    """The data the council decides by."""

    factors: FactorTable
    clocks: ClockTable
    markers: MarkerTable
    bodies: BodyTable
    working_days: WorkingDays


@dataclass(frozen=True, slots=True)
class File:
    """All that is kept about one child, or one chain nobody has matched yet. Locked until the transaction ends."""

    subject: UUID
    """The case or chain it was asked for by."""
    child_id: UUID | None
    """Whose it is, once the register has said."""
    subjects: Sequence[UUID]
    """Everything that is this child's: chains and cases."""

    def about(self) -> dict[str, UUID]:
        """Whom an event is about: the child, or the chain while the register has not spoken."""
        return {"child_id": self.child_id} if self.child_id else {"first_submission_id": self.subject}


@dataclass(frozen=True, slots=True)
class Shown[R]:
    """A record, with what a reader needs to place it."""

    record: R
    child_id: UUID | None
    lead_officer_id: UUID | None = None
    due_at: datetime | None = None
    """When its clock is over; None: none runs."""
    overdue: bool = False
    """That instant has passed, and somebody has been told."""
    version: int = 0
    """How much had been heard and decided about the child when it was read."""
    veil: Veil = NOTHING_HIDDEN
    """What of it this reader may not see."""


class Files(Protocol):
    """Whose is what, and the lock that all changes of a child's file take first."""

    async def lock(self, *keys: UUID) -> None:
        """Hold the files of these children or chains, in the order of their ids."""

    async def open(self, subject: UUID) -> File:
        """Lock the file a subject belongs to now."""

    async def of_child(self, child_id: UUID) -> File | None:
        """What is kept about a child, without a lock. None: nothing."""

    async def place(self, subject: UUID, child_id: UUID, at: datetime) -> None:
        """The register said at `at` whose a subject is."""

    async def child_of(self, subject: UUID) -> UUID | None:
        """Whose it is now. None: the register has not said."""

    async def join(self, absorbed: UUID, surviving: UUID, at: datetime) -> None:
        """Two records are one child."""

    async def separate(self, child_id: UUID, restored: UUID, subjects: Collection[UUID], at: datetime) -> None:
        """They were not."""


class Submissions(Protocol):
    """Which chain a submission belongs to, and whom a report of concern was about."""

    async def note(self, submission_id: UUID, chain: UUID, matched_at: datetime | None = None) -> None:
        """Remember a submission's chain, and when it was matched."""

    async def chain(self, submission_id: UUID) -> UUID:
        """Its chain; itself where nothing else has been heard."""

    async def matched_at(self, submission_id: UUID) -> datetime | None:
        """When the register said whose it is."""

    async def keep_child(self, submission_id: UUID, chain: UUID, child: Child, at: datetime) -> None:
        """Keep who was reported, sealed."""

    async def reported_children(self, subjects: Collection[UUID]) -> Sequence[tuple[UUID, datetime, Child | None]]:
        """Who was reported: submission, when, and the child; None where the key has been forgotten."""


class ConfidentialAddresses(Protocol):
    """Where somebody hides, as it was given."""

    async def keep(self, submission_id: UUID, chain: UUID, given: Confidential, at: datetime) -> None:
        """Keep it, sealed."""

    async def of(self, subjects: Collection[UUID]) -> Sequence[tuple[UUID, datetime, Confidential | None]]:
        """What was given about these: submission, when, and what; None where the key has been forgotten."""


class Markers(Protocol):
    """What is known of a child, by whom, since when and how surely."""

    async def add(self, marker: Marker) -> None:
        """Write one down; once for each source and type."""

    async def end(self, marker: Marker) -> None:
        """Write down that it has ended: screening forgets what it said."""

    async def of(self, subjects: Collection[UUID]) -> Sequence[Marker]:
        """Every marker about these, ended ones too, the latest first."""

    async def of_the_child_of(self, subjects: Collection[UUID]) -> Mapping[UUID, Sequence[Marker]]:
        """By each of these subjects, every marker of the child it is about."""


class Episodes(Protocol):
    """When nobody knew where a child was."""

    async def follow(self, case_id: UUID, *, missing: bool, at: datetime) -> None:
        """By the case the child is missing, or is not, since `at` unless it was known before."""

    async def resume(self, case_id: UUID, closed_at: datetime) -> None:
        """The closing that ended one was none: the case is open again, and it goes on."""

    async def of(self, subjects: Collection[UUID]) -> Sequence[Episode]:
        """Those of these cases, the oldest first."""


class Factors(Protocol):
    """Who said what."""

    async def say(self, source_id: UUID, subject: UUID, factors: Collection[str], at: datetime) -> frozenset[str]:
        """A submission or an officer says so. Returns what this source had not said before."""

    async def said(
        self, subjects: Collection[UUID], *, but_not_by: UUID | None = None, since: datetime | None = None
    ) -> frozenset[str]:
        """What any source has said of these subjects and nobody has ended, or any but one, or since an instant."""


class Cases(Protocol):
    """What is kept of the register's cases."""

    async def find(self, case_id: UUID) -> CaseFile | None:
        """A case that has been heard of."""

    async def get(self, case_id: UUID) -> CaseFile:
        """The same, or a new empty one: facts may come before the opening."""

    async def save(self, case: CaseFile) -> None:
        """Write it down."""

    async def of(self, subjects: Collection[UUID]) -> Sequence[CaseFile]:
        """The cases among these subjects, the latest opened first."""


class Considerations(Protocol):
    """Every screening, with its decision."""

    async def add(self, consideration: Consideration, event_id: UUID) -> None:
        """Write a new one down."""

    async def get(self, consideration_id: UUID) -> Consideration:
        """Raises UnknownConsideration."""

    async def undecided(self, subjects: Collection[UUID]) -> Sequence[Consideration]:
        """Those of these subjects that wait for a person, oldest first."""

    async def save(self, consideration: Consideration) -> None:
        """Write its decision down."""

    async def version(self, subjects: Collection[UUID]) -> int:
        """How much has been heard and decided about a child: it grows with everything that a decision may rest on."""

    async def shown(self, consideration_id: UUID) -> Shown[Consideration]:
        """One, as the queue shows it. Raises UnknownConsideration."""

    async def queue(
        self,
        *,
        case_id: UUID | None,
        subjects: Collection[UUID] | None,
        undecided: bool,
        after: tuple[int, datetime, UUID] | None,
        limit: int,
    ) -> Sequence[Shown[Consideration]]:
        """The list people work from: the most urgent first, then the oldest; those after a place in that order."""


class Clocks(Protocol):
    """What waits for somebody, by when."""

    async def add(self, clock: Clock) -> None:
        """Write a new one down."""

    async def get(self, clock_id: UUID) -> Clock:
        """Raises UnknownClock."""

    async def running(self, about: UUID) -> Sequence[Clock]:
        """Those that run about this."""

    async def save(self, clock: Clock) -> None:
        """Write down how far it has come."""


class Concerns(Protocol):
    """What people have been alerted to."""

    async def add(self, concern_id: UUID, subject: UUID, factors: Collection[str], rule: str, at: datetime) -> None:
        """Write a new one down."""

    async def standing(self, subjects: Collection[UUID]) -> frozenset[str]:
        """Factors people have been alerted to, and no closing has settled."""

    async def settle(self, subjects: Collection[UUID], at: datetime) -> None:
        """The matter has ended: said again, they alert again."""


class Escalations(Protocol):
    """What social care has been told."""

    async def add(self, escalation: Escalation) -> None:
        """Write a new one down."""

    async def get(self, escalation_id: UUID) -> Escalation:
        """Raises UnknownEscalation."""

    async def save(self, escalation: Escalation) -> None:
        """Write its changes down."""

    async def of(self, subjects: Collection[UUID]) -> Sequence[Escalation]:
        """Every escalation of these subjects, oldest first."""

    async def of_case(self, case_id: UUID) -> Sequence[Shown[Escalation]]:
        """Every escalation made with a case, oldest first."""


class Chronology(Protocol):
    """What happened, in the order in which it is told."""

    async def note(self, subject: UUID, at: datetime, what: str, **detail: Any) -> None:
        """Add a line: ids, codes and instants, never a narrative."""

    async def read(self, subjects: Collection[UUID]) -> Sequence[Mapping[str, Any]]:
        """The lines of these subjects."""


class Accesses(Protocol):
    """Who read what."""

    async def note(self, who: str, what: str, subjects: Collection[UUID]) -> None:
        """Somebody is shown something of these subjects."""

    async def of(self, subjects: Collection[UUID], *, before: int | None, limit: int) -> Sequence[Mapping[str, Any]]:
        """Who was shown anything of these subjects, the latest first."""


class Alarm(Protocol):
    """Instants of business time that fire once."""

    async def set_timer(self, kind: str, subject: UUID, due_at: datetime, detail: Detail | None = None) -> bool:
        """Fire at `due_at`."""

    async def cancel(self, subject: UUID, kind: str | None = None) -> int:
        """Do not."""


class Transaction(Protocol):
    """One transaction of this service."""

    @property
    def files(self) -> Files: ...
    @property
    def submissions(self) -> Submissions: ...
    @property
    def confidential(self) -> ConfidentialAddresses: ...
    @property
    def encompass(self) -> EncompassNotices: ...
    @property
    def factors(self) -> Factors: ...
    @property
    def cases(self) -> Cases: ...
    @property
    def considerations(self) -> Considerations: ...
    @property
    def clocks(self) -> Clocks: ...
    @property
    def markers(self) -> Markers: ...
    @property
    def episodes(self) -> Episodes: ...
    @property
    def requests(self) -> Requests: ...
    @property
    def concerns(self) -> Concerns: ...
    @property
    def escalations(self) -> Escalations: ...
    @property
    def chronology(self) -> Chronology: ...
    @property
    def accesses(self) -> Accesses: ...
    @property
    def timers(self) -> Alarm: ...

    def publish(self, *events: Event, cause: Meta | None = None) -> None: ...
