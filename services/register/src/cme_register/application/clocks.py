"""Starting, satisfying and cancelling clocks by what happens, and the timers that will tell of them (policy 7, 8)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from cme_bus.meta import Meta
from cme_calendars import local_date
from cme_contracts.codes import OfficerRole
from cme_contracts.register_clocks import ClockCancelled, ClockSatisfied, ClockStarted, DeadlineBreached
from cme_register.application.owning import acting_for_many
from cme_register.application.ports import Transaction
from cme_register.application.rating import rate
from cme_register.application.rules import NewId, Rules
from cme_register.application.telling import Said
from cme_register.domain.case import Case
from cme_register.domain.clock_table import ClockDefinition
from cme_register.domain.clocks import Beginning, Clock, rung_at, start_clock
from cme_register.domain.codes import Role, Stage, Status
from cme_register.domain.counting import Calendars, Unit
from cme_register.domain.occurrences import Occurrence, circumstances
from cme_register.domain.risk import DEADLINE_BREACHED
from cme_timers import Wanted

WARN, BREACH, RUNG = "clock.warn", "clock.breach", "clock.rung"
"""The kinds of timer; each is about one clock."""


@dataclass(frozen=True, slots=True)
class School:
    """Whose days count where a clock counts school days."""

    urn: str
    la: str


@dataclass(frozen=True, slots=True)
class Started:
    """A clock that runs, and the fact that it does."""

    clock: Clock
    event: ClockStarted


async def occurred(
    tx: Transaction,
    case: Case,
    what: Occurrence,
    rules: Rules,
    *,
    at: datetime,
    new_id: NewId,
    on: date | None = None,
    about: UUID | None = None,
    school: School | None = None,
    heard_at: datetime | None = None,
) -> list[Said]:
    """Something has happened to a case: the table of clocks says what it satisfies, ends and starts. Lock the case first.

    `on`: the day it happened, day nought of what it starts; the local day of `at` unless it is said. `about`: the check, the
    placement or the submission that it happened to; without it, it concerns every clock of the case. `school`: whose
    days count; the case's own unless it is said. What was done elsewhere is `heard_at` later, and no breach was seen sooner.

    A clock that runs already is not started again. The case's next deadline is set, not saved. Raises `BeyondCalendar`.
    """
    running = await tx.clocks.running(case.id)
    said: list[Said] = []
    for clock in running:
        definition = rules.clocks(clock.code, clock.starts_on)
        if about is not None and clock.about not in {None, about}:
            continue
        if what in definition.satisfied_by:
            said += await _satisfy(tx, clock, case, rules, at=at, heard_at=heard_at)
        elif what is Occurrence.CASE_CLOSED or what in definition.cancelled_by:
            said += await cancel(tx, clock, case, what, at=at)
    day = on or local_date(at)
    run = {(clock.code, clock.about) for clock in running if clock.runs}
    wanted = [
        one for one in rules.clocks.started_by(what, day, circumstances(case)) if (one.code, about) not in run
    ]  # fmt: skip
    fresh = [
        start_clock(one, begins, calendars, clock_id=new_id(), case_id=case.id)
        for one in wanted
        for begins, calendars in [await _counted_by(tx, one, case, rules, day, at, about, school)]
    ]
    if fresh:
        await tx.clocks.add(fresh)
        await tx.timers.set_timers([timer for clock in fresh for timer in still_to_come(clock, rules)])
    said += [Said(started(clock, case).event, at) for clock in fresh]
    case.due_at = next_date([*running, *fresh], rules, sleeping=case.stage is Stage.DORMANT)
    if what is not Occurrence.NOTHING_ELSE_RUNS:
        said += await _never_without_a_date(tx, case, rules, at=at, new_id=new_id)
    return said


async def go_on(tx: Transaction, case: Case, rules: Rules, *, at: datetime, new_id: NewId) -> list[Said]:
    """A case stood still, or other clocks are its own now: set the timers of those that run, and its next date."""
    running = await tx.clocks.running(case.id)
    await tx.timers.set_timers([timer for clock in running for timer in still_to_come(clock, rules)])
    case.due_at = next_date(running, rules, sleeping=case.stage is Stage.DORMANT)
    return await _never_without_a_date(tx, case, rules, at=at, new_id=new_id)


async def _never_without_a_date(
    tx: Transaction, case: Case, rules: Rules, *, at: datetime, new_id: NewId
) -> list[Said]:
    if case.due_at is not None or case.status is not Status.OPEN:
        return []
    return await occurred(tx, case, Occurrence.NOTHING_ELSE_RUNS, rules, at=at, new_id=new_id)


def next_date(clocks: Iterable[Clock], rules: Rules, *, sleeping: bool = False) -> datetime | None:
    """When the first of these that still run, and by which the work list goes, is due.

    `sleeping`: the case is on review, and what was missed before is told but is no next date.
    """
    due = [
        (one.breached_at is not None, one.due_at)
        for one in clocks
        if one.runs and rules.clocks(one.code, one.starts_on).ranks
    ]
    return min(due if sleeping else [(False, due_at) for _, due_at in due], default=(False, None))[1]


def started(clock: Clock, case: Case) -> Started:
    """The fact that a clock runs."""
    event = ClockStarted(
        child_id=case.child_id, case_id=case.id, clock_id=clock.id, clock=clock.code, due_on=clock.due_on,
        due_at=clock.due_at, starts_on=clock.starts_on, warn_at=clock.warn_at, calendar=clock.calendar, source=clock.source,
        about=clock.about,
    )  # fmt: skip
    return Started(clock, event)


def still_to_come(clock: Clock, rules: Rules, cause: Meta | None = None) -> list[Wanted]:
    """The timers of what is still to come: warning and breach, or once breached the rungs not yet told."""
    if clock.breached_at is None:
        unwarned = clock.warn_at if clock.warned_at is None else None
        warning = [Wanted(WARN, clock.id, unwarned, cause=cause)] if unwarned else []
        return [*warning, Wanted(BREACH, clock.id, clock.due_at, cause=cause)]
    definition = rules.clocks(clock.code, clock.starts_on)
    return [
        Wanted(RUNG, clock.id, rung_at(definition, clock, rung, rules.calendars), {"rung": rung}, cause)
        for rung in range(max(clock.rung, 1) + 1, len(definition.ladder) + 1)
    ]


@dataclass(frozen=True, slots=True)
class Ticking:
    """A clock that runs, its case, both locked, and what caused its timer to be set."""

    clock: Clock
    case: Case
    cause: Meta | None = None


async def breach(
    tx: Transaction, ticking: Sequence[Ticking], rules: Rules, *, at: datetime, old_news: bool = False
) -> list[Said]:
    """Note of each that its deadline has passed, once and for ever, and set the rest of its ladder.

    `old_news`: it passed before the register had the case. It is said all the same, but nobody is to be told of it, nor of the
    rungs that were reached by then.
    """
    passed = [one for one in ticking if one.clock.breach(at)]
    if not passed:
        return []
    for one in passed:
        if old_news:
            one.clock.climb(_reached(one.clock, rules, at))
        if rules.clocks(one.clock.code, one.clock.starts_on).raises_risk:
            one.case.take_factors([DEADLINE_BREACHED])
    cases = list({one.case.id: one.case for one in passed}.values())
    rated = await rate(tx, cases, rules, at=at, causes={one.case.id: one.cause for one in passed})
    await tx.clocks.save_many([one.clock for one in passed])
    for case in (
        one for one in cases if one.stage is Stage.DORMANT
    ):  # what is missed is told; the next date is the review
        case.due_at = next_date(await tx.clocks.running(case.id), rules, sleeping=True)
    await tx.cases.save(cases)
    await tx.timers.set_timers([timer for one in passed for timer in still_to_come(one.clock, rules, one.cause)])
    acting = await acting_for_many(tx, cases, at)
    tells = {one.clock.id: () if old_news else _definition(one.clock, rules).rung(1).tell for one in passed}
    return [*(_breached(one, tells[one.clock.id], acting[one.case.id], at) for one in passed), *rated]


def _definition(clock: Clock, rules: Rules) -> ClockDefinition:
    return rules.clocks(clock.code, clock.starts_on)


def _reached(clock: Clock, rules: Rules, at: datetime) -> int:
    """The highest rung of its ladder that is past."""
    definition = _definition(clock, rules)
    rungs = range(1, len(definition.ladder) + 1)
    return max(one for one in rungs if one == 1 or rung_at(definition, clock, one, rules.calendars) <= at)


def _breached(ticking: Ticking, told: Iterable[Role], officer_id: UUID | None, at: datetime) -> Said:
    clock, case = ticking.clock, ticking.case
    event = DeadlineBreached(
        child_id=case.child_id, case_id=case.id, clock_id=clock.id, clock=clock.code, due_on=clock.due_on,
        due_at=clock.due_at, officer_id=officer_id, tell=tuple(map(OfficerRole, told)), detected_at=at,
        detected_late_by=max(0, int((at - clock.due_at).total_seconds())), about=clock.about,
    )  # fmt: skip
    return Said(event, at, ticking.cause)


async def _satisfy(
    tx: Transaction, clock: Clock, case: Case, rules: Rules, *, at: datetime, heard_at: datetime | None
) -> list[Said]:
    """What the clock asked for was done `at`.

    Done after the due day by somebody who was quicker than the timer, it is a breach first: late is late. What was done
    elsewhere is heard of later, and the breach was seen no sooner than that.
    """
    said = await breach(tx, [Ticking(clock, case)], rules, at=heard_at or at) if at >= clock.due_at else []
    clock.satisfy(at, rules.days)
    assert clock.on_time is not None and clock.late_by_working_days is not None
    await tx.clocks.save(clock)
    await tx.timers.cancel(clock.id)
    event = ClockSatisfied(
        child_id=case.child_id, case_id=case.id, clock_id=clock.id, clock=clock.code, due_on=clock.due_on,
        due_at=clock.due_at, on_time=clock.on_time, late_by_working_days=clock.late_by_working_days, satisfied_at=at,
        about=clock.about,
    )  # fmt: skip
    return [*said, Said(event, at)]


async def cancel(tx: Transaction, clock: Clock, case: Case, why: Occurrence, *, at: datetime) -> list[Said]:
    """What the clock asks for is not asked for any more. Raises `ClockNotRunning`."""
    clock.cancel(at)
    await tx.clocks.save(clock)
    await tx.timers.cancel(clock.id)
    event = ClockCancelled(
        child_id=case.child_id, case_id=case.id, clock_id=clock.id, clock=clock.code, due_on=clock.due_on,
        due_at=clock.due_at, because=why.value, cancelled_at=at, about=clock.about,
    )  # fmt: skip
    return [Said(event, at)]


async def _counted_by(
    tx: Transaction,
    definition: ClockDefinition,
    case: Case,
    rules: Rules,
    day: date,
    at: datetime,
    about: UUID | None,
    school: School | None,
) -> tuple[Beginning, Calendars]:
    """From when a clock is counted, and by what; a school's days are read where they count."""
    if definition.length.unit is not Unit.SCHOOL_DAYS:
        return Beginning(day, at, about), rules.calendars
    urn, la = (school.urn, school.la) if school else (case.school_urn or "", case.school_la or case.home_la or "")
    return Beginning(day, at, about, urn or None, la or None), rules.counting(await tx.calendars.days_of(urn, la))
