"""A person decides about a consideration. What was recommended and what was decided are both kept (policy 9)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cme_safeguarding.application.deciding import settle
from cme_safeguarding.application.escalate import Referral, by_person, decide_what_waits
from cme_safeguarding.application.ports import Practice, Transaction
from cme_safeguarding.domain.consideration import Consideration, Decision
from cme_safeguarding.domain.escalation import Terms
from cme_safeguarding.domain.seen import not_over_others


async def decide(
    tx: Transaction,
    practice: Practice,
    *,
    consideration_id: UUID,
    decision: Decision,
    reasons: tuple[str, ...],
    terms: Terms,
    factors: frozenset[str] = frozenset(),
    escalation_id: UUID,
    seen: int | None = None,
    by: UUID,
    now: datetime,
) -> tuple[Consideration, Referral | None]:
    """Record the decision; `escalate` refers the child in the same breath, so that no decision waits for a second step.

    Where social care has the factors in hand already, the decision stands with that escalation.
    `seen`: the version of what was known of the child when whoever decides looked; None: not asked.
    Raises UnknownConsideration, ChangedMeanwhile, AlreadyDecided, FactorsMissing, ConsentReasonMissing, TelephonedLater.
    """
    found = await tx.considerations.get(consideration_id)
    file = await tx.files.open(found.subject)
    consideration = await tx.considerations.get(consideration_id)  # again, now that nobody else can change it
    not_over_others(seen, await tx.considerations.version(file.subjects))
    await settle(tx, practice, file, consideration, decision, reasons, by=by, now=now)
    await tx.chronology.note(
        consideration.subject,
        now,
        "decided",
        consideration_id=consideration.id,
        recommendation=consideration.recommendation,
        decision=decision,
        decided_by=by,
    )
    if decision is not Decision.ESCALATE:
        return consideration, None
    referral = await by_person(
        tx,
        practice,
        file,
        id=escalation_id,
        case_id=consideration.case_id,
        factors=consideration.factors | factors,
        terms=terms,
        by=by,
        now=now,
    )
    await decide_what_waits(tx, practice, file, referral.escalation, by=by, now=now)
    return consideration, referral
