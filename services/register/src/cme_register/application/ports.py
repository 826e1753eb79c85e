"""What the use cases need of the outside, in the register's own words."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from cme_bus.meta import Meta
from cme_calendars import SchoolDays
from cme_contracts.base import Event
from cme_register.application.ports_changes import Changes
from cme_register.application.ports_closures import Closures
from cme_register.application.ports_importing import Importing
from cme_register.application.ports_joint_enquiries import JointEnquiries
from cme_register.application.ports_matching import Matching, Reviews
from cme_register.application.ports_moving import Moving
from cme_register.application.ports_owners import Owners
from cme_register.application.ports_recorded import Handovers, Recorded
from cme_register.application.ports_recounting import Recounting
from cme_register.application.ports_work import Work
from cme_register.domain.case import Case
from cme_register.domain.clocks import Clock
from cme_register.domain.codes import Role, SubmissionKind
from cme_register.domain.details import Details
from cme_register.domain.school_year import SchoolYear
from cme_register.domain.submission import Referred, Submission
from cme_timers import Wanted

if TYPE_CHECKING:
    from cme_register.application.ports_cohorts import Cohorts
    from cme_register.application.ports_placement import Placements
    from cme_register.application.ports_status import AgeWatches, HomeEducation, Statuses


@dataclass(slots=True)
class Child:
    """A record that stands by itself, locked: whoever holds it may change, and speak of, all that is kept for it."""

    id: UUID
    details: Details


@dataclass(frozen=True, slots=True)
class Kept:
    """A submission in the register: which record it was matched with, and to which case it belongs."""

    submission: Submission
    record_id: UUID
    case_id: UUID | None
    matched_by: tuple[str, ...] = ()
    superseded: bool = False
    """A deletion return that was taken back, or that a later one of the school's about the child stands for."""
    referred: Referred | None = None
    """By a rule."""

    @property
    def triaged(self) -> Submission:
        """As triage goes by it: as it was sent, or as the referral that a rule has made of it."""
        return self.submission.made_referral(self.referred) if self.referred else self.submission


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a chronology: ids, codes and dates about a case, or about a chain or child that has none yet."""

    subject: UUID
    at: datetime
    what: str
    detail: Mapping[str, object]
    heard_in: UUID | None = None
    """The event that said so, where another service did: it makes one line, however often it is heard."""


@dataclass(frozen=True, slots=True, repr=False)
class Officer:
    """An officer of the council. It has no `repr`, so that none reaches a log."""

    id: UUID
    name: str
    email: str
    role: Role
    active: bool


class Children(Protocol):
    """Records of children."""

    async def lock(self, record_ids: Collection[UUID]) -> Mapping[UUID, Child]:
        """The children that show these records, by record, locked in the order of their ids."""

    async def lock_two(self, one: UUID, other: UUID) -> set[UUID]:
        """Lock two records, whoever shows them, and work alone: no other child is locked meanwhile. Returns those there are."""

    async def add(self, children: Sequence[Child], at: datetime) -> None:
        """Make records. Each is locked by being made."""

    async def shown_as(self, record_id: UUID) -> UUID | None:
        """Whose a record is now: itself, or who absorbed it. None where there is no such record."""

    async def absorbed_by(self, child_id: UUID) -> set[UUID]:
        """The records that this child has absorbed, and those have."""

    async def join(self, absorbed: UUID, into: UUID, at: datetime, by: UUID) -> None:
        """Show `absorbed`, and all it has absorbed, as `into`; with all their cases."""

    async def separate(self, restored: UUID, at: datetime, by: UUID) -> set[UUID]:
        """Show `restored`, and all it has absorbed, by itself again; with all their cases. Returns those records."""


class Submissions(Protocol):
    """What was sent."""

    async def chains(self, first_ids: Collection[UUID]) -> tuple[Mapping[UUID, UUID], set[UUID]]:
        """The record of each chain that is known, and the ids of all their submissions."""

    async def add(self, kept: Sequence[Kept]) -> None:
        """Keep them."""

    async def families(self, family_ids: Collection[UUID]) -> Mapping[UUID, Mapping[UUID, UUID]]:
        """The record of each chain of these families that is known."""

    async def of_records(self, record_ids: Collection[UUID]) -> list[Kept]:
        """All that were matched with these records, in the order of receipt."""

    async def of_cases(self, case_ids: Collection[UUID]) -> list[Kept]:
        """All that belong to these cases, in the order of receipt."""

    async def assign(self, cases: Mapping[UUID, UUID | None]) -> None:
        """Move submissions to other cases."""

    async def sent_by_schools(
        self, child_ids: Collection[UUID], kinds: Collection[SubmissionKind]
    ) -> Mapping[tuple[UUID, str | None, SubmissionKind], datetime]:
        """When each school's last return of each of these kinds about these children was received."""

    async def refer(self, referred: Mapping[UUID, Referred | None]) -> None:
        """A rule makes these referrals; None: not any more."""

    async def find(self, submission_id: UUID) -> Kept | None:
        """One of them. None where it is not known."""

    async def count_latest(self, record_ids: Collection[UUID]) -> list[Kept]:
        """Of each school's deletion returns about these records let the latest count, unless it was taken back. Returns those that did not."""

    async def hold(self, submission_id: UUID, rules: Collection[str]) -> None:
        """These rules hold a deletion back now, and no others."""

    async def note_watch_over(self, submission_id: UUID, at: datetime) -> None:
        """Nobody had answered when its watch was over."""

    async def supersede_by(self, submission_ids: Collection[UUID], at: datetime) -> set[UUID]:
        """These are the latest deletion returns of their schools about their children. Returns which others are not any more."""

    async def supersede_chain(self, first_id: UUID, at: datetime) -> set[UUID]:
        """A chain was taken back. Returns which deletion returns do not count any more."""

    async def inform(self, case_id: UUID, submission_id: UUID, at: datetime) -> None:
        """Whoever sent it was told how this case ended."""

    async def informed(self, case_id: UUID) -> Mapping[UUID, datetime]:
        """The submissions whose senders were told how this case ended, and when."""


