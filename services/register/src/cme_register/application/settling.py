"""A submission becomes a case, or part of one: one case per child, however many referrals (policy 3, 7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from cme_bus.meta import Meta
from cme_calendars import local_date
from cme_register.application.chasing import chase
from cme_register.application.clocks import occurred
from cme_register.application.closing import lapse
from cme_register.application.dormancy import wake_if_dormant
from cme_register.application.owning import allocation
from cme_register.application.ports import Transaction
from cme_register.application.rating import rate
from cme_register.application.reopening import begin_again, closed_of
from cme_register.application.rules import NewId, Rules
from cme_register.application.telling import Said
from cme_register.application.triaging import Arrival, Desk, Outside
from cme_register.domain.codes import Waking
from cme_register.domain.occurrences import BECAME


@dataclass(slots=True)
class Settled:
    """What came of it."""

    cases: dict[UUID, UUID | None] = field(default_factory=dict)
    """The case of each submission."""
    said: list[Said] = field(default_factory=list)
    outside: list[Outside] = field(default_factory=list)
    """What opened nothing because the child is not of compulsory school age; see `school_age.take_outside`."""
    not_of_age: list[tuple[UUID, Meta | None]] = field(default_factory=list)
    """Records with an open case whose child turns out to be outside that age, and why; see `school_age.look_at_age`."""


async def settle(tx: Transaction, arrivals: Sequence[Arrival], rules: Rules, *, at: datetime, new_id: NewId) -> Settled:
    """Triage each in turn and write down the cases. What was said is still to be told, after the submissions are kept.

    Raises `BeyondCalendar` for a receipt in a year that no calendar knows.
    """
    children = {one.child_id for one in arrivals}
    standings = await tx.statuses.standings(children)
    cases = dict(await tx.cases.open_of(children))
    closed = dict(await closed_of(tx, children - cases.keys(), rules))
    desk = Desk(rules, at, new_id, cases, standings, closed)
    decisions = [desk.triage(one) for one in arrivals]
    await tx.timers.set_timers(desk.start_clocks(known_later=False))
    causes = {one.case.id: one.arrival.cause for one in decisions if one.case}
    rated = await rate(tx, [*(one.case for one in desk.opened), *desk.changed()], rules, at=at, causes=causes)
    if desk.opened:
        desk.allocate(await allocation(tx, rules, local_date(at)))
        await tx.timers.set_timers(desk.start_clocks(known_later=True))
    settled = Settled()
    for one, told in zip(arrivals, decisions, strict=True):
        settled.said += [*one.said, *desk.told(told)]
        settled.cases[one.submission.id] = told.case.id if told.case else None
    settled.said += rated
    await tx.cases.add([one.case for one in desk.opened])
    await tx.cases.save(desk.changed())
    await tx.clocks.add([one.clock for opened in desk.opened for one in opened.started])
    belonging = [(one.arrival, one.case) for one in decisions if one.case]
    settled.said += await chase(tx, belonging, rules, at=at, new_id=new_id)
    await tx.timers.set_timers(desk.leaving)
    await tx.chronology.add(desk.notes)
    settled.outside, settled.not_of_age = desk.outside, desk.not_of_age
    settled.said += await _begin_again(tx, desk, rules, at=at, new_id=new_id)
    settled.said += await _clocks_of_moved(tx, desk, rules, at=at, new_id=new_id)
    for case, cause in desk.disturbed():
        said = [
            *await lapse(tx, case, rules, at=at, new_id=new_id),
            *await wake_if_dormant(tx, case, Waking.SUBMISSION, rules, by=None, at=at, new_id=new_id),
        ]
        await tx.cases.save([case])
        settled.said += [replace(one, cause=cause) for one in said]
    return settled


async def _clocks_of_moved(tx: Transaction, desk: Desk, rules: Rules, *, at: datetime, new_id: NewId) -> list[Said]:
    """What the clocks make of cases that have become something else."""
    said = []
    for case, cause in desk.moved:
        now = await occurred(tx, case, BECAME[case.kind, case.category], rules, at=at, new_id=new_id)
        said += [replace(one, cause=cause) for one in now]
        await tx.cases.save([case])
    return said


async def _begin_again(tx: Transaction, desk: Desk, rules: Rules, *, at: datetime, new_id: NewId) -> list[Said]:
    """The clocks and owners of cases that are open again."""
    said = []
    for case, arrival in desk.reopened:
        since = arrival.submission.received_at
        rated = await rate(tx, [case], rules, at=at)
        now = await begin_again(tx, case, rules, at=at, since=since, new_id=new_id)
        said += [replace(one, cause=arrival.cause) for one in (*rated, *now)]
        await tx.cases.save([case])
    return said
