"""A case ends with an outcome and its proof, once all that must be is done, considered and agreed (policy 7, 8, 9)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from cme_calendars import local_date
from cme_contracts import codes
from cme_contracts.register import CaseClosed
from cme_contracts.register_cases import ClosureProposed, ClosureRefused, ClosureSignedOff
from cme_register.application.checks import planned_for
from cme_register.application.clocks import occurred
from cme_register.application.dormancy import put_to_sleep
from cme_register.application.ports import Transaction
from cme_register.application.rating import RATE_AGAIN
from cme_register.application.rules import NewId, Rules
from cme_register.application.telling import Said, tell
from cme_register.application.waiting import everything_in
from cme_register.domain.case import Case
from cme_register.domain.closure import Closure, ClosureNotReady, NoClosureProposed, missing
from cme_register.domain.codes import ClosureRefusal, Outcome, Proof, SignOff, Stage, Status, SubmissionKind
from cme_register.domain.occurrences import Occurrence
from cme_register.domain.risk import Risk

IMPORTS = frozenset({SubmissionKind.IMPORTED, SubmissionKind.EXPECTED_STARTER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How somebody says that a case ends."""

    outcome: Outcome
    proof: Proof
    evidence: str | None = None
    """Where the proof is kept."""


async def close(
    tx: Transaction, case_id: UUID, ending: Ending, rules: Rules, *, by: UUID, at: datetime, new_id: NewId
) -> Closure:
    """End it; or, where the outcome asks for somebody else's agreement, propose that. Returns what was proposed or done.

    Raises `NotOnRegister`, `CaseNotOpen`, `ClosureIsProposed`, and `ClosureNotReady` that names everything that is missing.
    """
    case = await tx.cases.lock(case_id)
    case.propose()
    rule = rules.outcomes.on(ending.outcome, local_date(at))
    closure = Closure(
        id=new_id(), case_id=case.id, repeat=case.repeat, outcome=ending.outcome, proof=ending.proof,
        evidence=ending.evidence, needs=rule.sign_off, proposed_by=by, proposed_at=at,
    )  # fmt: skip
    await _must_be_ready(tx, case, closure, rules, at)
    await tx.closures.add(closure)
    if not closure.awaits:
        case.take_back_proposal()
        await tell(tx, await _end(tx, case, closure, rules, by=by, at=at, new_id=new_id))
        return closure
    proposed = ClosureProposed(
        child_id=case.child_id, case_id=case.id, closure_id=closure.id, outcome=codes.Outcome(closure.outcome),
        proof=codes.Proof(closure.proof), needs=tuple(map(codes.SignOff, closure.needs)), proposed_by=by, proposed_at=at,
    )  # fmt: skip
    clocks = await occurred(tx, case, Occurrence.CLOSURE_PROPOSED, rules, at=at, new_id=new_id)
    await tx.cases.save([case])
    await tell(tx, [Said(proposed, at), *clocks])
    return closure


async def agree(
    tx: Transaction,
    case_id: UUID,
    may: Collection[SignOff],
    rules: Rules,
    *,
    closure_id: UUID | None,
    by: UUID,
    at: datetime,
    new_id: NewId,
) -> Closure:
    """Somebody else agrees to what is proposed; with the last of them the case ends so.

    `may`: as whom they can agree. `closure_id`: what they agree to; None: whatever is proposed now.

    Raises `NotOnRegister`, `NoClosureProposed`, `NotYoursToAgree`, `ClosureNotReady`.
    """
    case, closure = await _proposed(tx, case_id)
    if closure_id not in {None, closure.id}:
        raise NoClosureProposed(f"closure {closure_id} does not wait to be agreed any more")
    given = closure.sign(by, may)
    await _must_be_ready(tx, case, closure, rules, at)
    await tx.closures.sign(closure.id, given, by=by, at=at)
    signed = ClosureSignedOff(
        child_id=case.child_id, case_id=case.id, closure_id=closure.id, sign_off=codes.SignOff(given),
        missing=tuple(map(codes.SignOff, closure.awaits)), signed_by=by, signed_at=at,
    )  # fmt: skip
    said = [Said(signed, at)]
    if not closure.awaits:
        case.take_back_proposal()
        said += await occurred(tx, case, Occurrence.CLOSURE_DECIDED, rules, at=at, new_id=new_id)
        said += await _end(tx, case, closure, rules, by=closure.proposed_by, at=at, new_id=new_id)
    await tell(tx, said)
    return closure


async def refuse(
    tx: Transaction,
    case_id: UUID,
    reason: ClosureRefusal,
    rules: Rules,
    *,
    note: str | None,
    by: UUID,
    at: datetime,
    new_id: NewId,
) -> Closure:
    """It does not end so, or whoever proposed it takes it back. Raises `NotOnRegister`, `NoClosureProposed`."""
    case, closure = await _proposed(tx, case_id)
    said = await _come_to_nothing(tx, case, closure, reason, rules, note=note, by=by, at=at, new_id=new_id)
    await tx.cases.save([case])
    await tell(tx, said)
    return closure


