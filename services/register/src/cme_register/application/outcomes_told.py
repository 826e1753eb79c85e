"""Every sender is told how a case ended: once all have been, and when the last of them was (policy 7)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import structlog

from cme_register.application.clocks import occurred
from cme_register.application.closing import who_is_told
from cme_register.application.ports import Transaction
from cme_register.application.rules import NewId, Rules
from cme_register.application.telling import tell
from cme_register.domain.errors import NotOnRegister
from cme_register.domain.occurrences import Occurrence

log = structlog.get_logger()


async def note_referrer_informed(
    tx: Transaction,
    case_id: UUID,
    submission_id: UUID,
    rules: Rules,
    *,
    informed_at: datetime,
    at: datetime,
    new_id: NewId,
) -> None:
    """One sender knows. Once all do, the clock of telling them is satisfied: when the last was told, not when it was heard.

    Of a case that was closed again whoever was told of an earlier end is to be told of this one.
    """
    try:
        case = await tx.cases.lock(case_id)
    except NotOnRegister:  # the register was set back to a backup: nothing here waits to hear it
        log.warning("referrer.informed_of_unknown_case", case_id=str(case_id))
        return
    await tx.submissions.inform(case_id, submission_id, informed_at)
    everybody = set(await who_is_told(tx, case))
    informed = await tx.submissions.informed(case_id)
    if everybody - informed.keys():
        return
    last_told = max((informed[one] for one in everybody), default=informed_at)
    said = await occurred(
        tx, case, Occurrence.REFERRERS_INFORMED, rules, at=last_told, heard_at=at, new_id=new_id
    )  # fmt: skip
    await tx.cases.save([case])
    await tell(tx, said)
