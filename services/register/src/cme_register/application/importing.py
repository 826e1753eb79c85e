"""The cases that were open when the register was begun come in as if each had been received on its day (policy 7, 8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from uuid import UUID

from cme_calendars import LONDON
from cme_register.application.casework import locate
from cme_register.application.intake import Received, take_in
from cme_register.application.ports import Entry, Transaction
from cme_register.application.rules import NewId, Rules
from cme_register.domain.codes import SubmissionKind
from cme_register.domain.imported import Fault, Imported
from cme_register.domain.submission import Submission

IMPORTED = "register.case.imported"
"""What the chronology says, on the day of the import: everything before it stands as the sheet had it."""
REASON = {"missing": "whereabouts_unknown", "without_school_place": "no_school_place"}


class Came(StrEnum):
    """What became of a row."""

    OPENED = "opened"
    JOINED = "joined"
    """The child has an open case, which it belongs to now."""
    BEFORE = "imported before"
    NO_CASE = "no case"
    """The child is not of compulsory school age: kept, and looked at when they are."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A row that is in."""

    came: Came
    remarks: tuple[Fault, ...]


async def import_case(tx: Transaction, case: Imported, rules: Rules, *, now: datetime, new_id: NewId) -> Arrived:
    """Take in a case of the sheet, once, its clocks from its own day. Nobody is written to as its sender.

    Raises `BeyondCalendar` for a day that no calendar knows.
    """
    if await tx.submissions.find(case.id):
        return Arrived(Came.BEFORE, ())
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
    at = _noon(case.received_on)
    await take_in(tx, [Received(_submission(case, at), officer_id=officer)], rules, at=at, new_id=new_id)
    kept = await tx.submissions.find(case.id)
    assert kept is not None
    detail = {"submission_id": str(case.id), "received_on": case.received_on.isoformat()}
    await tx.chronology.add([Entry(kept.case_id or kept.record_id, now, IMPORTED, detail)])
    if kept.case_id is None:
        return Arrived(Came.NO_CASE, tuple(remarks))
    await _locate(tx, kept.case_id, case, rules, remarks, new_id=new_id)
    if len(await tx.submissions.of_cases([kept.case_id])) == 1:
        return Arrived(Came.OPENED, tuple(remarks))
    if (await tx.cases.lock(kept.case_id)).opened_at > at:
        remarks.append(
            Fault(
                "received_on",
                "is before the day of the case that the child has by now",
                "its clocks run from that later day",
            )
        )
    return Arrived(Came.JOINED, tuple(remarks))


async def _locate(
    tx: Transaction, case_id: UUID, case: Imported, rules: Rules, remarks: list[Fault], *, new_id: NewId
) -> None:
    """The child had been found before: said as of that day, by whoever has the case."""
    if case.located_on is None or case.location_proof is None:
        return
    found = await tx.cases.lock(case_id)
    if found.located_at is not None:
        return
    if found.lead_officer_id is None:
        remarks.append(
            Fault(
                "located_on",
                "is not taken, as the case has no Lead Officer who could say so",
                "record it in the register",
            )
        )
        return
    by, at = found.lead_officer_id, _noon(case.located_on)
    await locate(tx, case_id, case.location_proof, rules, by=by, at=at, new_id=new_id)


def _submission(case: Imported, at: datetime) -> Submission:
    on_roll = case.category == "on_roll_enquiry"
    return Submission(
        id=case.id, first_id=case.id, kind=SubmissionKind.IMPORTED, reference=case.reference, received_at=at,
        details=case.details, on_roll=on_roll, reason=REASON.get(case.category), factors=case.factors,
        school_urn=case.school_urn, school_la=case.school_la, home_la=case.home_la,
    )  # fmt: skip


def _noon(day: date) -> datetime:
    """The sheet knows days; noon is that day, summer and winter."""
    return datetime.combine(day, time(12), LONDON)
