"""Social care says that it has an escalation; or is silent, and that is raised again each working day (policy 9)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid5

from cme_contracts.safeguarding import SocialCareAcknowledged, SocialCareSilent
from cme_safeguarding.application.ports import Practice, Transaction
from cme_safeguarding.application.refer import ANSWER
from cme_safeguarding.application.steps import advance
from cme_safeguarding.domain.answer import next_reminder
from cme_safeguarding.domain.escalation import Escalation
from cme_safeguarding.domain.requests import ACKNOWLEDGED, Step


async def acknowledge(
    tx: Transaction, practice: Practice, *, escalation_id: UUID, their_reference: str, now: datetime
) -> Escalation:
    """Record the answer, once. Raises UnknownEscalation, AlreadyAcknowledged for a second, different reference."""
    found = await tx.escalations.get(escalation_id)
    file = await tx.files.open(found.subject)
    escalation = await tx.escalations.get(escalation_id)  # again, now that nobody else can change it
    if not escalation.acknowledge(their_reference, now):
        return escalation
    await tx.escalations.save(escalation)
    await tx.timers.cancel(escalation_id, ANSWER)
    request = await tx.requests.get(escalation_id)
    if request.ended_at is None:  # what was taken back, they may have all the same
        step = Step(uuid5(escalation_id, ACKNOWLEDGED), ACKNOWLEDGED, now, now, None, their_reference)
        await advance(tx, practice, file, request, step, told=True)
    await tx.chronology.note(
        escalation.subject,
        now,
        "acknowledged",
        escalation_id=escalation_id,
        their_reference=their_reference,
        on_time=escalation.on_time,
    )
    tx.publish(
        SocialCareAcknowledged(
            **file.about(),
            case_id=escalation.case_id,
            escalation_id=escalation_id,
            their_reference=their_reference,
            on_time=escalation.on_time,
            acknowledged_at=now,
        )
    )
    return escalation


async def raise_silence(
    tx: Transaction, practice: Practice, *, escalation_id: UUID, due_on: date, now: datetime
) -> None:
    """The answer was due on `due_on` and has not come: say so, and set the clock for the next working day."""
    found = await tx.escalations.get(escalation_id)
    file = await tx.files.open(found.subject)
    escalation = await tx.escalations.get(escalation_id)  # again, now that nobody else can change it
    if not escalation.awaiting_answer:
        return  # the answer and the clock met; the answer won
    times = escalation.fall_silent()
    await tx.escalations.save(escalation)
    await tx.chronology.note(escalation.subject, now, "social_care_silent", escalation_id=escalation_id, times=times)
    tx.publish(
        SocialCareSilent(
            **file.about(),
            case_id=escalation.case_id,
            escalation_id=escalation_id,
            times=times,
            due_at=escalation.answer_due_at,
            detected_at=now,
        )
    )
    due = next_reminder(due_on, now, practice.working_days)
    await tx.timers.set_timer(ANSWER, escalation_id, due.at, {"due_on": due.on.isoformat()})
