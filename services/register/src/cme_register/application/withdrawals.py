"""A sender takes back what they sent: whoever works on the case sees it, and decides what follows (policy 7)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cme_contracts.referrals import SubmissionWithdrawn
from cme_register.application.handing_over import tell_taken_back
from cme_register.application.holding import forget_chain
from cme_register.application.joint_enquiries import withdraw_for_school
from cme_register.application.ports import Transaction
from cme_register.application.rules import NewId, Rules
from cme_register.application.telling import entry


async def note_withdrawn(
    tx: Transaction, event: SubmissionWithdrawn, rules: Rules, *, event_id: UUID, at: datetime, new_id: NewId
) -> None:
    """Note it with the case, or with the chain where there is none, and tell the teams that have it.

    No case is closed by it: that a school sent a form in error does not say that the child is in education. Heard again
    it does nothing.
    """
    if await tx.chronology.heard(event_id):
        return
    await tell_taken_back(tx, event.first_submission_id, at=event.withdrawn_at)
    await forget_chain(tx, event.first_submission_id, rules, at=event.withdrawn_at, new_id=new_id)
    case_id = await tx.cases.latest_of(event.first_submission_id)
    await tx.chronology.add([entry(case_id or event.first_submission_id, event, event.withdrawn_at, event_id)])
    await withdraw_for_school(tx, event.first_submission_id, at=at)
