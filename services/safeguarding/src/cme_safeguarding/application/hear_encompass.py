"""The police have told of domestic abuse that a child lived through: a marker, and a person considers it (policy 9)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cme_contracts.codes import Factor
from cme_safeguarding.application.consider import Prompt, consider
from cme_safeguarding.application.ports import Marker, Practice, Transaction

POLICE = "police"


async def hear_encompass(
    tx: Transaction, practice: Practice, prompt: Prompt, marker: Marker, *, chain: UUID, now: datetime
) -> None:
    """Kept, restricted, and always considered, matched to a child or not. It is no case, and says of itself only that it is."""
    file = await tx.files.open(chain)
    await tx.submissions.note(marker.submission_id, chain)
    await tx.encompass.keep(marker, chain)
    brought = await tx.factors.say(marker.submission_id, chain, {Factor.DOMESTIC_ABUSE.value}, marker.received_at)
    await tx.chronology.note(
        chain, marker.received_at, "encompass_notice", submission_id=marker.submission_id, source=marker.source
    )
    await consider(tx, practice, prompt, file, brought=brought, now=now)
