"""Starting and satisfying clocks, and the timers that will tell of them (policy 7, 8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cme_bus.meta import Meta
from cme_contracts.codes import OfficerRole
from cme_contracts.register import ClockSatisfied, ClockStarted, DeadlineBreached
from cme_register.application.owning import acting_for
from cme_register.application.ports import Transaction
from cme_register.application.rating import rate
from cme_register.application.rules import Rules
from cme_register.application.telling import Said
from cme_register.domain.case import Case
from cme_register.domain.clocks import INITIAL_INVESTIGATION, Clock, rung_at
from cme_register.domain.risk import DEADLINE_BREACHED
from cme_timers import Wanted

WARN, BREACH, RUNG = "clock.warn", "clock.breach", "clock.rung"
"""The kinds of timer; each is about one clock."""


@dataclass(frozen=True, slots=True)
class Started:
    """A clock that runs, and the fact that it does."""

    clock: Clock
    event: ClockStarted


def started(clock: Clock, case: Case) -> Started:
    """The fact that a clock runs."""
    event = ClockStarted(
        child_id=case.child_id, case_id=case.id, clock_id=clock.id, clock=clock.code, due_on=clock.due_on,
        due_at=clock.due_at, starts_on=clock.starts_on, warn_at=clock.warn_at, calendar=clock.calendar, source=clock.source,
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
        Wanted(RUNG, clock.id, rung_at(definition, clock, rung, rules.days), {"rung": rung}, cause)
        for rung in range(max(clock.rung, 1) + 1, len(definition.ladder) + 1)
    ]


async def breach(tx: Transaction, clock: Clock, case: Case, rules: Rules, *, at: datetime) -> list[Said]:
    """Note that a deadline has passed, once and for ever, and set the rest of its ladder."""
    if not clock.breach(at):
        return []
    if clock.code == INITIAL_INVESTIGATION:
        case.take_factors([DEADLINE_BREACHED])
    rated = await rate(tx, [case], rules, at=at)
    await tx.clocks.save(clock)
    await tx.cases.save([case])
    await tx.timers.set_timers(still_to_come(clock, rules))
    event = DeadlineBreached(
        child_id=case.child_id, case_id=case.id, clock_id=clock.id, clock=clock.code, due_on=clock.due_on,
        due_at=clock.due_at, officer_id=await acting_for(tx, case, at), tell=_roles(rules, clock, 1), detected_at=at,
        detected_late_by=max(0, int((at - clock.due_at).total_seconds())),
    )  # fmt: skip
    return [Said(event, at), *rated]


async def satisfy(
    tx: Transaction, case: Case, code: str, rules: Rules, *, at: datetime, heard_at: datetime | None = None
) -> list[Said]:
    """What the case's clock of this code asked for was done `at`, if it runs. The case's next deadline is set, not saved.

    Done after the due day by somebody who was quicker than the timer, it is a breach first: late is late. What was done
    elsewhere is heard of later, and the breach was seen no sooner than that.
    """
    running = await tx.clocks.running(case.id)
    said: list[Said] = []
    for clock in (one for one in running if one.code == code):
        if at >= clock.due_at:
            said += await breach(tx, clock, case, rules, at=heard_at or at)
        clock.satisfy(at, rules.days)
        assert clock.on_time is not None and clock.late_by_working_days is not None
        await tx.clocks.save(clock)
        await tx.timers.cancel(clock.id)
        event = ClockSatisfied(
            child_id=case.child_id, case_id=case.id, clock_id=clock.id, clock=clock.code, due_on=clock.due_on,
            due_at=clock.due_at, on_time=clock.on_time, late_by_working_days=clock.late_by_working_days, satisfied_at=at,
        )  # fmt: skip
        said.append(Said(event, at))
    case.due_at = min((clock.due_at for clock in running if clock.runs), default=None)
    return said


def _roles(rules: Rules, clock: Clock, rung: int) -> tuple[OfficerRole, ...]:
    return tuple(OfficerRole(role) for role in rules.clocks(clock.code, clock.starts_on).rung(rung).tell)
