"""Two records turn out to be one child (policy 8): they are shown as one, and everything can come back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cme_contracts.register_matching import RecordsJoined
from cme_register.application.following import clocks_follow
from cme_register.application.ports import Entry, Transaction
from cme_register.application.rating import rate_open_of
from cme_register.application.rules import NewId, Rules
from cme_register.application.school_age import look_at_age
from cme_register.application.showing import show
from cme_register.application.telling import BESIDE, Said, tell
from cme_register.application.waiting import due_before, let_wait
from cme_register.domain.errors import NotOnRegister, RegisterError


class RecordsNotApart(RegisterError):
    """Only two records that both stand by themselves can be joined."""

    code = "records-not-apart"


class DeadlineWouldMove(RegisterError):
    """The absorbed record's case is due first: join the other way round, so that no deadline is lost."""

    code = "deadline-would-move"


async def join(
    tx: Transaction, child_id: UUID, absorbed_id: UUID, rules: Rules, *, by: UUID, at: datetime, new_id: NewId
) -> None:
    """Show two records as one. Of two open cases the absorbed one's waits, and its clocks with it.

    Raises `NotOnRegister`, `RecordsNotApart`, `DeadlineWouldMove`.
    """
    if await tx.children.lock_two(child_id, absorbed_id) != {child_id, absorbed_id}:
        raise NotOnRegister("there is no such record")
    owners = {await tx.children.shown_as(child_id), await tx.children.shown_as(absorbed_id)}
    if child_id == absorbed_id or owners != {child_id, absorbed_id}:
        raise RecordsNotApart(f"{child_id} and {absorbed_id} do not both stand by themselves")
    open_cases = await tx.cases.open_of([child_id, absorbed_id])
    surviving, waiting = open_cases.get(child_id), open_cases.get(absorbed_id)
    if surviving and waiting:
        if await due_before(tx, waiting, surviving):
            raise DeadlineWouldMove(f"case {waiting.id} is due before case {surviving.id}")
        await let_wait(tx, waiting, surviving)
    await tx.children.join(absorbed_id, child_id, at, by)
    await show(tx, [child_id])
    clocks = await clocks_follow(tx, [child_id], rules, at=at, new_id=new_id)
    event = RecordsJoined(child_id=child_id, absorbed_child_id=absorbed_id, decided_by=by, joined_at=at)
    await tell(tx, [Said(event, at), *clocks, *await rate_open_of(tx, [child_id], rules, at=at)])
    detail = event.model_dump(mode="json", exclude=BESIDE - {"child_id"})
    await tx.chronology.add([Entry(case.id, at, event.type, detail) for case in open_cases.values()])
    await look_at_age(tx, child_id, rules, at=at, new_id=new_id)  # the other record may have known the birth date
