"""What the use cases need from elsewhere, in their own words."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from cme_bus.meta import Meta
from cme_calendars import SchoolDays
from cme_contracts.base import Event
from cme_referrals.application.telling import Sender
from cme_referrals.application.timed import KeepsPunctuality, Punctuality
from cme_referrals.domain.completeness import Kind
from cme_referrals.domain.progress import Progress
from cme_referrals.domain.rules import Challenge, Consent, Deletion, Elsewhere, JointEnquiry, Order
from cme_referrals.domain.school_data import Establishment, OwnDays, TermDates
from cme_referrals.domain.school_history import Succession


@dataclass(slots=True, kw_only=True)  # not frozen: that triples the cost of making one, and one is made of each form
class Submission:
    """What is kept of a submission. `as_received`, as JSON, holds the child's data and is sealed where it is kept."""

    id: UUID
    first_submission_id: UUID
    reference: str
    kind: Kind
    received_at: datetime
    sender: str
    sender_urn: str | None
    """The school that sent it, and so may see it. None: an officer entered it."""
    referrer_kind: str
    school_urn: str | None
    still_missing: tuple[str, ...]
    quarantined: tuple[str, ...]
    as_received: bytes
    family_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """A submission as its list shows it: nothing about the child."""

    id: UUID
    reference: str
    kind: Kind
    sender: Sender
    referrer_kind: str
    school_urn: str | None
    still_missing: tuple[str, ...]
    quarantined: tuple[str, ...]
    progress: Progress


class Publishes(Protocol):
    """Announces facts with the transaction."""

    def publish(self, *events: Event, cause: Meta | None = None) -> None:
        """They leave if, and only if, the transaction commits. `cause`: what they answer, where many are handled at once."""


class Elsewheres(Protocol):
    """What the register has recorded about children, each row by an id of its own."""

    async def put_order(self, order_id: UUID, number: str, order: Order, *, at: datetime) -> None:
        """Keep an order; what was recorded later holds, whatever arrives last."""

    async def put_consent(self, consent_id: UUID, consent: Consent, *, at: datetime) -> None:
        """Keep a decision."""

    async def put_joint_enquiry(self, enquiry_id: UUID, enquiry: JointEnquiry, *, at: datetime) -> None:
        """Keep how joint enquiries stand; what was decided later holds, whatever arrives last."""

    async def of_child(self, child_id: UUID) -> Elsewhere:
        """All that is this child's now."""


class KeepsSubmissions(Protocol):
    """Where a submission goes as it is received."""

    async def add(self, submission: Submission) -> None:
        """Keep a new one; holds its row until the transaction ends."""


class Submissions(KeepsSubmissions, Protocol):
    """Submissions as received."""

    async def as_received(self, submission_id: UUID) -> Mapping[str, Any] | None:
        """The form word for word, opened. None where there is no such submission, or its key has been forgotten."""


class Following(Protocol):
    """How far submissions have come."""

    async def find(self, name: UUID | str, *, sent_by: Sender | None = None) -> Followed | None:
        """One submission by its id or its reference; only if they sent it, where somebody is named."""

    async def latest(self, *, before: tuple[datetime, UUID] | None, limit: int) -> Sequence[Followed]:
        """The newest first, those before a place in that order."""

    async def latest_of_sender(
        self, sender: Sender, *, before: tuple[datetime, UUID] | None, limit: int
    ) -> Sequence[Followed]:
        """The same, of what they sent."""

    async def latest_of_subjects(
        self, subjects: Sequence[str], *, before: tuple[datetime, UUID] | None, limit: int
    ) -> Sequence[Followed]:
        """The same, of what was sent by any of these, each of them one person."""

    async def latest_of_child(
        self, child_id: UUID, *, before: tuple[datetime, UUID] | None, limit: int
    ) -> Sequence[Followed]:
        """The same, of what is this child's now."""

    async def on_register(self, facts: Sequence[tuple[UUID, UUID, datetime]]) -> None:
        """Submission, case, since when."""

    async def matched(self, facts: Sequence[tuple[UUID, datetime]]) -> None:
        """Submission, since when the register has it."""

    async def handed_over(self, facts: Sequence[tuple[UUID, str, datetime]]) -> None:
        """First submission of a chain, which team of the council has it, since when."""

    async def separated(self, chains: Sequence[UUID], cases: Sequence[UUID]) -> None:
        """These chains and cases are one child's: no other chain belongs to the cases, nor these chains to any other."""

    async def assigned(self, facts: Sequence[tuple[UUID, datetime]]) -> None:
        """Case, since when a Lead Officer has it."""

    async def due(self, facts: Sequence[tuple[UUID, date]]) -> None:
        """Case, the last day of its initial investigation."""

    async def closed(self, facts: Sequence[tuple[UUID, datetime, str, int]]) -> None:
        """Case, when, with which outcome, how often it had been reopened. An end before the latest reopening is none."""

    async def reopened(self, facts: Sequence[tuple[UUID, datetime, int]]) -> None:
        """Case, when, how often by then."""

    async def on_review(self, facts: Sequence[tuple[UUID, datetime]]) -> None:
        """Case, since when it rests on review: the child was not found."""

    async def woken(self, facts: Sequence[tuple[UUID, datetime]]) -> None:
        """Case, since when it is worked on again."""

    async def left_to_team(self, facts: Sequence[tuple[UUID, datetime]]) -> None:
        """Case, since when it is the team's, until a Lead Officer has it."""

    async def informed(self, facts: Sequence[tuple[UUID, datetime]]) -> None:
        """Submission, when its referrer was told."""


