"""A case is closed with an outcome and its proof, and every referrer is told (policy 7)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import structlog

from cme_contracts import codes
from cme_contracts.register import CaseClosed
from cme_register.application.clocks import occurred
from cme_register.application.ports import Transaction
from cme_register.application.rating import RATE_AGAIN
from cme_register.application.rules import NewId, Rules
from cme_register.application.telling import Said, tell
from cme_register.application.waiting import everything_in
from cme_register.domain.case import Case
from cme_register.domain.codes import Outcome, Proof, SubmissionKind
from cme_register.domain.errors import NotOnRegister
from cme_register.domain.occurrences import Occurrence

log = structlog.get_logger()


async def close(
    tx: Transaction,
    case_id: UUID,
    outcome: Outcome,
    proof: Proof,
    rules: Rules,
    *,
    by: UUID,
    at: datetime,
    new_id: NewId,
) -> None:
    """Close it, and start the clock of telling everybody who sent something about the child.

    Raises `NotOnRegister`, `CaseNotOpen`, `ChildNotLocated`, `ProofDoesNotFit`.
    """
    case = await tx.cases.lock(case_id)
    await tell(tx, await end(tx, case, outcome, proof, rules, by=by, at=at, new_id=new_id))


async def end(
    tx: Transaction,
    case: Case,
    outcome: Outcome,
    proof: Proof,
    rules: Rules,
    *,
    by: UUID,
    at: datetime,
    new_id: NewId,
) -> list[Said]:
    """The same of a case that is locked, for whoever decides. Returns what is still to be told."""
    case.close(rules.outcomes[outcome], proof, at)
    await tx.timers.cancel(case.id, RATE_AGAIN)
    told = await _who_is_told(tx, case)
    closed = CaseClosed(
        child_id=case.child_id, case_id=case.id, outcome=codes.Outcome(outcome), proof=codes.Proof(proof),
        submission_ids=told, decided_by=by, closed_at=at,
    )  # fmt: skip
    clocks = await occurred(tx, case, Occurrence.CASE_CLOSED, rules, at=at, new_id=new_id)
    if told:
        clocks += await occurred(tx, case, Occurrence.REFERRERS_TO_BE_TOLD, rules, at=at, new_id=new_id)
    await tx.cases.save([case])
    return [Said(closed, at), *clocks]


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
    """One sender knows. Once all do, the clock of telling them is satisfied: when the last was told, not when it was heard."""
    try:
        case = await tx.cases.lock(case_id)
    except NotOnRegister:  # the register was set back to a backup: nothing here waits to hear it
        log.warning("referrer.informed_of_unknown_case", case_id=str(case_id))
        return
    await tx.submissions.inform(case_id, submission_id, informed_at)
    everybody = set(await _who_is_told(tx, case))
    informed = await tx.submissions.informed(case_id)
    if everybody - informed.keys():
        return
    last_told = max((informed[one] for one in everybody), default=informed_at)
    said = await occurred(
        tx, case, Occurrence.REFERRERS_INFORMED, rules, at=last_told, heard_at=at, new_id=new_id
    )  # fmt: skip
    await tx.cases.save([case])
    await tell(tx, said)


async def _who_is_told(tx: Transaction, case: Case) -> tuple[UUID, ...]:
    """Everything the case is about, of a form and its corrections the last: one sender is told once.

    Of what was imported with the council's sheet nobody knows the sender.
    """
    sent = [
        one.submission for one in await everything_in(tx, case) if one.submission.kind is not SubmissionKind.IMPORTED
    ]
    return tuple({one.first_id: one.id for one in sent}.values())
