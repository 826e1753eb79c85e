"""Cases that wait behind another, because their records were joined: what counts of them for the one that goes on."""

from __future__ import annotations

from cme_register.application.ports import Kept, Transaction
from cme_register.domain.case import Case
from cme_register.domain.clocks import INITIAL_INVESTIGATION, Clock


async def everything_in(tx: Transaction, case: Case) -> list[Kept]:
    """The submissions of a case, and of those that wait behind it."""
    return await tx.submissions.of_cases([case.id, *(one.id for one in await tx.cases.waiting_for(case.id))])


async def let_wait(tx: Transaction, waiting: Case, surviving: Case) -> None:
    """One case of a child goes on; the other stands still behind it, and its clocks with it."""
    waiting.wait_for(surviving.id)
    for clock in await tx.clocks.running(waiting.id):
        await tx.timers.cancel(clock.id)
    await tx.cases.save([waiting])
    await rank_again(tx, surviving)


async def rank_again(tx: Transaction, case: Case) -> Case:
    """Something has changed of those that wait behind it, or of itself: what is grave of any of them counts for the case.

    Returns the one that goes on, whose rating is to be computed again.
    """
    case.stand_for(await tx.cases.waiting_for(case.id))
    await tx.cases.save([case])
    return case if case.waits_for is None else await rank_again(tx, await tx.cases.lock(case.waits_for))


async def due_before(tx: Transaction, one: Case, other: Case) -> bool:
    """Whether letting `one` wait for `other` would lose the earlier deadline."""
    ours, theirs = await _investigation(tx, one), await _investigation(tx, other)
    return ours is not None and theirs is not None and ours.due_at < theirs.due_at


async def _investigation(tx: Transaction, case: Case) -> Clock | None:
    return next((one for one in await tx.clocks.running(case.id) if one.code == INITIAL_INVESTIGATION), None)