class Identity(Protocol):
    """Whose a chain of submissions is, as the register says."""

    async def child_of(self, subject: UUID) -> UUID | None:
        """Whose it is now. None while the register has not spoken."""

    async def place(self, subject: UUID, child_id: UUID, *, at: datetime) -> None:
        """`subject` is this child's."""

    async def join(self, absorbed: UUID, surviving: UUID, *, at: datetime) -> None:
        """Two records are one child."""

    async def separate(self, from_child: UUID, restored_child: UUID, subjects: Sequence[UUID], *, at: datetime) -> None:
        """They were not: exactly these subjects go back."""


class Schools(Protocol):
    """Establishments and term dates, as receiving a form reads them."""

    async def find(self, urn: str) -> Establishment | None:
        """A school by its URN."""

    async def establishment_of(self, name: str, day: date) -> Establishment | None:
        """What the school of this URN or LAESTAB is on a day: a closed one is followed to what went on from it."""

    async def days_of(self, urn: str, la_code: str) -> SchoolDays | None:
        """The days on which a school of this authority meets. None where nobody has loaded a calendar."""


class SchoolLists(Schools, Protocol):
    """The same, as they are loaded."""

    async def listed(self) -> Mapping[str, Sequence[str]]:
        """The URNs of all schools that are kept, by their authority's code."""

    async def put(self, establishments: Sequence[Establishment], *, at: datetime) -> Sequence[str]:
        """Keep them; returns the URNs of those that are new or changed, and holds their rows."""

    async def put_successions(self, successions: Sequence[Succession]) -> int:
        """Keep which schools went on as which; returns how many are new or different."""

    async def put_terms(self, terms: TermDates, *, at: datetime) -> bool:
        """Keep a school year; False where nothing changed."""

    async def fits(self, urn: str, la_code: str) -> bool:
        """Whether a school's own years and its authority's make one calendar, none overlapping another."""

    async def years(self, urn: str, la_code: str | None, academic_year: str) -> tuple[OwnDays | None, TermDates | None]:
        """How a school departs from a school year, and its authority's; None where nobody has entered it."""

    async def put_own_days(self, own: OwnDays, *, at: datetime) -> bool:
        """Keep how a school departs from it; False where nothing changed."""


@dataclass(slots=True, kw_only=True)  # not frozen: one is made of each form (`Receipt`)
class Returned:
    """A deletion return as its rules need it; nothing in it says who the child is."""

    submission_id: UUID
    first_submission_id: UUID
    reference: str
    received_at: datetime
    school_la: str
    deletion: Deletion


class KeepsChallenges(Protocol):
    """Where a deletion return goes with what it is asked."""

    async def add(self, returned: Returned, challenges: Sequence[Challenge], *, at: datetime) -> None:
        """Keep a new return and what it is asked."""


class Challenges(KeepsChallenges, Protocol):
    """What deletion returns were asked, and what they said."""

    async def add_many(self, asked: Sequence[tuple[Returned, Sequence[Challenge], datetime]]) -> None:
        """Keep many, each with what it is asked and when."""

    async def of_submission(self, submission_id: UUID) -> Sequence[Challenge]:
        """What one submission is asked, in the order of the table of rules."""


class DecidedAgain(Challenges, Protocol):
    """The same, decided again when a fact arrives."""

    async def change(self, submission_id: UUID, challenges: Sequence[Challenge], *, at: datetime) -> None:
        """Keep what became of some rules."""

    async def with_returns(self, first_submission_ids: Collection[UUID]) -> set[UUID]:
        """Those of these chains that hold a deletion return."""

    async def hold(self, child_id: UUID) -> None:
        """Work alone on what this child's returns are asked, until the transaction ends."""

    async def of_child(self, child_id: UUID) -> Sequence[tuple[Returned, Sequence[Challenge]]]:
        """This child's returns that nobody has taken back or corrected, and what each was asked; their rows are held."""

    async def of_chain(self, first_submission_id: UUID) -> Sequence[tuple[Returned, Sequence[Challenge]]]:
        """The same of one chain."""

    async def waiting_for_days(self, *, la_code: str | None, urn: str | None) -> Sequence[UUID]:
        """The chains of an authority's schools, or of one, with a rule that a calendar may decide."""


class Intake(Publishes, Protocol):
    """What receiving a submission needs."""

    @property
    def submissions(self) -> KeepsSubmissions: ...

    @property
    def schools(self) -> Schools: ...

    @property
    def challenges(self) -> KeepsChallenges: ...

    @property
    def punctuality(self) -> KeepsPunctuality: ...


class Follows(Protocol):
    """What following the register needs."""

    @property
    def following(self) -> Following: ...

    @property
    def identity(self) -> Identity: ...


class Decides(Publishes, Protocol):
    """What deciding a rule again needs."""

    @property
    def challenges(self) -> DecidedAgain: ...

    @property
    def elsewhere(self) -> Elsewheres: ...

    @property
    def identity(self) -> Identity: ...

    @property
    def schools(self) -> Schools: ...


class TimesAgain(Publishes, Protocol):
    """What telling again whether returns were late needs."""

    @property
    def punctuality(self) -> Punctuality: ...

    @property
    def schools(self) -> Schools: ...


class KeepsSchools(Publishes, Protocol):
    """What loading public lists needs."""

    @property
    def schools(self) -> SchoolLists: ...


class ChangesCalendars(Decides, Protocol):
    """What changing a calendar needs."""

    @property
    def schools(self) -> SchoolLists: ...

    @property
    def punctuality(self) -> Punctuality: ...
