"""What intake asks of a deletion return is shown to whoever works on the case (policy 5.2.6)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cme_contracts.referrals import SubmissionChallenged
from cme_register.application.holding import note_rule
from cme_register.application.ports import Transaction
from cme_register.application.rules import NewId, Rules
from cme_register.application.telling import entry


async def note_challenged(
    tx: Transaction, event: SubmissionChallenged, rules: Rules, *, event_id: UUID, at: datetime, new_id: NewId
) -> None:
    """Note it with the case, or with the chain where there is none.

    No case is closed by it: whether the deletion stands is for the school and the officer to settle. What it does to a
    child who is on the roll by it, or is not any more, `holding` says. Heard again it does nothing: it may have been
    answered since.
    """
    if await tx.chronology.heard(event_id):
        return
    await note_rule(tx, event, rules, at=at, new_id=new_id)
    case_id = await tx.cases.latest_of(event.first_submission_id)
    await tx.chronology.add([entry(case_id or event.first_submission_id, event, event.decided_at, event_id)])
