"""A named person confirms what a rule did at once, or takes it back; social care is told either way (policy 9)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid5

from cme_contracts.safeguarding import EscalationConfirmed
from cme_safeguarding.application.deciding import settle
from cme_safeguarding.application.ports import File, Practice, Transaction
from cme_safeguarding.application.refer import ANSWER
from cme_safeguarding.application.steps import advance
from cme_safeguarding.domain.consideration import Decision
from cme_safeguarding.domain.escalation import Escalation
from cme_safeguarding.domain.requests import TAKEN_BACK, Step


async def confirm(
    tx: Transaction, practice: Practice, *, escalation_id: UUID, confirmed: bool, by: UUID, now: datetime
) -> Escalation:
    """Say whether the rule was right. Raises UnknownEscalation, NothingToConfirm."""
    found = await tx.escalations.get(escalation_id)
    file = await tx.files.open(found.subject)
    escalation = await tx.escalations.get(escalation_id)  # again, now that nobody else can change it
    await settle_confirmation(tx, practice, file, escalation, confirmed=confirmed, by=by, now=now)
    waiting = await tx.considerations.undecided(file.subjects)
    for consideration in waiting:
        if confirmed:  # who stands by the escalation has answered all that waits about the child
            decision, reason = Decision.ESCALATE, f"escalation {escalation_id} confirmed"
        elif consideration.id == escalation.consideration_id:  # who takes it back has answered only what it came from
            decision, reason = Decision.NO_FURTHER_ACTION, f"escalation {escalation_id} taken back"
        else:
            continue
        await settle(tx, practice, file, consideration, decision, (reason,), by=by, now=now)
    return escalation


async def settle_confirmation(
    tx: Transaction,
    practice: Practice,
    file: File,
    escalation: Escalation,
    *,
    confirmed: bool,
    by: UUID,
    now: datetime,
) -> None:
    """The confirmation itself: row, chronology, event; nobody waits for an answer to what was taken back."""
    escalation.confirm(confirmed, by, now)
    await tx.escalations.save(escalation)
    if escalation.withdrawn:
        await tx.timers.cancel(escalation.id, ANSWER)
        request = await tx.requests.get(escalation.id)
        if request.ended_at is None:
            step = Step(uuid5(escalation.id, TAKEN_BACK), TAKEN_BACK, now, now, by)
            await advance(tx, practice, file, request, step, told=True)
    what = "escalation_confirmed" if confirmed else "escalation_taken_back"
    await tx.chronology.note(escalation.subject, now, what, escalation_id=escalation.id, decided_by=by)
    tx.publish(
        EscalationConfirmed(
            **file.about(),
            case_id=escalation.case_id,
            escalation_id=escalation.id,
            confirmed=confirmed,
            decided_by=by,
            decided_at=now,
        )
    )
