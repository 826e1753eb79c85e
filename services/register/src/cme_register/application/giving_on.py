"""The cases of an officer who has left, and those that were left to the team, go to whoever there is (policy 7; decision 0155)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cme_calendars import local_date
from cme_contracts.codes import Assignment
from cme_register.application.clocks import occurred
from cme_register.application.owning import allocation, owner_told
from cme_register.application.ports import Transaction
from cme_register.application.rules import NewId, Rules
from cme_register.application.telling import Said, tell
from cme_register.domain.occurrences import Occurrence
from cme_timers import Wanted

GIVE_ON = "officer.give-on"
"""The kind of timer: the cases of the officer it names go to others; of `THE_TEAM`, to whoever there is now."""
THE_TEAM = UUID(int=0)
AT_ONCE = 100
"""Cases given on in one transaction."""


def to_give_on(whose: UUID, at: datetime, new_id: NewId) -> Wanted:
    """Do it then, however often at one instant: each is about itself."""
    return Wanted(GIVE_ON, new_id(), at, {"whose": str(whose)})


async def give_on(tx: Transaction, whose: UUID, rules: Rules, *, at: datetime, new_id: NewId) -> None:
    """The cases of an officer who has left go to others, some at a time; so do the team's, once there is a Lead Officer.

    Nothing happens where the officer has come back meanwhile.
    """
    previous = None if whose == THE_TEAM else whose
    if previous is not None and await tx.officers.is_lead_officer(previous):
        return
    cases = await tx.owners.lock_cases_of(previous, AT_ONCE)
    to = await allocation(tx, rules, local_date(at))
    reason = Assignment.NOBODY_HAD_IT if previous is None else Assignment.OFFICER_LEFT
    moved, said = [], []
    for case in cases:
        case.pass_on(to.next(case.risk))
        if case.lead_officer_id != previous:
            moved.append(case)
            said.append(Said(owner_told(case, reason, at=at, previous=previous), at))
            if case.lead_officer_id is not None:
                said += await occurred(tx, case, Occurrence.LEAD_OFFICER_ASSIGNED, rules, at=at, new_id=new_id)
    await tx.cases.save(moved)
    await tell(tx, said)
    if moved and await tx.owners.are_left(previous):
        await tx.timers.set_timers([to_give_on(whose, at, new_id)])
