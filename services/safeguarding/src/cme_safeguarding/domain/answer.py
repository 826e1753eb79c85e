"""By when social care answers, and when silence is raised again (Working Together: one working day)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from cme_calendars import WorkingDays, end_of_day, local_date

WORKING_DAYS = 1


@dataclass(frozen=True, slots=True)
class Due:
    """A day, and the instant it ends in Europe/London."""

    on: date
    at: datetime

    @classmethod
    def end_of(cls, day: date) -> Due:
        """The end of a day."""
        return cls(day, end_of_day(day))


def answer_due(escalated_at: datetime, days: WorkingDays) -> Due:
    """The end of the first working day after the day of the escalation. Raises BeyondCalendar."""
    return Due.end_of(days.add_working_days(local_date(escalated_at), WORKING_DAYS))


def next_reminder(last_due_on: date, now: datetime, days: WorkingDays) -> Due:
    """When silence is raised again: the end of each working day to come. What an outage skipped is not made up for.

    Raises BeyondCalendar.
    """
    due = Due.end_of(days.add_working_days(last_due_on, WORKING_DAYS))
    while due.at <= now:
        due = Due.end_of(days.add_working_days(due.on, WORKING_DAYS))
    return due
