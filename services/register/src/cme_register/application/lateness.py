"""That a school's return was late stands with its child: what followed from it may have been late too (policy 5.2, 8)."""

from __future__ import annotations

from uuid import UUID

from cme_contracts.returns import ReturnLate
from cme_register.application.ports import Transaction
from cme_register.application.telling import entry


async def note_late(tx: Transaction, event: ReturnLate, *, event_id: UUID) -> None:
    """Note it with the record that the return fitted, where a case shows it; with the chain while nobody knows whose it is."""
    chain = event.first_submission_id
    records, _ = await tx.submissions.chains([chain])
    await tx.chronology.add([entry(records.get(chain, chain), event, event.received_at, event_id)])
