"""A calendar has changed: the clocks that run are counted again, and it is said of each whose day moves (policy 7, 8; decision 0141)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import structlog

from cme_calendars import BeyondCalendar
from cme_contracts.register_clocks import ClockRecomputed
from cme_register.application.clocks import next_date, still_to_come
from cme_register.application.ports import Transaction
from cme_register.application.rules import Rules
from cme_register.application.telling import Said, tell
from cme_register.domain.case import Case
from cme_register.domain.clocks import Clock
from cme_register.domain.codes import Status
from cme_register.domain.counting import Period, Unit, first_moment, period

log = structlog.get_logger()

WORKING_DAYS, SCHOOL_DAYS = "working_days", "school_days"


async def count_again(tx: Transaction, clock_ids: Sequence[UUID], rules: Rules, because: str, *, at: datetime) -> int:
    """Count these again where they still run and are not breached. Returns for how many something moved.

    A date that moves into the past is a breach at once, and says how late it was seen. What was warned of is not warned of again.
    """
    cases = await tx.cases.lock_many({clock.case_id for clock in await tx.clocks.find_many(clock_ids)})
    said: list[Said] = []
    for clock in await tx.clocks.find_many(clock_ids):  # read again, now that nobody else can change them
        if not clock.runs or clock.breached_at is not None:
            continue
        now = await _counted(tx, clock, rules)
        if now is None or (now.due_at, now.warn_at, now.calendar) == (clock.due_at, clock.warn_at, clock.calendar):
            continue
        moved = _moved(clock, cases[clock.case_id], now, because, at)
        said += moved
        clock.due_on, clock.due_at, clock.warn_at, clock.calendar = now.due_on, now.due_at, now.warn_at, now.calendar
        await tx.clocks.save(clock)
        if moved and cases[clock.case_id].status is not Status.JOINED:
            await tx.timers.cancel(clock.id)
            await tx.timers.set_timers(still_to_come(clock, rules))
    for case in cases.values():
        case.due_at = next_date(await tx.clocks.running(case.id), rules)
    await tx.cases.save(list(cases.values()))
    await tell(tx, said)
    return len(said)


async def _counted(tx: Transaction, clock: Clock, rules: Rules) -> Period | None:
    """As it would be counted today; None where a day is beyond the calendar, which changes nothing."""
    definition = rules.clocks(clock.code, clock.starts_on)
    calendars = rules.calendars
    if definition.length.unit is Unit.SCHOOL_DAYS:
        calendars = rules.counting(await tx.calendars.days_of(clock.school_urn or "", clock.school_la or ""))
    began = clock.started_at or first_moment(clock.starts_on)
    try:
        return period(definition.length, clock.starts_on, began, calendars, definition.warn_after)
    except BeyondCalendar:
        log.warning("clock.beyond_calendar", clock_id=str(clock.id))
        return None


def _moved(clock: Clock, case: Case, now: Period, because: str, at: datetime) -> list[Said]:
    if (now.due_at, now.warn_at) == (clock.due_at, clock.warn_at):
        return []  # another edition, and the same days: nothing to tell
    event = ClockRecomputed(
        child_id=case.child_id, case_id=case.id, clock_id=clock.id, clock=clock.code, about=clock.about,
        due_on=now.due_on, due_at=now.due_at, due_on_before=clock.due_on, due_at_before=clock.due_at, warn_at=now.warn_at,
        calendar=now.calendar, calendar_before=clock.calendar, because=because, recomputed_at=at,
    )  # fmt: skip
    return [Said(event, at)]
