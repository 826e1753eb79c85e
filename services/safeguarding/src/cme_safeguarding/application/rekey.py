"""The register says whose a submission is, that two records are one child, or that they were not: we follow."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from cme_safeguarding.application.consider import Prompt, consider_what_is_loose
from cme_safeguarding.application.ports import Practice, Transaction


async def match(tx: Transaction, *, submission_id: UUID, chain: UUID, child_id: UUID, at: datetime) -> None:
    """A submission is about this child: what was kept for its chain is the child's."""
    await tx.files.lock(chain, child_id)
    await tx.submissions.note(submission_id, chain, at)
    await tx.files.place(chain, child_id, at)
    await tx.chronology.note(chain, at, "matched", submission_id=submission_id)


async def join(tx: Transaction, *, absorbed: UUID, surviving: UUID, at: datetime) -> None:
    """Two records are one child."""
    await tx.files.lock(absorbed, surviving)
    await tx.files.join(absorbed, surviving, at)


async def separate(
    tx: Transaction,
    practice: Practice,
    prompt: Prompt,
    *,
    child_id: UUID,
    restored: UUID,
    subjects: Collection[UUID],
    at: datetime,
    now: datetime,
) -> None:
    """Two records were joined in error: exactly these subjects are the restored child's again.

    What alerted nobody, because it was in hand for the other, does so now: neither child may lose by our error.
    """
    await tx.files.lock(child_id, restored)
    await tx.files.separate(child_id, restored, subjects, at)
    for each in (child_id, restored):
        await consider_what_is_loose(tx, practice, prompt, each, now)
