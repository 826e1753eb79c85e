"""Children who are to start in Reception or Year 7, and whether they came (policy 6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID, uuid5

from cme_calendars import BeyondCalendar, SchoolDays, WorkingDays

NAMESPACE = UUID("5b0a9d0e-6f0b-5c39-9f53-0d8f1a4c7e21")
"""Of the ids that follow from what a cohort is."""


class Intake(StrEnum):
    """The two points at which a whole year starts at another school."""

    RECEPTION = "reception"
    YEAR_7 = "year_7"


class Came(StrEnum):
    """What is known of one expected starter."""

    EXPECTED = "expected"
    """Nobody has said anything yet."""
    ARRIVED = "arrived"
    DID_NOT_ARRIVE = "did_not_arrive"


@dataclass(frozen=True, slots=True)
class Cohort:
    """Who is to start at one school in one September."""

    school_urn: str
    september: int
    """The year."""
    intake: Intake

    @property
    def id(self) -> UUID:
        """Follows from what it is: whoever names the same cohort means the same."""
        return uuid5(NAMESPACE, f"{self.school_urn}/{self.september}/{self.intake}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Starter:
    """One child who is to start."""

    submission_id: UUID
    """The line of the import that says so."""
    record_id: UUID
    cohort: Cohort
    school_la: str
    starts_on: date
    came: Came = Came.EXPECTED
    on_roll: bool | None = None
    """DID_NOT_ARRIVE: the school has entered the name, and so has a pupil who does not come. None: it did not say."""
    reported_on: date | None = None


@dataclass(frozen=True, slots=True)
class CohortRule:
    """How long a school has to say who did not arrive."""

    report_within_school_days: int
    valid_from: date
    source: str


def rule_on(rules: Iterable[CohortRule], day: date) -> CohortRule | None:
    """The row that holds on a day."""
    return max((one for one in rules if one.valid_from <= day), key=lambda one: one.valid_from, default=None)


def report_due_on(
    rules: Iterable[CohortRule], starts_on: date, school: SchoolDays | None, working: WorkingDays
) -> date | None:
    """The last day on which a school says in time who did not arrive. None: no rule asks for it.

    Of a school whose calendar is not known, by working days. Raises `BeyondCalendar` where they are not known either.
    """
    rule = rule_on(rules, starts_on)
    if rule is None:
        return None
    try:
        if school is not None:
            return school.add_school_days(starts_on, rule.report_within_school_days)
    except BeyondCalendar:
        pass  # that year is not entered yet
    return working.add_working_days(starts_on, rule.report_within_school_days)
