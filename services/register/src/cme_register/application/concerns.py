"""What safeguarding says about a child is shown with the case it concerns, and raises its rank (policy 9)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from cme_contracts.safeguarding import Concerning
from cme_register.application.ports import Transaction
from cme_register.application.rating import rate_and_save
from cme_register.application.rules import Rules
from cme_register.application.telling import entry, tell
from cme_register.application.waiting import rank_again
from cme_register.domain.codes import Status
from cme_register.domain.risk import SAFEGUARDING_CONCERN


async def note_concern(
    tx: Transaction,
    event: Concerning,
    factors: Sequence[str],
    rules: Rules,
    *,
    event_id: UUID,
    at: datetime,
    heard_at: datetime,
) -> None:
    """Note it with the case; or, while there is none, with the chain or the child, where a case will find it.

    What safeguarding raises makes a case red, whatever the factors weigh by themselves. Heard again it does nothing.
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
    if case.status is not Status.CLOSED:
        case.take_factors([*factors, SAFEGUARDING_CONCERN])
        await tell(tx, await rate_and_save(tx, [await rank_again(tx, case)], rules, at=heard_at))
