"""Checks as tasks to other bodies: asked, answered, or waived with a reason; and which of them a case still needs (policy 5.1, 7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cme_calendars import local_date
from cme_contracts import codes_work
from cme_contracts.register_clocks import ClockSatisfied, ClockStarted
from cme_contracts.register_work import CheckAnswered, CheckRequested, CheckWaived
from cme_register.application.clocks import occurred
from cme_register.application.ports import Transaction
from cme_register.application.rules import NewId, Rules
from cme_register.application.telling import Said, tell
from cme_register.domain.case import Case, CaseNotOpen
from cme_register.domain.checks import (
    CannotWaive,
    Check,
    CheckDefinition,
    CheckRuns,
    GatewayNeeded,
    MayNotWaive,
    NoSuchCheck,
    Planned,
    Result,
    WaiverReason,
    plan,
)
from cme_register.domain.codes import Role, Status
from cme_register.domain.errors import NotOnRegister, RegisterError
from cme_register.domain.occurrences import Occurrence


@dataclass(frozen=True, slots=True, repr=False)
class Evidence:
    """Where the proof of an answer is kept. It has no `repr`: a reference may say more than it should."""

    kind: str
    reference: str | None = None


async def request_check(
    tx: Transaction,
    case_id: UUID,
    code: str,
    rules: Rules,
    *,
    how: codes_work.ContactMethod,
    gateway: str | None,
    by: UUID,
    at: datetime,
    new_id: NewId,
) -> UUID:
    """Ask a body, and start its clock. Returns the check's id.

    Raises `NotOnRegister`, `CaseNotOpen`, `NoSuchCheck`, `GatewayNeeded`, and `CheckRuns` where it is asked already.
    """
    case = await _open(tx, case_id)
    definition = rules.checks.get(code, local_date(at))
    if definition.gateway and gateway is None:
        raise GatewayNeeded(f"{code} is answered under a power that is named")
    made = [one for one in await made_for(tx, case) if one.code == code]
    if sum(one.runs for one in made) >= definition.times:
        raise CheckRuns(f"{code} is asked already for case {case.id}")
    check = Check(
        id=new_id(), case_id=case.id, record_id=case.record_id, code=code, mandatory=_mandatory(case, code, rules),
        requested_at=at, requested_by=by, how=how.value, gateway=gateway,
    )  # fmt: skip
    clocks = await occurred(tx, case, Occurrence(definition.asking), rules, at=at, new_id=new_id, about=check.id)
    check.due_on = next(one.event.due_on for one in clocks if isinstance(one.event, ClockStarted))
    await tx.work.checks.put(check)
    await tx.cases.save([case])
    await tx.cases.note_change(case.id, *parts_of([check]))
    event = CheckRequested(
        child_id=case.child_id, case_id=case.id, check=code, check_id=check.id, to=definition.to, how=how,
        mandatory=check.mandatory, due_on=check.due_on, requested_by=by, requested_at=at,
    )  # fmt: skip
    await tell(tx, [Said(event, at), *clocks])
    return check.id


async def answer_check(
    tx: Transaction,
    case_id: UUID,
    check_id: UUID,
    result: Result,
    rules: Rules,
    *,
    evidence: Evidence,
    answered_at: datetime,
    by: UUID,
    at: datetime,
    new_id: NewId,
) -> None:
    """The body has answered: in time, or late for ever. An answer is taken whatever has become of the case since.

    It closes nothing and finds nobody by itself. Raises `NotOnRegister`, `CheckSettled`, `BeforeItWasAsked`.
    """
    case, check = await _check(tx, case_id, check_id)
    check.answer(result, at=answered_at, by=by, now=at)
    clocks = await occurred(
        tx, case, Occurrence.CHECK_ANSWERED, rules, at=answered_at, heard_at=at, new_id=new_id, about=check.id
    )
    satisfied = next((one.event for one in clocks if isinstance(one.event, ClockSatisfied)), None)
    assert check.due_on is not None
    check.on_time = satisfied.on_time if satisfied else local_date(answered_at) <= check.due_on
    check.evidence_kind, check.evidence_reference = evidence.kind, evidence.reference
    await tx.work.checks.put(check)
    await tx.cases.save([case])
    await tx.cases.note_change(case.id, *parts_of([check]))
    event = CheckAnswered(
        child_id=case.child_id, case_id=case.id, check=check.code, check_id=check.id,
        result=codes_work.CheckResult(result), on_time=check.on_time, recorded_by=by, answered_at=answered_at,
    )  # fmt: skip
    await tell(tx, [Said(event, at), *clocks])


async def waive_checks(
    tx: Transaction,
    case_id: UUID,
    codes: Sequence[str],
    reason: WaiverReason,
    rules: Rules,
    *,
    roles: Iterable[Role],
    by: UUID,
    at: datetime,
    new_id: NewId,
) -> Mapping[str, UUID]:
    """Decide that checks are not made, or that their answers are not waited for: each a fact of its own, all of them or none.

    Returns the id of what was waived of each. Raises `NotOnRegister`, `CaseNotOpen`, and `CannotWaive` that says what is
    wrong with each that cannot be waived.
    """
    case = await _open(tx, case_id)
    _may_waive(case, codes, rules, roles, at)
    made = await made_for(tx, case)
    waived: dict[str, UUID] = {}
    said: list[Said] = []
    for code in codes:
        running = [one for one in made if one.code == code and one.runs] or [
            Check(
                id=new_id(), case_id=case.id, record_id=case.record_id, code=code, mandatory=_mandatory(case, code, rules)
            )
        ]  # fmt: skip
        for check in running:
            said += await _waive(tx, case, check, reason, rules, by=by, at=at, new_id=new_id)
        await tx.cases.note_change(case.id, *parts_of(running))
        waived[code] = running[-1].id
    await tell(tx, said)
    return waived


def _may_waive(case: Case, codes: Iterable[str], rules: Rules, roles: Iterable[Role], at: datetime) -> None:
    known = {row.code: row for row in rules.checks.on(local_date(at))}
    wrong: dict[str, RegisterError] = {}
    for code in codes:
        if code not in known:
            wrong[code] = NoSuchCheck(f"there is no such check on {local_date(at)}")
        elif _mandatory(case, code, rules) and known[code].waived_by.isdisjoint(roles):
            wrong[code] = MayNotWaive(f"{code} is waived by {', '.join(sorted(known[code].waived_by))}")
    if wrong:
        raise CannotWaive(wrong)


async def _waive(
    tx: Transaction,
    case: Case,
    check: Check,
    reason: WaiverReason,
    rules: Rules,
    *,
    by: UUID,
    at: datetime,
    new_id: NewId,
) -> list[Said]:
    """One that is waited for, and its clock; or one that was never asked for."""
    check.waive(reason, at=at, by=by)
    await tx.work.checks.put(check)
    event = CheckWaived(
        child_id=case.child_id, case_id=case.id, check=check.code, check_id=check.id,
        reason=codes_work.WaiverReason(reason), waived_by=by, waived_at=at,
    )  # fmt: skip
    if check.requested_at is None:
        return [Said(event, at)]
    owner = case if check.case_id == case.id else await tx.cases.lock(check.case_id)
    clocks = await occurred(tx, owner, Occurrence.CHECK_WAIVED, rules, at=at, new_id=new_id, about=check.id)
    await tx.cases.save([owner])
    return [Said(event, at), *clocks]


def parts_of(checks: Iterable[Check]) -> list[str]:
    """What of a case changes with these: each, and its kind."""
    return sorted({part for one in checks for part in (f"checks.{one.id}", f"checks.{one.code}")})


async def planned_for(tx: Transaction, case: Case, rules: Rules) -> tuple[Planned, ...]:
    """The mandatory checks of a case by what it is now, and how each stands. None may be outstanding when it ends."""
    return plan(_must_have(case, rules), await made_for(tx, case), case.reopened_at)


async def made_for(tx: Transaction, case: Case) -> list[Check]:
    """What was asked or waived for a case, and for those that wait behind it."""
    waiting = await tx.cases.waiting_for(case.id)
    return await tx.work.checks.of_cases([case.id, *(one.id for one in waiting)])


def _must_have(case: Case, rules: Rules) -> tuple[CheckDefinition, ...]:
    """By the table of the day on which it was opened, or opened again: a later row asks nothing of an old case."""
    day = local_date(case.reopened_at or case.opened_at)
    return rules.checks.mandatory(case.kind, case.category, day)


def _mandatory(case: Case, code: str, rules: Rules) -> bool:
    return any(row.code == code for row in _must_have(case, rules))


async def _open(tx: Transaction, case_id: UUID) -> Case:
    case = await tx.cases.lock(case_id)
    if case.status is not Status.OPEN:
        raise CaseNotOpen(f"case {case.id} is {case.status}")
    return case


async def _check(tx: Transaction, case_id: UUID, check_id: UUID) -> tuple[Case, Check]:
    """A check, and the case it was asked for: the one named, or another of the same child."""
    named = await tx.cases.lock(case_id)
    check = await tx.work.checks.find(check_id)
    if check is None:
        raise NotOnRegister("there is no such check")
    case = named if check.case_id == named.id else await tx.cases.lock(check.case_id)
    if case.child_id != named.child_id:
        raise NotOnRegister("there is no such check of this child")
    check = await tx.work.checks.find(check_id)  # again, now that nobody else can change it
    assert check is not None
    return case, check
