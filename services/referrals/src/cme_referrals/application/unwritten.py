"""A use case's writes held back: to be written for many forms at once, or not at all (a check before sending)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from cme_bus.meta import Meta
from cme_calendars import SchoolDays
from cme_contracts.base import Event
from cme_referrals.application.ports import Returned, Schools, Submission
from cme_referrals.application.timed import Timed
from cme_referrals.domain.rules import Challenge
from cme_referrals.domain.school_data import Establishment


@dataclass(slots=True)
class Schooling:
    """Schools and their calendars that were looked up already."""

    schools: dict[str, Establishment | None] = field(default_factory=dict)
    standing: dict[tuple[str, date], Establishment | None] = field(default_factory=dict)
    days: dict[tuple[str, str], SchoolDays | None] = field(default_factory=dict)


class Unwritten:
    """The port `Intake` with nothing written: what a use case would keep and say is held here."""

    def __init__(self, schools: Schools, seen: Schooling) -> None:
        self.submissions = _Kept()
        self.challenges = _Asked()
        self.punctuality = _Timed()
        self.schools = _Seen(schools, seen)
        self.said: list[Event] = []
        self._all: tuple[list[Any], ...] = (
            self.submissions.kept, self.challenges.asked, self.punctuality.timed, self.said
        )  # fmt: skip

    def so_far(self) -> list[int]:
        """How much is held: where to go `back` to."""
        return [len(one) for one in self._all]

    def back(self, so_far: list[int]) -> None:
        """Forget what came after: the form it belonged to is not taken."""
        for one, length in zip(self._all, so_far, strict=True):
            del one[length:]

    def publish(self, *events: Event, cause: Meta | None = None) -> None:
        """See the port."""
        self.said += events


class _Kept:
    def __init__(self) -> None:
        self.kept: list[Submission] = []

    async def add(self, submission: Submission) -> None:
        self.kept.append(submission)


class _Asked:
    def __init__(self) -> None:
        self.asked: list[tuple[Returned, Sequence[Challenge], datetime]] = []

    async def add(self, returned: Returned, challenges: Sequence[Challenge], *, at: datetime) -> None:
        self.asked.append((returned, challenges, at))


class _Timed:
    """No correction comes this way: there is nothing to hold it against."""

    def __init__(self) -> None:
        self.timed: list[Timed] = []

    async def add(self, timed: Timed) -> None:
        self.timed.append(timed)

    async def of_chain(self, first_submission_id: UUID) -> Timed | None:
        return None

    async def replace(self, timed: Timed) -> None:
        raise RuntimeError("a correction is written as it comes")


class _Seen:
    """Schools, each looked up once for all the rows of a chunk."""

    def __init__(self, schools: Schools, seen: Schooling) -> None:
        self._seen, self._schools = seen, schools

    async def find(self, urn: str) -> Establishment | None:
        if urn not in self._seen.schools:
            self._seen.schools[urn] = await self._schools.find(urn)
        return self._seen.schools[urn]

    async def establishment_of(self, name: str, day: date) -> Establishment | None:
        if (name, day) not in self._seen.standing:
            self._seen.standing[name, day] = await self._schools.establishment_of(name, day)
        return self._seen.standing[name, day]

    async def days_of(self, urn: str, la_code: str) -> SchoolDays | None:
        if (urn, la_code) not in self._seen.days:
            self._seen.days[urn, la_code] = await self._schools.days_of(urn, la_code)
        return self._seen.days[urn, la_code]
