"""A submission gives an address that is marked confidential: it is kept here, and nowhere else (policy 10)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cme_contracts.people import Confidential
from cme_safeguarding.application.ports import Transaction


async def hear_confidential(
    tx: Transaction, *, submission_id: UUID, chain: UUID, given: Confidential, received_at: datetime
) -> None:
    """Kept with its chain, matched to a child or not. The chronology says that it was given, and nothing of it."""
    await tx.files.open(chain)
    await tx.submissions.note(submission_id, chain)
    await tx.confidential.keep(submission_id, chain, given, received_at)
    await tx.chronology.note(chain, received_at, "confidential_address_given", submission_id=submission_id)
