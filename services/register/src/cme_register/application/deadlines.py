"""What the passing of time does: warn, breach, and climb the ladder (policy 7, 8). Each tells once, late rather than never."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cme_contracts.codes import OfficerRole
from cme_contracts.register import ClockWarned, DeadlineEscalated
from cme_register.application.clocks import breach
from cme_register.application.owning import acting_for
from cme_register.application.ports import Transaction
from cme_register.application.rules import Rules
from cme_register.application.telling import Said, tell
from cme_register.domain.case import Case
from cme_register.domain.clocks import Clock
from cme_register.domain.codes import Status


async def warn(tx: Transaction, clock_id: UUID, *, at: datetime) -> None:
    """A deadline is near: tell whoever must meet it."""
    clock, case = await _ticking(tx, clock_id)
    if clock is None or case is None or not clock.warn(at):
        return
    await tx.clocks.save(clock)
    event = ClockWarned(
        child_id=case.child_id, case_id=case.id, clock_id=clock.id, clock=clock.code, due_on=clock.due_on,
        due_at=clock.due_at, officer_id=await acting_for(tx, case, at), detected_at=at, about=clock.about,
    )  # fmt: skip
    await tell(tx, [Said(event, at)])


async def raise_breach(tx: Transaction, clock_id: UUID, rules: Rules, *, at: datetime) -> None:
    """A deadline has passed."""
    clock, case = await _ticking(tx, clock_id)
    if clock is not None and case is not None:
        await tell(tx, await breach(tx, clock, case, rules, at=at))


async def climb(tx: Transaction, clock_id: UUID, rung: int, rules: Rules, *, at: datetime) -> None:
    """A missed deadline is still not met: tell the next rung of its ladder."""
    clock, case = await _ticking(tx, clock_id)
    if clock is None or case is None or not clock.climb(rung):
        return
    await tx.clocks.save(clock)
    told = rules.clocks(clock.code, clock.starts_on).rung(rung).tell
    event = DeadlineEscalated(
        child_id=case.child_id, case_id=case.id, clock_id=clock.id, clock=clock.code, due_on=clock.due_on,
        due_at=clock.due_at, rung=rung, tell=tuple(map(OfficerRole, told)), detected_at=at, about=clock.about,
    )  # fmt: skip
    await tell(tx, [Said(event, at)])


async def _ticking(tx: Transaction, clock_id: UUID) -> tuple[Clock | None, Case | None]:
    """The clock and its case, locked; neither if it stands still, because its case waits behind another."""
    clock = await tx.clocks.find(clock_id)
    if clock is None:
        return None, None
    case = await tx.cases.lock(clock.case_id)
    if case.status is Status.JOINED:
        return None, None
    return await tx.clocks.find(clock_id), case  # read again, now that nobody else can change it