async def lapse(tx: Transaction, case: Case, rules: Rules, *, at: datetime, new_id: NewId) -> list[Said]:
    """Something new was heard of the child: what is proposed is to be thought over. The case is changed, not saved."""
    if case.stage is not Stage.CLOSURE_PROPOSED or case.status is not Status.OPEN:
        return []
    closure = await tx.closures.proposed(case.id)
    assert closure is not None
    reason = ClosureRefusal.NEW_FACTS
    return await _come_to_nothing(tx, case, closure, reason, rules, note=None, by=None, at=at, new_id=new_id)


async def _proposed(tx: Transaction, case_id: UUID) -> tuple[Case, Closure]:
    case = await tx.cases.lock(case_id)
    closure = await tx.closures.proposed(case_id)
    if closure is None or case.status is not Status.OPEN:
        raise NoClosureProposed(f"no closure of case {case_id} is proposed")
    return case, closure


async def _must_be_ready(tx: Transaction, case: Case, closure: Closure, rules: Rules, at: datetime) -> None:
    rule = rules.outcomes.on(closure.outcome, local_date(at))
    facts = {*case.factors, *case.joined_factors}
    red = case.raised_to is Risk.RED or not facts.isdisjoint(rules.risk.markers(local_date(at)))
    unmade = tuple(one.definition.code for one in await planned_for(tx, case, rules) if one.outstanding)
    done = replace(await tx.closures.done(case.id), red_marker=red, open_checks=unmade)
    if lacking := missing(case, rule, closure.proof, closure.evidence, done):
        raise ClosureNotReady(lacking)


async def _come_to_nothing(
    tx: Transaction,
    case: Case,
    closure: Closure,
    reason: ClosureRefusal,
    rules: Rules,
    *,
    note: str | None,
    by: UUID | None,
    at: datetime,
    new_id: NewId,
) -> list[Said]:
    case.take_back_proposal()
    await tx.closures.refuse(closure.id, reason, note=note, by=by, at=at)
    refused = ClosureRefused(
        child_id=case.child_id, case_id=case.id, closure_id=closure.id, reason=codes.ClosureRefusal(reason),
        refused_by=by, refused_at=at,
    )  # fmt: skip
    clocks = await occurred(tx, case, Occurrence.CLOSURE_DECIDED, rules, at=at, new_id=new_id)
    return [Said(refused, at), *clocks]


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
    """A locked case ends by a rule of law, whatever is missing or proposed. Returns what is still to be told."""
    said = await lapse(tx, case, rules, at=at, new_id=new_id)
    closure = Closure(
        id=new_id(), case_id=case.id, repeat=case.repeat, outcome=outcome, proof=proof, needs=(), proposed_by=by,
        proposed_at=at,
    )  # fmt: skip
    await tx.closures.add(closure)
    return [*said, *await _end(tx, case, closure, rules, by=by, at=at, new_id=new_id)]


async def _end(
    tx: Transaction, case: Case, closure: Closure, rules: Rules, *, by: UUID, at: datetime, new_id: NewId
) -> list[Said]:
    """Closed, and whoever sent something about the child is to be told; or on review."""
    await tx.closures.agree(closure.id, by=by, at=at)
    rule = rules.outcomes.on(closure.outcome, local_date(at))
    if rule.dormant:
        return await put_to_sleep(tx, case, closure, rules, at=at, new_id=new_id)
    case.close(rule, closure.proof, at)
    await tx.timers.cancel(case.id, RATE_AGAIN)
    told = await who_is_told(tx, case)
    closed = CaseClosed(
        child_id=case.child_id, case_id=case.id, outcome=codes.Outcome(closure.outcome), proof=codes.Proof(closure.proof),
        submission_ids=told, decided_by=by, agreed_by=closure.agreed_by, repeat=case.repeat,
        no_letters=rule.no_letters, closed_at=at,
    )  # fmt: skip
    clocks = await occurred(tx, case, Occurrence.CASE_CLOSED, rules, at=at, new_id=new_id)
    if told:
        clocks += await occurred(tx, case, Occurrence.REFERRERS_TO_BE_TOLD, rules, at=at, new_id=new_id)
    await tx.cases.save([case])
    return [Said(closed, at), *clocks]


async def who_is_told(tx: Transaction, case: Case) -> tuple[UUID, ...]:
    """Everything the case is about, of a form and its corrections the last: one sender is told once.

    What was imported, a case of the council's sheet or an expected starter, has no sender.
    """
    sent = [one.submission for one in await everything_in(tx, case) if one.submission.kind not in IMPORTS]
    return tuple({one.first_id: one.id for one in sent}.values())
