"""The cases that were open when the register was begun come in as if each had been received on its day (policy 7, 8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from uuid import UUID

from cme_calendars import LONDON, local_date
from cme_register.application.casework import locate
from cme_register.application.deadlines import catch_up
from cme_register.application.intake import Received, take_in
from cme_register.application.ports import Entry, Transaction
from cme_register.application.rules import NewId, Rules
from cme_register.domain.codes import SubmissionKind
from cme_register.domain.imported import Imported
from cme_register.domain.sheets import Fault
from cme_register.domain.submission import Submission

IMPORTED = "register.case.imported"
"""What the chronology says, on the day of the import: everything before it stands as the sheet had it."""
REASON = {"missing": "whereabouts_unknown", "without_school_place": "no_school_place"}


class Became(StrEnum):
    """What became of a row."""

    OPENED = "opened"
    JOINED = "joined"
    """The child has an open case, which it belongs to now."""
    BEFORE = "imported before"
    NO_CASE = "no case"
    """The child is not of compulsory school age: kept, and looked at when they are."""
    EXPECTED = "expected"
    """A child who is to start, now on the register."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A row that is in."""

    became: Became
    remarks: tuple[Fault, ...]


async def import_case(tx: Transaction, case: Imported, rules: Rules, *, now: datetime, new_id: NewId) -> Arrived:
    """Take in a case of the sheet, once, its clocks from its own day. Nobody is written to as its sender, nor of what was missed.

    Raises `BeyondCalendar` for a day that no calendar knows.
    """
    _, before = await tx.submissions.chains({*case.ids})
    if before:
        return Arrived(Became.BEFORE, ())
    remarks = list(case.remarks)
    officer = await tx.importing.lead_officer(case.lead_officer) if case.lead_officer else None
    if case.lead_officer and officer is None:
        remarks.append(
            Fault(
                "lead_officer",
                "names no active Lead Officer of the staff list",
                "the case goes by load: give it to another, if need be",
            )
        )
    at = _noon(case.received_on, now)
    await take_in(tx, [Received(_submission(case, at), officer_id=officer)], rules, at=at, new_id=new_id)
    kept = await tx.submissions.find(case.id)
    assert kept is not None
    detail = {
        "submission_id": str(case.id), "received_on": case.received_on.isoformat(), "sheet_reference": case.reference
    }  # fmt: skip
    await tx.chronology.add([Entry(kept.case_id or kept.record_id, now, IMPORTED, detail)])
    if kept.case_id is None:
        return Arrived(Became.NO_CASE, tuple(remarks))
    begun = await tx.cases.lock(kept.case_id)
    begins = at in (begun.opened_at, begun.reopened_at)
    await _locate(tx, kept.case_id, case, rules, remarks, begins=begins, now=now, new_id=new_id)
    if begins:
        await catch_up(tx, kept.case_id, rules, until=now, at=now)
    if len(await tx.submissions.of_cases([kept.case_id])) == 1:
        return Arrived(Became.OPENED, tuple(remarks))
    if begun.opened_at > at:
        remarks.append(
            Fault(
                "received_on",
                "is before the day of the case that the child has by now",
                "its clocks run from that later day",
            )
        )
    return Arrived(Became.JOINED, tuple(remarks))


async def _locate(
    tx: Transaction,
    case_id: UUID,
    case: Imported,
    rules: Rules,
    remarks: list[Fault],
    *,
    begins: bool,
    now: datetime,
    new_id: NewId,
) -> None:
    """The child had been found before: said as of that day, by whoever has the case, and on time or late by that day.

    `begins`: the case began, or began again, with this row, and what it had missed until then is old news.
    """
    if case.located_on is None or case.location_proof is None:
        return
    found, at = await tx.cases.lock(case_id), _noon(case.located_on, now)
    if found.located_at is not None:
        return
    if found.lead_officer_id is None:
        remarks.append(_not_located("as the case has no Lead Officer who could say so"))
    elif case.located_on < local_date(found.opened_at):
        remarks.append(_not_located("as the child has a case that was opened after that day"))
    else:
        if begins:
            await catch_up(tx, case_id, rules, until=at, at=now)
        proof, by = case.location_proof, found.lead_officer_id
        await locate(tx, case_id, proof, rules, by=by, at=at, new_id=new_id)


def _not_located(because: str) -> Fault:
    return Fault("located_on", f"is not taken, {because}", "record in the register how the child was found")


def _submission(case: Imported, at: datetime) -> Submission:
    on_roll = case.category == "on_roll_enquiry"
    return Submission(
        id=case.id, first_id=case.id, kind=SubmissionKind.IMPORTED, reference=f"IMPORTED-{case.id.hex[:8].upper()}",
        received_at=at,
        details=case.details, on_roll=on_roll, reason=REASON.get(case.category), factors=case.factors,
        school_urn=case.school_urn, school_la=case.school_la, home_la=case.home_la,
    )  # fmt: skip


def _noon(day: date, now: datetime) -> datetime:
    """The sheet knows days; noon is that day, summer and winter. Of today, nothing is later than now."""
    return min(datetime.combine(day, time(12), LONDON), now)
