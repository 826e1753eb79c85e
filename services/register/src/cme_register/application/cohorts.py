"""Who was to start in Reception or Year 7 and did not arrive is looked for; who arrived receives education (policy 5.2, 6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from cme_calendars import end_of_day, local_date
from cme_contracts.codes_status import Intake as IntakeCode
from cme_contracts.register_placement import CohortReportOverdue
from cme_register.application.arriving import ARRIVED, starter_reported
from cme_register.application.importing import Arrived, Became
from cme_register.application.intake import Received, take_in
from cme_register.application.ports import Transaction
from cme_register.application.recording import DecidedInTheFuture
from cme_register.application.referring import refer, refer_no_more
from cme_register.application.rules import NewId, Rules
from cme_register.application.status import say
from cme_register.application.telling import entry
from cme_register.domain.codes import DID_NOT_ARRIVE, SubmissionKind
from cme_register.domain.cohort import Came, Cohort, Starter, report_due_on
from cme_register.domain.errors import RegisterError
from cme_register.domain.expected import Expected
from cme_register.domain.status import LegalStatus, Line
from cme_register.domain.submission import Referred, Submission
from cme_timers import Wanted

DUE = "cohort.due"
"""The kind of timer; each is about one cohort."""
TRANSITION_POINT = "transition_point"
"""A factor (policy 6): `cme_contracts.codes.Factor`."""


class NotInCohort(RegisterError):
    """Only a child who was expected there can be said not to have arrived."""

    code = "not-in-cohort"


async def import_expected(tx: Transaction, one: Expected, rules: Rules, *, at: datetime, new_id: NewId) -> Arrived:
    """Put an expected starter on the register, once, matched with who is known. Opens no case.

    Raises `BeyondCalendar` for a September that no calendar knows.
    """
    _, before = await tx.submissions.chains({*one.ids})
    if before:
        return Arrived(Became.BEFORE, ())
    await take_in(tx, [Received(_submission(one, at))], rules, at=at, new_id=new_id)
    kept = await tx.submissions.find(one.id)
    assert kept is not None
    starter = Starter(
        submission_id=one.id, record_id=kept.record_id, cohort=one.cohort, school_la=one.school_la, starts_on=one.starts_on
    )  # fmt: skip
    await tx.cohorts.add([starter], at)
    if (due := await due_on(tx, starter, rules)) is not None:
        cohort = one.cohort
        named: dict[str, str | int] = {
            "school_urn": cohort.school_urn,
            "september": cohort.september,
            "intake": cohort.intake.value,
        }
        await tx.timers.set_timers([Wanted(DUE, cohort.id, end_of_day(due), named)])
    return Arrived(Became.EXPECTED, one.remarks)


async def due_on(tx: Transaction, starter: Starter, rules: Rules) -> date | None:
    """By when the school is to have said who did not arrive. None: no rule asks for it."""
    days = await tx.calendars.days_of(starter.cohort.school_urn, starter.school_la)
    return report_due_on(rules.cohorts, starter.starts_on, days, rules.days)


async def report(
    tx: Transaction,
    cohort: Cohort,
    absent: Mapping[UUID, bool | None],
    rules: Rules,
    *,
    others_arrived: bool,
    reported_on: date,
    by: UUID,
    at: datetime,
    new_id: NewId,
) -> Mapping[UUID, UUID | None]:
    """A school says who did not arrive, and whether everybody else did. Returns the case of each child who did not.

    `absent`: by child, whether the school has entered the name in its register: then it is an on-roll enquiry, otherwise the child is missing.
    Raises `NotInCohort`, `DecidedInTheFuture`.
    """
    if reported_on > local_date(at):
        raise DecidedInTheFuture("the day of the report lies ahead")
    starters = await tx.cohorts.of_cohort(cohort)
    owners = {
        record: child.id for record, child in (await tx.children.lock({one.record_id for one in starters})).items()
    }
    if not set(absent) <= {*owners.values()}:
        raise NotInCohort("a child who is named was not expected there")
    gone = [
        replace(one, came=Came.DID_NOT_ARRIVE, on_roll=absent[owners[one.record_id]], reported_on=reported_on)
        for one in starters
        if owners[one.record_id] in absent and one.came is not Came.DID_NOT_ARRIVE
    ]
    here = [
        replace(one, came=Came.ARRIVED, on_roll=None, reported_on=reported_on)
        for one in starters
        if others_arrived and owners[one.record_id] not in absent and one.came is not Came.ARRIVED
    ]
    await tx.cohorts.save([*gone, *here], by, at)
    for one in (*gone, *here):
        await _tell(tx, one, owners[one.record_id], by, at)
    await refer_no_more(tx, [one.submission_id for one in here], at=at, because=ARRIVED)
    await say(tx, [_started(one, at, by) for one in here], at=at)
    await _look_for(tx, gone, owners, rules, at=at, new_id=new_id)
    if others_arrived:
        await tx.timers.cancel(cohort.id, DUE)
    cases = await tx.cases.open_of({*absent})
    return {child: cases[child].id if child in cases else None for child in absent}


async def overdue(tx: Transaction, cohort: Cohort, *, at: datetime) -> None:
    """The school has not said who of its expected starters came: somebody asks it, once."""
    waiting = [one for one in await tx.cohorts.of_cohort(cohort) if one.came is Came.EXPECTED]
    if waiting:
        tx.publish(CohortReportOverdue(
            school_urn=cohort.school_urn, school_la=waiting[0].school_la, september=cohort.september,
            intake=IntakeCode(cohort.intake), waiting=len(waiting), starts_on=min(one.starts_on for one in waiting), detected_at=at,
        ))  # fmt: skip


async def _look_for(
    tx: Transaction, gone: Sequence[Starter], owners: Mapping[UUID, UUID], rules: Rules, *, at: datetime, new_id: NewId
) -> None:
    """Each is a referral by rule: ten working days count from the report."""
    wanted = []
    for one in gone:
        kept = await tx.submissions.find(one.submission_id)
        assert kept is not None
        referred = Referred(
            reason=DID_NOT_ARRIVE, referred_at=at, on_roll=bool(one.on_roll), factors=(TRANSITION_POINT,)
        )
        wanted.append((kept, referred))
    await refer(tx, wanted, owners, rules, at=at, new_id=new_id)


async def _tell(tx: Transaction, one: Starter, child_id: UUID, by: UUID | None, at: datetime) -> None:
    event = starter_reported(one, child_id, by, at)
    tx.publish(event)
    await tx.chronology.add([entry(one.record_id, event, at)])


def _started(one: Starter, at: datetime, by: UUID) -> Line:
    return Line(
        record_id=one.record_id, status=LegalStatus.RECEIVING_EDUCATION, since=min(one.starts_on, local_date(at)), learnt_at=at,
        because="cohort_reported", school_urn=one.cohort.school_urn, submission_id=one.submission_id, decided_by=by,
    )  # fmt: skip


def _submission(one: Expected, at: datetime) -> Submission:
    return Submission(
        id=one.id, first_id=one.id, kind=SubmissionKind.EXPECTED_STARTER, reference=f"STARTER-{one.cohort.september}",
        received_at=at, details=one.details, school_urn=one.cohort.school_urn, school_la=one.school_la,
        effective_on=one.starts_on,
    )  # fmt: skip