class Cases(Changes, Protocol):
    """Cases. Their child's lock is theirs."""

    async def lock(self, case_id: UUID) -> Case:
        """A case, its child locked. Raises `NotOnRegister`."""

    async def lock_many(self, case_ids: Collection[UUID]) -> Mapping[UUID, Case]:
        """Cases, their children locked in the order of their ids. One that there is not is not among them."""

    async def open_of(self, child_ids: Collection[UUID]) -> Mapping[UUID, Case]:
        """The one open case of each child that has one. Lock the children first."""

    async def latest_closed_of(self, child_ids: Collection[UUID]) -> Mapping[UUID, Case]:
        """The case of each child that was closed last, of those that have one. Lock the children first."""

    async def latest_of(self, subject: UUID) -> UUID | None:
        """The case `subject`; or the one, open before closed, of the child, record or chain."""

    async def latest_of_children(self, child_ids: Collection[UUID]) -> Mapping[UUID, UUID]:
        """The same of each child that has a case."""

    async def of_records(self, record_ids: Collection[UUID]) -> list[Case]:
        """All that were opened for these records."""

    async def waiting_for(self, case_id: UUID) -> list[Case]:
        """The cases that wait behind this one, and behind those."""

    async def add(self, cases: Sequence[Case]) -> None:
        """Open them."""

    async def save(self, cases: Sequence[Case]) -> None:
        """Write down what has changed."""


class Clocks(Protocol):
    """Running and past clocks."""

    async def add(self, clocks: Sequence[Clock]) -> None:
        """Start them."""

    async def save(self, clock: Clock) -> None:
        """Write down what has changed."""

    async def find(self, clock_id: UUID) -> Clock | None:
        """A clock by its id."""

    async def save_many(self, clocks: Sequence[Clock]) -> None:
        """The same of many at once."""

    async def find_many(self, clock_ids: Sequence[UUID]) -> list[Clock]:
        """Those of these that there are, in the order of their ids."""

    async def running(self, case_id: UUID) -> list[Clock]:
        """The clocks of a case that still run, the earliest due first."""

    async def about(self, ids: Collection[UUID]) -> list[Clock]:
        """The clocks that still run about these checks, placements or submissions."""


class Timers(Protocol):
    """Instants that come back to the register; see cme_timers."""

    async def set_timers(self, wanted: Sequence[Wanted]) -> None:
        """Come back with each of these at its instant."""

    async def cancel(self, subject: UUID, kind: str | None = None) -> int:
        """Do not come back."""


class Officers(Protocol):
    """Officers."""

    async def is_lead_officer(self, officer_id: UUID) -> bool:
        """Whether they are an active Lead Officer; then they do not leave before this transaction ends."""

    async def put(self, officers: Sequence[Officer], at: datetime) -> set[UUID]:
        """Add or change officers. Returns those for whom something changed, locked."""


class Chronology(Protocol):
    """What has happened, as a case shows it."""

    async def add(self, entries: Sequence[Entry]) -> None:
        """Note it; what was heard before stands there already."""

    async def leave(self, first_id: UUID, case_id: UUID) -> tuple[str, ...]:
        """What was heard about a chain stands with it, and not with this case. Returns what was said there of risk."""

    async def heard_of_risk(self, case_id: UUID) -> tuple[str, ...]:
        """What safeguarding has said of risk that stands with a case."""

    async def heard(self, event_id: UUID) -> bool:
        """Whether this event has made a line before, even if the inbox has forgotten it."""


class Calendars(Protocol):
    """School years, as intake says them."""

    async def put(self, whose: str, year: SchoolYear, *, at: datetime) -> None:
        """Keep a year of an authority (its code) or of a school (its URN); what was changed last holds."""

    async def days_of(self, urn: str, la_code: str) -> SchoolDays | None:
        """The days on which a school of this authority meets. None where they are not known."""

    async def days_of_all(self, schools: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], SchoolDays | None]:
        """The same of several, each by its URN and its authority."""


class Transaction(Protocol):
    """All of it, together or not at all."""

    @property
    def children(self) -> Children: ...
    @property
    def submissions(self) -> Submissions: ...
    @property
    def cases(self) -> Cases: ...
    @property
    def clocks(self) -> Clocks: ...
    @property
    def timers(self) -> Timers: ...
    @property
    def officers(self) -> Officers: ...
    @property
    def owners(self) -> Owners: ...
    @property
    def closures(self) -> Closures: ...
    @property
    def chronology(self) -> Chronology: ...
    @property
    def recorded(self) -> Recorded: ...
    @property
    def calendars(self) -> Calendars: ...
    @property
    def recounting(self) -> Recounting: ...
    @property
    def importing(self) -> Importing: ...
    @property
    def joint_enquiries(self) -> JointEnquiries: ...
    @property
    def handovers(self) -> Handovers: ...
    @property
    def matching(self) -> Matching: ...
    @property
    def reviews(self) -> Reviews: ...
    @property
    def moving(self) -> Moving: ...
    @property
    def work(self) -> Work: ...
    @property
    def statuses(self) -> Statuses: ...
    @property
    def age_watches(self) -> AgeWatches: ...
    @property
    def home_education(self) -> HomeEducation: ...
    @property
    def placements(self) -> Placements: ...
    @property
    def cohorts(self) -> Cohorts: ...

    def publish(self, *events: Event, cause: Meta | None = None) -> None:
        """Say it to the other services, once this is committed."""
