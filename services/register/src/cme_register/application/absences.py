"""An officer is away: warnings go to whoever covers, new cases to those who are there (policy 5.1, 7; decision 0155)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cme_calendars import end_of_day
from cme_contracts.register_cases import OfficerAbsenceRecorded
from cme_register.application.giving_on import THE_TEAM, to_give_on
from cme_register.application.ports import Transaction
from cme_register.application.rules import NewId
from cme_register.domain.absence import Absence
from cme_register.domain.errors import RegisterError


class CoverIsNoLeadOfficer(RegisterError):
    """Only an active Lead Officer covers, and for somebody else."""

    code = "cover-is-no-lead-officer"


class AbsentIsNoLeadOfficer(RegisterError):
    """Only of an active Lead Officer need it be known."""

    code = "not-a-lead-officer"


async def record_absence(
    tx: Transaction, absence: Absence, *, absence_id: UUID, by: UUID | None, at: datetime, new_id: NewId
) -> UUID | None:
    """Keep an absence, or change the one that begins on the same day. Returns its id; None where it stands like that already.

    What was left to the team meanwhile is given on as soon as the officer is back.

    Raises `AbsentIsNoLeadOfficer`, `CoverIsNoLeadOfficer`.
    """
    if not await tx.officers.is_lead_officer(absence.officer_id):
        raise AbsentIsNoLeadOfficer(f"officer {absence.officer_id} is no active Lead Officer")
    cover = absence.cover_id
    if cover is not None and (cover == absence.officer_id or not await tx.officers.is_lead_officer(cover)):
        raise CoverIsNoLeadOfficer("who covers is no other active Lead Officer")
    kept = await tx.owners.put(absence, absence_id=absence_id, by=by, at=at)
    if kept is not None:
        tx.publish(OfficerAbsenceRecorded(
            absence_id=kept, officer_id=absence.officer_id, first_day=absence.first_day, last_day=absence.last_day,
            cover_id=cover, cancelled=absence.cancelled, recorded_by=by, recorded_at=at,
        ))  # fmt: skip
        if (back_at := _back_at(absence, at)) is not None:
            await tx.timers.set_timers([to_give_on(THE_TEAM, max(at, back_at), new_id)])
    return kept


def _back_at(absence: Absence, at: datetime) -> datetime | None:
    if absence.cancelled:
        return at
    return end_of_day(absence.last_day) if absence.last_day else None
