"""Social care is told: the row, the line in the chronology, the event and the clock for the answer, together."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID, uuid5

from cme_contracts.safeguarding import EscalatedToSocialCare
from cme_safeguarding.application.clocks import start_clocks
from cme_safeguarding.application.codes import factors
from cme_safeguarding.application.ports import File, Practice, Transaction
from cme_safeguarding.application.steps import advance
from cme_safeguarding.domain.escalation import Escalation
from cme_safeguarding.domain.requests import MADE, SIGNIFICANT_HARM, SOCIAL_CARE, TELEPHONED, Request, Step

ANSWER = "social-care-answer"
"""The timer that fires when social care should have answered."""


async def refer(
    tx: Transaction,
    practice: Practice,
    file: File,
    escalation: Escalation,
    *,
    follows: UUID | None = None,
    form: Mapping[str, str] | None = None,
) -> None:
    """Make an escalation. The file is locked, and its rules have been asked. `follows`: the declined one it raises again."""
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
    await _request(tx, practice, file, escalation, follows, form or {})


async def _request(
    tx: Transaction,
    practice: Practice,
    file: File,
    escalation: Escalation,
    follows: UUID | None,
    form: Mapping[str, str],
) -> None:
    """It is a request to a body like any other: its further answers have their clocks, the telephone first."""
    at, telephoned_at = escalation.escalated_at, escalation.terms.telephoned_at
    request = Request(
        id=escalation.id, body=SOCIAL_CARE, subject=escalation.subject, case_id=escalation.case_id, made_at=at, follows=follows
    )  # fmt: skip
    await tx.requests.add(request)
    by = escalation.decided_by
    await advance(tx, practice, file, request, Step(uuid5(request.id, MADE), MADE, at, at, by, None, form), told=True)
    if telephoned_at is not None:
        step = Step(uuid5(request.id, TELEPHONED), TELEPHONED, telephoned_at, at, by)
        await advance(tx, practice, file, request, step)
    elif escalation.suspects_significant_harm:
        await start_clocks(
            tx, practice, file, SOCIAL_CARE, SIGNIFICANT_HARM, about=request.id, case_id=request.case_id, at=at
        )
