"""What the use cases need to say what a child is in law."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from cme_register.application.ports import Kept
from cme_register.domain.home_education import Assessment
from cme_register.domain.status import Line, Standing, Told


@dataclass(frozen=True, slots=True)
class OpeningFacts:
    """What is kept of a case, and of the submission that is said to have opened it."""

    case_id: UUID
    record_id: UUID
    kind: str
    category: str | None
    submission_id: UUID | None
    first_submission_id: UUID | None
    received_at: datetime | None
    effective_on: date | None


@dataclass(frozen=True, slots=True)
class AgeWatch:
    """A submission that waits until its child is of compulsory school age."""

    submission_id: UUID
    record_id: UUID
    begins_on: date


class Statuses(Protocol):
    """What was said of children's status. Lock the children first."""

    async def standings(self, child_ids: Collection[UUID]) -> Mapping[UUID, Standing]:
        """Of each child that there is: all that was said, but of cases that wait behind another."""

    async def add(self, lines: Sequence[Line]) -> None:
        """Keep them."""

    async def silent(self, record_id: UUID) -> bool:
        """Whether nothing was ever said of a record."""

    async def told(self, child_ids: Collection[UUID]) -> Mapping[UUID, Told]:
        """What was said last of each child of whom anything was."""

    async def note_told(self, told: Mapping[UUID, Told]) -> None:
        """This has been said of them."""

    async def void(self, first_ids: Collection[UUID], at: datetime, *, but: Collection[UUID] = ()) -> set[UUID]:
        """What these chains said does not hold any more, but for these submissions. Returns the records concerned."""

    async def children_of(self, record_ids: Collection[UUID]) -> Mapping[UUID, UUID]:
        """Who shows each record now."""

    async def opened(self, cases: Sequence[tuple[UUID, UUID | None]]) -> Mapping[UUID, OpeningFacts]:
        """What is kept of these cases, each with the submission that is said to have opened it."""

    async def speaking(self, submission_ids: Collection[UUID]) -> list[Kept]:
        """Those of them that say something of status by themselves: returns of pupils, and home education."""

    async def note_concerned(self, concerned: Sequence[tuple[UUID, str, UUID]], at: datetime) -> set[tuple[UUID, str]]:
        """Another authority is concerned: chain, its code, record. Returns those of whom it was not noted before."""


class AgeWatches(Protocol):
    """Submissions that wait for a child's age. Lock the child first."""

    async def put(self, watches: Sequence[AgeWatch], at: datetime) -> None:
        """Watch them, or until another day."""

    async def of_records(self, record_ids: Collection[UUID]) -> list[AgeWatch]:
        """Those that wait, in the order of their beginning."""

    async def end(self, submission_ids: Collection[UUID], at: datetime, because: str) -> None:
        """They wait no longer."""

    async def end_chain(self, first_id: UUID, at: datetime) -> None:
        """Their sender took them back."""


class HomeEducation(Protocol):
    """What the council decided of home education. Lock the child first."""

    async def add(self, assessment: Assessment, *, assessment_id: UUID, by: UUID, at: datetime) -> None:
        """Keep a decision; a later one is another."""
