"""What follows where something arrives about a child whose case is closed (policy 8). The length is data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from cme_calendars import BeyondCalendar, SchoolDays, WorkingDays, local_date
from cme_register.domain.case import Case
from cme_register.domain.submission import Submission
from cme_register.domain.triage import Move, Triage


class AfterClosure(StrEnum):
    """What follows."""

    REOPENED = "reopened"
    NEW_CASE = "new_case"
    """Too late to reopen: a new case that follows the closed one."""
    KEPT = "kept"
    """It opens nothing."""
    FOR_A_PERSON = "for_a_person"
    """It would open a case, but no rule may: a person looks at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopeningRule:
    """How long a closed case is opened again, from a day on."""

    school_days: int
    valid_from: date
    source: str

    def until(self, closed_on: date, school: SchoolDays | None, working: WorkingDays) -> date:
        """The last day of receipt on which it is. No day of a school is guessed: where its days are not known, working days."""
        try:
            if school is not None:
                return school.add_school_days(closed_on, self.school_days)
        except BeyondCalendar:
            pass
        return working.add_working_days(closed_on, self.school_days)


@dataclass(frozen=True, slots=True)
class Closed:
    """A child's latest closed case, where they have no open one."""

    case: Case
    until: date
    """Up to which day of receipt it is opened again."""
    by_rule: bool
    """False: its outcome is one that only a person may find to be wrong."""


def after_closure(submission: Submission, record_id: UUID, decided: Triage, closed: Closed) -> AfterClosure:
    """What follows of a submission, of which triage has decided what it would do if there were no closed case.

    A return about something that happened by the day of the closure is old news, which whoever closed the case may not
    have had: it opens nothing by itself. What fits a record that was joined into the child's (`record_id`) reopens no case
    of the other's, so that a separation leaves neither with what is not theirs.
    """
    if decided.move is not Move.OPEN:
        return AfterClosure.KEPT
    assert closed.case.closed_at is not None
    happened = submission.effective_on
    if not closed.by_rule or (happened is not None and happened <= local_date(closed.case.closed_at)):
        return AfterClosure.FOR_A_PERSON
    if record_id != closed.case.record_id:
        return AfterClosure.NEW_CASE
    late = local_date(submission.received_at) > closed.until
    return AfterClosure.NEW_CASE if late else AfterClosure.REOPENED
