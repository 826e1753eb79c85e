"""A closed case is opened again, under its own number and with its old clocks as they were (policy 8; scenario 28)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from cme_calendars import local_date
from cme_contracts import codes
from cme_contracts.codes import Assignment
from cme_contracts.register_cases import CaseReopened, ClosedCaseMet
from cme_register.application.clocks import occurred
from cme_register.application.owning import allocation, owner_told
from cme_register.application.ports import Transaction
from cme_register.application.rating import rate
from cme_register.application.rules import NewId, Rules
from cme_register.application.telling import Said, tell
from cme_register.domain.case import Case
from cme_register.domain.codes import Outcome, Status, Waking
from cme_register.domain.errors import RegisterError
from cme_register.domain.occurrences import Occurrence
from cme_register.domain.reopening import AfterClosure, Closed
from cme_register.domain.submission import Submission


class CaseNotClosed(RegisterError):
    """Only a closed case can be opened again."""

    code = "case-not-closed"


class TooLateToReopen(RegisterError):
    """The case was closed too long ago: whatever is received opens a new one, which follows it."""

    code = "too-late-to-reopen"


class HasAnOpenCase(RegisterError):
    """The child has one open case, however many there were."""

    code = "child-has-an-open-case"


async def closed_of(tx: Transaction, child_ids: Collection[UUID], rules: Rules) -> Mapping[UUID, Closed]:
    """The latest closed case of each child that has one. Lock the children first."""
    return {
        child_id: await _closed(tx, case, rules)
        for child_id, case in (await tx.cases.latest_closed_of(child_ids)).items()
    }


async def reopen(
    tx: Transaction,
    case_id: UUID,
    reason: Waking,
    rules: Rules,
    *,
    note: str | None,
    by: UUID,
    at: datetime,
    new_id: NewId,
) -> None:
    """A person finds that the case is not over. One that ended with a death may be reopened by a person, at any time.

    Raises `NotOnRegister`, `CaseNotClosed`, `HasAnOpenCase`, `TooLateToReopen`.
    """
    case = await tx.cases.lock(case_id)
    if case.status is not Status.CLOSED:
        raise CaseNotClosed(f"case {case_id} is {case.status}")
    if case.child_id in await tx.cases.open_of([case.child_id]):
        raise HasAnOpenCase(f"the child of case {case_id} has an open case")
    closed = await _closed(tx, case, rules)
    if closed.by_rule and local_date(at) > closed.until:
        raise TooLateToReopen(f"case {case_id} was reopened until {closed.until}")
    previous = case.reopen(at)
    await tx.closures.note_reopened(case.id, note, by=by, at=at)
    reopened = _reopened(case, previous, reason, at=at, by=by)
    said = await rate(tx, [case], rules, at=at)
    said += await begin_again(tx, case, rules, at=at, since=at, new_id=new_id)
    await tx.cases.save([case])
    await tell(tx, [Said(reopened, at), *said])


def reopened_by(submission: Submission, case: Case, previous: Outcome) -> CaseReopened:
    """The fact, where something that was received has done it."""
    return _reopened(case, previous, Waking.SUBMISSION, at=submission.received_at, submission_id=submission.id)


def met(submission: Submission, closed: Case, then: AfterClosure, new_case_id: UUID | None) -> ClosedCaseMet:
    """The fact that something has arrived about a child whose case is closed."""
    return ClosedCaseMet(
        child_id=closed.child_id, case_id=closed.id, submission_id=submission.id, then=codes.AfterClosure(then),
        new_case_id=new_case_id, met_at=submission.received_at,
    )  # fmt: skip


async def begin_again(
    tx: Transaction, case: Case, rules: Rules, *, at: datetime, since: datetime, new_id: NewId
) -> list[Said]:
    """Its clocks, from the day on which the council received what reopened it, and its owner, who may have left."""
    said: list[Said] = []
    previous = case.lead_officer_id
    if previous is None or not await tx.officers.is_lead_officer(previous):
        case.pass_on((await allocation(tx, rules, local_date(at))).next(case.risk))
        said.append(Said(owner_told(case, Assignment.BY_LOAD, at=at, previous=previous), at))
    clocks = await occurred(
        tx, case, Occurrence.CASE_REOPENED, rules, at=at, on=local_date(since), new_id=new_id
    )  # fmt: skip
    return [*said, *clocks]


def _reopened(
    case: Case,
    previous: Outcome,
    reason: Waking,
    *,
    at: datetime,
    submission_id: UUID | None = None,
    by: UUID | None = None,
) -> CaseReopened:
    return CaseReopened(
        child_id=case.child_id, case_id=case.id, repeat=case.repeat, reason=codes.Waking(reason),
        submission_id=submission_id, previous_outcome=codes.Outcome(previous), kind=codes.CaseKind(case.kind),
        category=codes.Category(case.category) if case.category else None, reopened_by=by, reopened_at=at,
    )  # fmt: skip


async def _closed(tx: Transaction, case: Case, rules: Rules) -> Closed:
    assert case.closed_at is not None and case.outcome is not None
    day = local_date(case.closed_at)
    school = await tx.calendars.days_of(case.school_urn or "", case.school_la or case.home_la or "")
    until = rules.reopening_on(day).until(day, school, rules.days)
    return Closed(case, until, rules.outcomes.on(case.outcome, day).reopens)
