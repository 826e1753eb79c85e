"""A child who was not found stays on the register: on review, looked at again on set days, awake with any new fact (policy 8)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from cme_calendars import local_date
from cme_contracts import codes
from cme_contracts.register_cases import CaseBecameDormant, CaseReviewed, CaseWoken
from cme_contracts.register_clocks import ClockStarted
from cme_register.application.clocks import occurred
from cme_register.application.ports import Transaction
from cme_register.application.rules import NewId, Rules
from cme_register.application.telling import Said, tell
from cme_register.domain.case import Case
from cme_register.domain.closure import Closure
from cme_register.domain.codes import Outcome, Role, Stage, Status, Waking
from cme_register.domain.errors import RegisterError
from cme_register.domain.occurrences import Occurrence

RECHECKED = (Occurrence.RECHECKED_ONCE, Occurrence.RECHECKED_TWICE)
"""Then `RECHECKED_AGAIN`."""


class NothingToReview(RegisterError):
    """A closed case is looked at again only where something has arrived since."""

    code = "nothing-to-review"


async def put_to_sleep(
    tx: Transaction, case: Case, closure: Closure, rules: Rules, *, at: datetime, new_id: NewId
) -> list[Said]:
    """On review from now on. Its owner and a next date stay."""
    case.sleep(closure.outcome, at)
    clocks = await occurred(tx, case, Occurrence.CASE_BECAME_DORMANT, rules, at=at, new_id=new_id)
    await tx.cases.save([case])
    dormant = CaseBecameDormant(
        child_id=case.child_id, case_id=case.id, outcome=codes.Outcome(closure.outcome), proof=codes.Proof(closure.proof),
        decided_by=closure.proposed_by, review_on=_next_day(case, clocks), dormant_at=at,
    )  # fmt: skip
    return [Said(dormant, at), *clocks]


async def review(
    tx: Transaction, case_id: UUID, rules: Rules, *, work_again: bool, by: UUID, role: Role, at: datetime, new_id: NewId
) -> None:
    """Somebody has looked at the case. `work_again`: one that was on review is worked on again.

    Of a closed case it says that what has arrived since was looked at. Raises `NotOnRegister`, `CaseNotOpen`,
    `NothingToReview`, `NotDormant`, `ClosureIsProposed`.
    """
    case = await tx.cases.lock(case_id)
    if case.status is Status.CLOSED:
        if case.met_at is None:
            raise NothingToReview(f"nothing has arrived about case {case_id} since it was closed")
        case.met_at = None
        said: list[Said] = []
    elif work_again:
        said = await wake(tx, case, Waking.REVIEW, rules, by=by, at=at, new_id=new_id)
    else:
        said = await _look(tx, case, rules, role=role, at=at, new_id=new_id)
    await tx.cases.save([case])
    reviewed = CaseReviewed(
        child_id=case.child_id, case_id=case.id, reviewed_by=by,
        next_on=_next_day(case, said) if case.status is Status.OPEN else None, reviewed_at=at,
    )  # fmt: skip
    await tell(tx, [Said(reviewed, at), *said])


async def wake(
    tx: Transaction, case: Case, reason: Waking, rules: Rules, *, by: UUID | None, at: datetime, new_id: NewId
) -> list[Said]:
    """Worked on again. The case is changed, not saved. Raises `CaseNotOpen`, `NotDormant`, `ClosureIsProposed`."""
    case.wake()
    clocks = await occurred(tx, case, Occurrence.CASE_WOKEN, rules, at=at, new_id=new_id)
    woken = CaseWoken(child_id=case.child_id, case_id=case.id, reason=codes.Waking(reason), woken_by=by, woken_at=at)
    return [Said(woken, at), *clocks]


async def wake_if_dormant(
    tx: Transaction, case: Case, reason: Waking, rules: Rules, *, by: UUID | None, at: datetime, new_id: NewId
) -> list[Said]:
    """The same where it is on review; nothing otherwise."""
    if case.status is not Status.OPEN or case.stage is not Stage.DORMANT:
        return []
    return await wake(tx, case, reason, rules, by=by, at=at, new_id=new_id)


async def _look(tx: Transaction, case: Case, rules: Rules, *, role: Role, at: datetime, new_id: NewId) -> list[Said]:
    case.must_be_open()
    if case.dormant_as is None:
        manager = role is not Role.LEAD_OFFICER
        seen = [Occurrence.CASE_REVIEWED, *([Occurrence.CASE_REVIEWED_BY_MANAGER] if manager else [])]
        return [one for what in seen for one in await occurred(tx, case, what, rules, at=at, new_id=new_id)]
    # on review still, even where somebody has proposed how the case ends
    what = RECHECKED[case.reviews] if case.reviews < len(RECHECKED) else Occurrence.RECHECKED_AGAIN
    case.reviews += 1
    return await occurred(tx, case, what, rules, at=at, on=_counted_from(case, what), new_id=new_id)


def _counted_from(case: Case, what: Occurrence) -> date | None:
    """The first days of an untraced child's case are counted from when it was put on review; any other from today."""
    if case.dormant_as is Outcome.UNTRACED and what in RECHECKED and case.dormant_at is not None:
        return local_date(case.dormant_at)
    return None


def _next_day(case: Case, said: Sequence[Said]) -> date:
    """The day that this has set; where it has set none, the one that ends with the case's next date."""
    if days := [one.event.due_on for one in said if isinstance(one.event, ClockStarted)]:
        return min(days)
    assert case.due_at is not None
    return local_date(case.due_at - timedelta(seconds=1))
