"""To whom a child belongs: brothers and sisters, and vulnerable groups, as officers say (policy 5.1, 6)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cme_calendars import local_date
from cme_contracts.base import Event
from cme_contracts.register_work import SiblingLinked, VulnerableGroupRecorded
from cme_register.application.ports import Transaction
from cme_register.application.rating import rate_and_save
from cme_register.application.rules import Rules
from cme_register.application.telling import entry, tell
from cme_register.application.versions import note_of_child
from cme_register.domain.case import NothingChanges
from cme_register.domain.errors import NotOnRegister, RegisterError


class OneChild(RegisterError):
    """Nobody is their own brother or sister."""

    code = "one-child"


async def link_sibling(
    tx: Transaction, child_id: UUID, sibling_id: UUID, *, linked: bool, by: UUID, at: datetime
) -> None:
    """Two children are of one family, or are not. Their cases stay two. Raises `NotOnRegister`, `OneChild`, `NothingChanges`."""
    children = await tx.children.lock([child_id, sibling_id])
    if {child_id, sibling_id} - children.keys():
        raise NotOnRegister("there is no such record")
    ours, theirs = children[child_id].id, children[sibling_id].id
    if ours == theirs:
        raise OneChild(f"{child_id} and {sibling_id} are one child")
    if await tx.work.family.linked(ours, theirs) is linked:
        raise NothingChanges("they are linked so already")
    if linked:
        await tx.work.family.link(child_id, sibling_id, by=by, at=at)
    else:
        await tx.work.family.unlink(ours, theirs, by=by, at=at)
    for one, other in ((ours, theirs), (theirs, ours)):  # each child's page tells it
        event = SiblingLinked(child_id=one, sibling_child_id=other, linked=linked, recorded_by=by, recorded_at=at)
        await _tell(tx, one, event, f"siblings.{other}", at)


async def say_group(
    tx: Transaction, child_id: UUID, code: str, rules: Rules, *, belongs: bool, by: UUID, at: datetime
) -> None:
    """A child belongs to a group, or no longer does; the history stays, and their open case is rated again.

    Raises `NotOnRegister`, `NoSuchGroup`.
    """
    rules.groups.get(code, local_date(at))
    children = await tx.children.lock([child_id])
    if child_id not in children:
        raise NotOnRegister("there is no such record")
    owner = children[child_id].id
    await tx.work.groups.say(child_id, code, belongs, by=by, at=at)
    case = (await tx.cases.open_of([owner])).get(owner)
    event = VulnerableGroupRecorded(
        child_id=owner, case_id=case.id if case else None, group=code, belongs=belongs, recorded_by=by, recorded_at=at
    )
    await _tell(tx, owner, event, f"groups.{code}", at)
    if case is not None:
        await tell(tx, await rate_and_save(tx, [case], rules, at=at))


async def _tell(tx: Transaction, owner: UUID, event: Event, part: str, at: datetime) -> None:
    tx.publish(event)
    case_id = await note_of_child(tx, owner, part)
    await tx.chronology.add([entry(case_id or owner, event, at)])
