"""Social care is told: the row, the line in the chronology, the event and the clock for the answer, together."""

from __future__ import annotations

from cme_contracts.safeguarding import EscalatedToSocialCare
from cme_safeguarding.application.codes import factors
from cme_safeguarding.application.ports import File, Transaction
from cme_safeguarding.domain.escalation import Escalation

ANSWER = "social-care-answer"
"""The timer that fires when social care should have answered."""


async def refer(tx: Transaction, file: File, escalation: Escalation) -> None:
    """Make an escalation. The file is locked, and its rules have been asked."""
    await tx.escalations.add(escalation)
    await tx.chronology.note(
        file.subject,
        escalation.escalated_at,
        "escalated",
        escalation_id=escalation.id,
        factors=sorted(escalation.factors),
        decided_by=escalation.decided_by,
        rule=escalation.rule,
        consent=escalation.terms.consent,
        case_id=escalation.case_id,
        answer_due_on=escalation.answer_due_on,
    )
    tx.publish(
        EscalatedToSocialCare(
            **file.about(),
            case_id=escalation.case_id,
            escalation_id=escalation.id,
            factors=factors(escalation.factors),
            decided_by=escalation.decided_by,
            rule=escalation.rule,
            to_be_confirmed=escalation.awaiting_confirmation,
            consent=escalation.terms.consent,
            answer_due_on=escalation.answer_due_on,
            answer_due_at=escalation.answer_due_at,
            escalated_at=escalation.escalated_at,
        )
    )
    await tx.timers.set_timer(
        ANSWER, escalation.id, escalation.answer_due_at, {"due_on": escalation.answer_due_on.isoformat()}
    )
