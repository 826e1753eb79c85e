"""What the passing of time does: warn, breach, and climb the ladder (policy 7, 8). Each tells once, late rather than never.

Many at once: ten thousand deadlines of one morning are told in seconds (decision 0142).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cme_bus.meta import Meta
from cme_contracts.codes import OfficerRole
from cme_contracts.register_clocks import ClockWarned, DeadlineEscalated
from cme_register.application.clocks import Ticking, breach
from cme_register.application.owning import acting_for_many
from cme_register.application.ports import Transaction
from cme_register.application.rules import Rules
from cme_register.application.telling import Said, tell
from cme_register.domain.codes import Status


@dataclass(frozen=True, slots=True)
class Due:
    """A timer of a clock that has fallen due."""

    clock_id: UUID
    cause: Meta | None = None
    rung: int = 0


async def warn(tx: Transaction, due: Sequence[Due], *, at: datetime) -> None:
    """Deadlines are near: tell whoever must meet each."""
    warned = [one for one in await _ticking(tx, due) if one.clock.warn(at)]
    await tx.clocks.save_many([one.clock for one in warned])
    acting = await acting_for_many(tx, [one.case for one in warned], at)
    events = [
        ClockWarned(
            child_id=case.child_id, case_id=case.id, clock_id=clock.id, clock=clock.code, due_on=clock.due_on,
            due_at=clock.due_at, officer_id=acting[case.id], detected_at=at, about=clock.about,
        )
        for clock, case in ((one.clock, one.case) for one in warned)
    ]  # fmt: skip
    await tell(tx, [Said(event, at, one.cause) for event, one in zip(events, warned, strict=True)])


async def raise_breach(tx: Transaction, due: Sequence[Due], rules: Rules, *, at: datetime) -> None:
    """Deadlines have passed."""
    await tell(tx, await breach(tx, await _ticking(tx, due), rules, at=at))


async def catch_up(tx: Transaction, case_id: UUID, rules: Rules, *, until: datetime, at: datetime) -> None:
    """What a case had missed `until` then, before the register had it: noted once, and nobody is written to about it."""
    case = await tx.cases.lock(case_id)
    missed = [one for one in await tx.clocks.running(case_id) if one.due_at <= until]
    for clock in missed:
        await tx.timers.cancel(clock.id)
    ticking = [Ticking(clock, case) for clock in missed]
    await tell(tx, await breach(tx, ticking, rules, at=at, old_news=True))


async def climb(tx: Transaction, due: Sequence[Due], rules: Rules, *, at: datetime) -> None:
    """Missed deadlines are still not met: tell the next rung of each ladder."""
    rungs = {one.clock_id: one.rung for one in due}
    climbed = [one for one in await _ticking(tx, due) if one.clock.climb(rungs[one.clock.id])]
    await tx.clocks.save_many([one.clock for one in climbed])
    events = [
        DeadlineEscalated(
            child_id=case.child_id, case_id=case.id, clock_id=clock.id, clock=clock.code, due_on=clock.due_on,
            due_at=clock.due_at, rung=clock.rung, about=clock.about, detected_at=at,
            tell=tuple(map(OfficerRole, rules.clocks(clock.code, clock.starts_on).rung(clock.rung).tell)),
        )
        for clock, case in ((one.clock, one.case) for one in climbed)
    ]  # fmt: skip
    await tell(tx, [Said(event, at, one.cause) for event, one in zip(events, climbed, strict=True)])


async def _ticking(tx: Transaction, due: Sequence[Due]) -> list[Ticking]:
    """The clocks and their cases, locked; without those that stand still, because their case waits behind another."""
    ids = [one.clock_id for one in due]
    causes = {one.clock_id: one.cause for one in due}
    cases = await tx.cases.lock_many({clock.case_id for clock in await tx.clocks.find_many(ids)})
    clocks = await tx.clocks.find_many(ids)  # read again, now that nobody else can change them
    standing = (Ticking(one, cases[one.case_id], causes[one.id]) for one in clocks)
    return [one for one in standing if one.case.status is not Status.JOINED]
