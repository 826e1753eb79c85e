"""A person's decision about one consideration, wherever it is made: kept, and its clock stops."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cme_safeguarding.application.clocks import stop_clocks
from cme_safeguarding.application.ports import File, Practice, Transaction
from cme_safeguarding.domain.clocks import DECIDED
from cme_safeguarding.domain.consideration import Consideration, Decision


async def settle(
    tx: Transaction,
    practice: Practice,
    file: File,
    consideration: Consideration,
    decision: Decision,
    reasons: tuple[str, ...],
    *,
    by: UUID,
    now: datetime,
) -> None:
    """Decide it. Raises AlreadyDecided."""
    consideration.decide(decision, reasons, by, now)
    await tx.considerations.save(consideration)
    await stop_clocks(tx, practice, file, DECIDED, about=consideration.id, at=now)
