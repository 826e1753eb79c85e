"""What safeguarding says about a child is shown with the case it concerns, and raises its rank (policy 9)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from cme_contracts.safeguarding import CaseConsidered, Concerning
from cme_register.application.closing import lapse
from cme_register.application.dormancy import wake_if_dormant
from cme_register.application.ports import Transaction
from cme_register.application.rating import rate_and_save
from cme_register.application.rules import NewId, Rules
from cme_register.application.telling import Said, entry, tell
from cme_register.application.waiting import rank_again
from cme_register.domain.codes import Status, Waking
from cme_register.domain.risk import SAFEGUARDING_CONCERN


async def note_considered(tx: Transaction, events: Sequence[CaseConsidered]) -> None:
    """Safeguarding has screened a case: that it was considered counts when the case is to close."""
    latest: dict[UUID, datetime] = {}
    for event in events:
        if subject := event.case_id or event.first_submission_id or event.child_id:
            latest[subject] = max(event.considered_at, latest.get(subject, event.considered_at))
    await tx.closures.hear_considered([*latest.items()])


async def note_concern(
    tx: Transaction,
    event: Concerning,
    factors: Sequence[str],
    rules: Rules,
    *,
    event_id: UUID,
    at: datetime,
    heard_at: datetime,
    new_id: NewId,
) -> None:
    """Note it with the case; or, while there is none, with the chain or the child, where a case will find it.

    What safeguarding raises makes a case red, whatever the factors weigh by themselves; what is new of a child wakes a
    case that is on review, and lets a proposed closure be thought over. Heard again it does nothing.
    """
    if await tx.chronology.heard(event_id):
        return
    subject = event.case_id or event.first_submission_id or event.child_id
    assert subject is not None
    case_id = await tx.cases.latest_of(subject)
    await tx.chronology.add([entry(case_id or subject, event, at, event_id)])
    if case_id is None or not factors:
        return
    case = await tx.cases.lock(case_id)
    if case.status is Status.CLOSED:
        return
    new = case.take_factors([*factors, SAFEGUARDING_CONCERN])
    shown, said = await rank_again(tx, case), list[Said]()
    if new:
        said += await lapse(tx, shown, rules, at=heard_at, new_id=new_id)
        said += await wake_if_dormant(tx, shown, Waking.CONCERN, rules, by=None, at=heard_at, new_id=new_id)
    await tell(tx, [*said, *await rate_and_save(tx, [shown], rules, at=heard_at)])
