"""What intake asks of a deletion return is shown to whoever works on the case (policy 5.2.6)."""

from __future__ import annotations

from cme_contracts.referrals import SubmissionChallenged
from cme_register.application.ports import Transaction
from cme_register.application.telling import entry


async def note_challenged(tx: Transaction, event: SubmissionChallenged) -> None:
    """Note it with the case, or with the chain where there is none.

    No case is opened or closed by it: whether the deletion stands is for the school and the officer to settle.
    """
    case_id = await tx.cases.latest_of(event.first_submission_id)
    await tx.chronology.add([entry(case_id or event.first_submission_id, event, event.decided_at)])
