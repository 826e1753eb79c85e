"""A submission carries a concern: it is before safeguarding at once, matched to a child or not (policy 9)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cme_contracts.people import Child
from cme_safeguarding.application.consider import Prompt, consider
from cme_safeguarding.application.markers import say
from cme_safeguarding.application.ports import Practice, Transaction


async def hear_concern(
    tx: Transaction,
    practice: Practice,
    prompt: Prompt,
    *,
    submission_id: UUID,
    chain: UUID,
    factors: frozenset[str],
    source: str,
    child: Child,
    received_at: datetime,
    now: datetime,
) -> None:
    """Always considered, also where the register's case was heard of first."""
    file = await tx.files.open(chain)
    await tx.submissions.note(submission_id, chain)
    await tx.submissions.keep_child(submission_id, chain, child, received_at)
    brought = await say(
        tx, practice, source_id=submission_id, subject=chain, factors=factors, source=source, at=received_at
    )
    await tx.chronology.note(
        chain, received_at, "concern_reported", submission_id=submission_id, factors=sorted(factors)
    )
    await consider(tx, practice, prompt, file, brought=brought, source_id=submission_id, now=now)
