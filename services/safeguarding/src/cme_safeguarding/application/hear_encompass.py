"""The police have told of domestic abuse that a child lived through: a marker, and a person considers it (policy 9)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cme_contracts.codes import Factor
from cme_safeguarding.application.consider import Prompt, consider
from cme_safeguarding.application.markers import say
from cme_safeguarding.application.ports import Practice, Transaction
from cme_safeguarding.application.ports_encompass import KeptNotice
from cme_safeguarding.domain.markers import ENCOMPASS_NOTICE

POLICE = "police"


async def hear_encompass(
    tx: Transaction, practice: Practice, prompt: Prompt, notice: KeptNotice, *, chain: UUID, now: datetime
) -> None:
    """Kept, restricted, and always considered, matched to a child or not. It is no case, and says of itself only that it is."""
    file = await tx.files.open(chain)
    await tx.submissions.note(notice.submission_id, chain)
    await tx.encompass.keep(notice, chain)
    brought = await say(
        tx,
        practice,
        source_id=notice.submission_id,
        subject=chain,
        factors=frozenset({Factor.DOMESTIC_ABUSE.value}),
        source=notice.source,
        at=notice.received_at,
        as_types=frozenset({ENCOMPASS_NOTICE}),
    )
    await tx.chronology.note(
        chain, notice.received_at, "encompass_notice", submission_id=notice.submission_id, source=notice.source
    )
    await consider(tx, practice, prompt, file, brought=brought, source_id=notice.submission_id, now=now)
