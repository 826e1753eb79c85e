"""Checks: what other bodies are asked about a child, which of them a case must have, and what came of them. The rows are data."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from cme_register.domain.codes import Category, Kind, Role
from cme_register.domain.errors import RegisterError

OFFICERS = frozenset({Role.LEAD_OFFICER, Role.TEAM_MANAGER, Role.SERVICE_LEAD})


class NoSuchCheck(RegisterError):
    """The table has no check of that code on that day."""

    code = "no-such-check"


class CheckSettled(RegisterError):
    """The check was answered or waived before; what was said of it stays."""

    code = "check-settled"


class CheckRuns(RegisterError):
    """The body has been asked and has not answered yet."""

    code = "check-runs"


class MayNotWaive(RegisterError):
    """Somebody else decides that this check is not made."""

    code = "may-not-waive"


class CannotWaive(RegisterError):
    """Some of the checks that are to be waived cannot be."""

    code = "cannot-waive"

    def __init__(self, wrong: Mapping[str, RegisterError]) -> None:
        super().__init__(f"{len(wrong)} of the checks cannot be waived")
        self.wrong = wrong
        """By code: `NoSuchCheck` or `MayNotWaive`."""


class GatewayNeeded(RegisterError):
    """This body may answer only under a power that is named."""

    code = "gateway-needed"


class BeforeItWasAsked(RegisterError):
    """No answer comes before the question, and none from the future."""

    code = "answered-out-of-time"


class Result(StrEnum):
    """What a body answered."""

    FOUND = "found"
    LEAD = "lead"
    NOTHING = "nothing"
    CANNOT_SAY = "cannot_say"


class WaiverReason(StrEnum):
    """Why a mandatory check is not made."""

    FOUND_OTHERWISE = "found_otherwise"
    NOT_APPLICABLE = "not_applicable"
    WOULD_ENDANGER = "would_endanger"
    NOT_LAWFUL = "not_lawful"
    BODY_DOES_NOT_ANSWER = "body_does_not_answer"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckDefinition:
    """One row of the table of checks, good from `valid_from` on."""

    code: str
    label: str
    to: str
    """The kind of body that is asked."""
    asking: str
    """What has happened once it is asked: the clock that this starts says by when it must answer."""
    legal_basis: str
    source: str
    valid_from: date
    mandatory_for: frozenset[str] = frozenset()
    """Names of what a case is: a category, or on_roll_enquiry."""
    times: int = 1
    """How often it must be answered."""
    apart_hours: int = 0
    """Answers closer together than this count as one."""
    gateway: bool = False
    """The power by which this body may answer is named with each asking."""
    waived_by: frozenset[Role] = OFFICERS
    ended: bool = False


class CheckTable:
    """Every check in every version."""

    def __init__(self, rows: Iterable[CheckDefinition] = ()) -> None:
        self._rows = tuple(sorted(rows, key=lambda row: row.valid_from))

    def on(self, day: date) -> tuple[CheckDefinition, ...]:
        """The checks there are on `day`, in the order of the table."""
        latest = {row.code: row for row in self._rows if row.valid_from <= day}
        return tuple(row for row in latest.values() if not row.ended)

    def get(self, code: str, day: date) -> CheckDefinition:
        """The version of `code` good on `day`. Raises `NoSuchCheck`."""
        found = next((row for row in self.on(day) if row.code == code), None)
        if found is None:
            raise NoSuchCheck(f"there is no such check on {day}")
        return found

    def mandatory(self, kind: Kind, category: Category | None, day: date) -> tuple[CheckDefinition, ...]:
        """The checks that a case of this kind and category must have."""
        return tuple(row for row in self.on(day) if (category or kind) in row.mandatory_for)


@dataclass(slots=True, kw_only=True)
class Check:
    """One asking of one body, or the decision not to ask. It stands with the record that its case was opened for."""

    id: UUID
    case_id: UUID
    record_id: UUID
    code: str
    mandatory: bool
    requested_at: datetime | None = None
    requested_by: UUID | None = None
    how: str | None = None
    gateway: str | None = None
    """The power by which the body may answer, where its row asks for one. Kept here alone."""
    due_on: date | None = None
    answered_at: datetime | None = None
    """When the answer came: of a visit, when it was made."""
    answer_recorded_by: UUID | None = None
    on_time: bool | None = None
    result: Result | None = None
    evidence_kind: str | None = None
    evidence_reference: str | None = None
    waived_at: datetime | None = None
    waived_by: UUID | None = None
    waiver_reason: WaiverReason | None = None

    @property
    def runs(self) -> bool:
        """Whether an answer is waited for."""
        return self.answered_at is None and self.waived_at is None

    @property
    def settled_at(self) -> datetime:
        """When it was answered or waived. Only of one that does not run any more."""
        settled = self.answered_at or self.waived_at
        assert settled is not None
        return settled

    @property
    def state(self) -> str:
        """How it stands, in one word: requested, answered, waived."""
        if self.answered_at is not None:
            return "answered"
        return "requested" if self.waived_at is None else "waived"

    def answer(self, result: Result, *, at: datetime, by: UUID, now: datetime) -> None:
        """The body has answered `at`. Raises `CheckSettled`, `BeforeItWasAsked`."""
        self._must_run()
        assert self.requested_at is not None
        if not self.requested_at <= at <= now:
            raise BeforeItWasAsked("an answer comes after the question, and not after now")
        self.answered_at, self.result, self.answer_recorded_by = at, result, by

    def waive(self, reason: WaiverReason, *, at: datetime, by: UUID) -> None:
        """Its answer is not waited for. Raises `CheckSettled`."""
        self._must_run()
        self.waived_at, self.waiver_reason, self.waived_by = at, reason, by

    def _must_run(self) -> None:
        if not self.runs:
            raise CheckSettled(f"check {self.id} is {self.state}")


@dataclass(frozen=True, slots=True)
class Planned:
    """A mandatory check, and how much of it is still to be done."""

    definition: CheckDefinition
    answered: int
    waived: bool

    @property
    def outstanding(self) -> bool:
        """Neither answered as often as it must be, nor waived."""
        return not self.waived and self.answered < self.definition.times


def plan(
    mandatory: Iterable[CheckDefinition], made: Iterable[Check], reopened_at: datetime | None = None
) -> tuple[Planned, ...]:
    """How the mandatory checks of a case stand, given all that was made for it.

    A waiver counts once nothing of that code is waited for: who asks again after a waiver waits for the answer. What was
    answered or waived before the case was opened again counts for its former end, not for the next.
    """
    counts = [one for one in made if one.runs or reopened_at is None or one.settled_at >= reopened_at]
    return tuple(_planned(row, [one for one in counts if one.code == row.code]) for row in mandatory)


def _planned(row: CheckDefinition, made: Collection[Check]) -> Planned:
    waived = any(one.state == "waived" for one in made) and not any(one.runs for one in made)
    return Planned(
        row, _apart([one.answered_at for one in made if one.answered_at is not None], row.apart_hours), waived
    )


def _apart(instants: Iterable[datetime], hours: int) -> int:
    """How many of these count, where those closer than so many hours to the one before are one."""
    counted: list[datetime] = []
    for instant in sorted(instants):
        if not counted or instant - counted[-1] >= timedelta(hours=hours):
            counted.append(instant)
    return len(counted)
