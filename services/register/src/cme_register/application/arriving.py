"""What is told of an expected starter: by the school's report, or by its new pupil return (policy 5.2, 6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from cme_calendars import local_date
from cme_contracts.codes_status import Came as CameCode
from cme_contracts.codes_status import Intake as IntakeCode
from cme_contracts.register_placement import StarterReported
from cme_register.application.ports import Transaction
from cme_register.application.referring import refer_no_more
from cme_register.application.telling import entry
from cme_register.application.triaging import Arrival
from cme_register.domain.codes import SubmissionKind
from cme_register.domain.cohort import Came, Starter

ARRIVED = "arrived"
"""Why a starter who had not come is waited for no more."""


async def hear_of_starters(tx: Transaction, arrivals: Sequence[Arrival], *, at: datetime) -> None:
    """The school's new pupil return says by itself that an expected starter has arrived. The children are locked."""
    returned = {
        (one.child_id, one.submission.school_urn): one
        for one in arrivals
        if one.submission.kind is SubmissionKind.ADDITION
    }
    if not returned:
        return
    starters = await tx.cohorts.of_children({child for child, _ in returned})
    owners = await tx.statuses.children_of({one.record_id for one in starters})
    for one in starters:
        said = returned.get((owners[one.record_id], one.cohort.school_urn))
        if said is not None and one.came is not Came.ARRIVED:
            sent = said.submission
            came = replace(one, came=Came.ARRIVED, on_roll=None, reported_on=local_date(sent.received_at))
            await tx.cohorts.save([came], None, at)
            await refer_no_more(tx, [one.submission_id], at=at, because=ARRIVED)
            event = starter_reported(came, said.child_id, None, at)
            tx.publish(event, cause=said.cause)
            await tx.chronology.add([entry(one.record_id, event, at)])


def starter_reported(one: Starter, child_id: UUID, by: UUID | None, at: datetime) -> StarterReported:
    """The fact that somebody said whether they came."""
    assert one.reported_on is not None
    return StarterReported(
        child_id=child_id, school_urn=one.cohort.school_urn, september=one.cohort.september,
        intake=IntakeCode(one.cohort.intake), came=CameCode(one.came), on_roll=one.on_roll, reported_on=one.reported_on,
        reported_by=by, reported_at=at,
    )  # fmt: skip
