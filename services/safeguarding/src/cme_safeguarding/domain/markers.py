"""Markers: what is known of a child beyond this case, by whom, since when and how surely. Ended, never deleted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from cme_calendars import local_date
from cme_safeguarding.domain.errors import AlreadyEnded, EndedBeforeItBegan, MarkerInFuture, UnknownMarkerType

ENCOMPASS_NOTICE = "encompass_notice"
SUBMISSION = "submission"
"""The source of what a form said, where nobody has said yet what kind of sender that was."""
OFFICER = "officer"


class MarkerLevel(StrEnum):
    """How surely it is known."""

    INDICATED = "indicated"
    """Signs of it were seen."""
    REPORTED = "reported"
    """Somebody says so."""
    CONFIRMED = "confirmed"
    """The body that is responsible says so."""


class Ending(StrEnum):
    """Why a marker holds no more."""

    NO_LONGER_TRUE = "no_longer_true"
    """Of the child: every marker of the type that was in force by that day ends with it."""
    RECORDED_IN_ERROR = "recorded_in_error"
    """Of this marker alone; what others said stands."""


@dataclass(frozen=True, slots=True)
class MarkerType:
    """One row of the table."""

    type: str
    factor: str
    """What screening weighs it as."""
    restricted: bool
    """Shown to the role safeguarding alone, unless whoever records it says otherwise."""
    source: str
    valid_from: date


class MarkerTable:
    """Every row, past and coming ones included. Raises ValueError where a type is given twice from one day."""

    def __init__(self, types: Iterable[MarkerType]) -> None:
        self._rows = sorted(types, key=lambda row: row.valid_from)
        named = [(row.type, row.valid_from) for row in self._rows]
        if len(set(named)) < len(named):
            raise ValueError("a type of marker stands in the table twice from one day")

    def in_force(self, on: date) -> list[MarkerType]:
        """The types there are on a day."""
        return sorted({row.type: row for row in self._rows if row.valid_from <= on}.values(), key=lambda row: row.type)

    def type(self, name: str, on: date) -> MarkerType:
        """Raises UnknownMarkerType."""
        for row in self.in_force(on):
            if row.type == name:
                return row
        raise UnknownMarkerType


@dataclass(slots=True, kw_only=True)
class Marker:
    """One thing somebody says of a child. Raises MarkerInFuture."""

    id: UUID
    source_id: UUID
    """What said it: a submission, an escalation, or the marker itself."""
    subject: UUID
    type: str
    factor: str
    source: str
    """What kind of sender or body."""
    since: date
    level: MarkerLevel
    restricted: bool
    recorded_at: datetime
    recorded_by: UUID | None = None
    """The officer; None: it came with what was heard."""
    ended_on: date | None = None
    ended_because: Ending | None = None
    ended_at: datetime | None = None
    ended_by: UUID | None = None

    def __post_init__(self) -> None:
        if self.since > local_date(self.recorded_at):
            raise MarkerInFuture

    @property
    def in_force(self) -> bool:
        """Nobody has ended it."""
        return self.ended_at is None

    def end(self, because: Ending, on: date, *, by: UUID, at: datetime) -> None:
        """It holds no more. Raises AlreadyEnded, EndedBeforeItBegan, MarkerInFuture."""
        if not self.in_force:
            raise AlreadyEnded
        if on > local_date(at):
            raise MarkerInFuture
        if on < self.since:
            raise EndedBeforeItBegan
        self.ended_on, self.ended_because, self.ended_at, self.ended_by = on, because, at, by

    def ends_with(self, other: Marker) -> bool:
        """Whether the ending of another ends this one as well."""
        return (
            other.ended_because is Ending.NO_LONGER_TRUE
            and other.ended_on is not None
            and self.in_force
            and self.type == other.type
            and self.since <= other.ended_on
        )


@dataclass(frozen=True, slots=True)
class Episode:
    """A time during which nobody knew where the child was, as the register's facts have it."""

    case_id: UUID
    began_at: datetime
    ended_at: datetime | None
