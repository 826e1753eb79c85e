"""Checks that count days on that school's own calendar; on a calendar that does not reach so far nothing is guessed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from cme_calendars import BeyondCalendar, SchoolDays
from cme_referrals.domain.facts import Known
from cme_referrals.domain.findings import CHALLENGED, NOT_YET_KNOWN, Finding, Rule, State


def days_after_leave(known: Known, rule: Rule) -> Finding | None:
    """Ground (h): so many school days after the leave ended."""
    ended_on = known.deletion.leave_ended_on
    if ended_on is None:
        return CHALLENGED
    return _passed(known, lambda days: days.add_school_days(ended_on, rule.days))


def days_of_absence(known: Known, rule: Rule) -> Finding | None:
    """Ground (i): so many school days without a break."""
    it = known.deletion
    first_day, broken_on = it.first_absent_on, it.other_code_on
    if first_day is None:
        return CHALLENGED

    def last_day(days: SchoolDays) -> date:
        if broken_on is not None and broken_on >= first_day:
            return days.add_school_days(broken_on, rule.days)
        return days.nth_school_day(first_day, rule.days)

    return _passed(known, last_day)


def _passed(known: Known, last_day_of: Callable[[SchoolDays], date]) -> Finding | None:
    """The period's last school day must be over."""
    if known.days is None:
        return NOT_YET_KNOWN
    try:
        last_day = last_day_of(known.days)
    except BeyondCalendar:
        return NOT_YET_KNOWN
    if last_day < known.deletion.deleted_on:
        return None
    try:
        return Finding(State.CHALLENGED, known.days.add_school_days(last_day, 1))
    except BeyondCalendar:
        return CHALLENGED
