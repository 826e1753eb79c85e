"""By rule alone social care is told only of factors marked "at once"; a person is then told to confirm (policy 9)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cme_safeguarding.application.ports import File, Practice, Transaction
from cme_safeguarding.application.refer import refer
from cme_safeguarding.domain.answer import answer_due
from cme_safeguarding.domain.consideration import Consideration
from cme_safeguarding.domain.escalation import Consent, Escalation, Terms, covered
from cme_safeguarding.domain.screening import Screening


async def escalate_by_rule(
    tx: Transaction,
    practice: Practice,
    file: File,
    screening: Screening,
    consideration: Consideration,
    *,
    brought: frozenset[str],
    id: UUID,
    now: datetime,
) -> None:
    """Refer the child where what is new acts at once and social care does not have it in hand."""
    new = screening.at_once & brought
    if not new - covered(list(await tx.escalations.of(file.subjects))):
        return
    rule, due = screening.weightiest(new), answer_due(now, practice.working_days)
    await refer(
        tx,
        practice,
        file,
        Escalation(
            id=id,
            subject=file.subject,
            case_id=consideration.case_id,
            factors=new,
            rule=rule,
            consideration_id=consideration.id,
            terms=Terms(Consent.NOT_SOUGHT, f"{rule}: seeking it could have cost time the child may not have"),
            escalated_at=now,
            answer_due_on=due.on,
            answer_due_at=due.at,
        ),
    )
