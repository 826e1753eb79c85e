"""What officers do with a case: assign it, say what it is, find the child (policy 7)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cme_contracts import codes
from cme_contracts.register import ChildLocated, LeadOfficerAssigned
from cme_register.application.clocks import occurred
from cme_register.application.closing import lapse
from cme_register.application.dormancy import wake_if_dormant
from cme_register.application.ports import Transaction
from cme_register.application.rating import rate
from cme_register.application.rules import NewId, Rules
from cme_register.application.telling import Said, tell
from cme_register.application.triaging import category_changed
from cme_register.domain.codes import Category, Kind, Proof, Waking
from cme_register.domain.errors import RegisterError
from cme_register.domain.occurrences import BECAME, Occurrence


class NotALeadOfficer(RegisterError):
    """Cases are given to active Lead Officers only."""

    code = "not-a-lead-officer"


async def assign(
    tx: Transaction, case_id: UUID, officer_id: UUID, rules: Rules, *, by: UUID, at: datetime, new_id: NewId
) -> None:
    """Give the case to another Lead Officer. Raises `NotOnRegister`, `NotALeadOfficer`, `CaseNotOpen`, `NothingChanges`."""
    case = await tx.cases.lock(case_id)
    if not await tx.officers.is_lead_officer(officer_id):
        raise NotALeadOfficer(f"officer {officer_id} is no active Lead Officer")
    previous = case.lead_officer_id
    case.assign(officer_id)
    event = LeadOfficerAssigned(
        child_id=case.child_id, case_id=case.id, officer_id=officer_id, assigned_by=by,
        reason=codes.Assignment.BY_MANAGER, previous_officer_id=previous, assigned_at=at,
    )  # fmt: skip
    clocks = await occurred(tx, case, Occurrence.LEAD_OFFICER_ASSIGNED, rules, at=at, new_id=new_id)
    await tx.cases.save([case])
    await tell(tx, [Said(event, at), *clocks])


async def recategorise(
    tx: Transaction,
    case_id: UUID,
    kind: Kind,
    category: Category | None,
    rules: Rules,
    *,
    by: UUID,
    at: datetime,
    new_id: NewId,
) -> None:
    """Say what the case is (policy 3). Raises `NotOnRegister`, `CaseNotOpen`, `NothingChanges`."""
    case = await tx.cases.lock(case_id)
    before = case.kind, case.category
    case.move_to(kind, category)
    clocks = await occurred(tx, case, BECAME[kind, category], rules, at=at, new_id=new_id)
    rated = await rate(tx, [case], rules, at=at)
    await tx.cases.save([case])
    await tell(tx, [Said(category_changed(case, before, by, at), at), *clocks, *rated])


async def locate(
    tx: Transaction, case_id: UUID, proof: Proof, rules: Rules, *, by: UUID, at: datetime, new_id: NewId
) -> None:
    """The child has been found: the initial investigation is done, and how the case was to end without that falls through.

    Raises `NotOnRegister`, `CaseNotOpen`, `AlreadyLocated`.
    """
    case = await tx.cases.lock(case_id)
    case.locate(proof, at)
    located = ChildLocated(
        child_id=case.child_id, case_id=case.id, proof=codes.Proof(proof), decided_by=by, located_at=at
    )
    clocks = await occurred(tx, case, Occurrence.CHILD_LOCATED, rules, at=at, new_id=new_id)
    lapsed = await lapse(tx, case, rules, at=at, new_id=new_id)
    woken = await wake_if_dormant(tx, case, Waking.CHILD_LOCATED, rules, by=by, at=at, new_id=new_id)
    rated = await rate(tx, [case], rules, at=at)
    await tx.cases.save([case])
    await tell(tx, [Said(located, at), *clocks, *lapsed, *woken, *rated])
