"""Every open case has an owner: a Lead Officer by load, or while there is none the team itself (policy 7; decision 0155)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from cme_calendars import local_date
from cme_contracts.codes import Assignment, OfficerRole
from cme_contracts.register import LeadOfficerAssigned
from cme_contracts.register_cases import CaseLeftToTeam
from cme_register.application.ports import Transaction
from cme_register.application.rules import Rules
from cme_register.domain.allocation import Allocation, covering
from cme_register.domain.case import Case


async def allocation(tx: Transaction, rules: Rules, day: date) -> Allocation:
    """By load, among the Lead Officers who are not away on `day`. Lock the children first."""
    away = await tx.owners.away(day)
    present = {officer: held for officer, held in (await tx.owners.loads()).items() if officer not in away}
    return Allocation(present, rules.weights_on(day))


async def acting_for(tx: Transaction, case: Case, at: datetime) -> UUID | None:
    """Who is told what concerns the Lead Officer: they, or who covers; where nobody does, they all the same. None: the team."""
    return (await acting_for_many(tx, [case], at))[case.id]


async def acting_for_many(tx: Transaction, cases: Sequence[Case], at: datetime) -> Mapping[UUID, UUID | None]:
    """The same of each of these."""
    away = await tx.owners.away(local_date(at))
    return {
        one.id: one.lead_officer_id and (covering(one.lead_officer_id, away) or one.lead_officer_id) for one in cases
    }


def owner_told(
    case: Case, reason: Assignment, *, at: datetime, previous: UUID | None = None
) -> LeadOfficerAssigned | CaseLeftToTeam:
    """The fact of whose the case is, decided by rule."""
    if case.lead_officer_id is None:
        return CaseLeftToTeam(
            child_id=case.child_id, case_id=case.id, role=OfficerRole(case.owner_role), previous_officer_id=previous,
            left_at=at,
        )  # fmt: skip
    return LeadOfficerAssigned(
        child_id=case.child_id, case_id=case.id, officer_id=case.lead_officer_id, reason=reason,
        previous_officer_id=previous, assigned_at=at,
    )  # fmt: skip
