"""Schools tell the council whom they have entered in the admission register and whom they have deleted (policy 5.2)."""

from __future__ import annotations

from cme_calendars import compulsory_school_age, local_date
from cme_contracts.codes import Factor, Ground, ReferrerKind
from cme_contracts.referrals import PupilAdded, PupilDeleted
from cme_contracts.sealed import Sealed
from cme_referrals.application.about import checked, filled, filled_about, refuse_the_future
from cme_referrals.application.authority import Authority
from cme_referrals.application.challenging import announce
from cme_referrals.application.forms import DeletionForm, NewPupilForm, Receipt, Received
from cme_referrals.application.ports import Intake, Returned
from cme_referrals.application.punctuality import keep_timing, time_return
from cme_referrals.application.receive import keep, report_concern
from cme_referrals.application.returning import returning_school
from cme_referrals.domain.completeness import Kind, still_missing
from cme_referrals.domain.rules import Deletion, Known, findings, rule_table

AT_RISK = frozenset({Factor.SECTION_47, Factor.CHILD_PROTECTION_PLAN})
"""What Education Act 1996 s 434A (not in force) looks at."""


async def receive_new_pupil_return(tx: Intake, form: NewPupilForm, receipt: Receipt, authority: Authority) -> Received:
    """Take a new pupil return, however late. Its authority is that of the school (regulation 3).

    Says `PupilAdded`, and `ReturnLate` where it is. Raises any `SubmissionError`.
    """
    refuse_the_future(local_date(receipt.received_at), child__date_of_birth=form.about.child.date_of_birth)
    school = await returning_school(tx, receipt, form.school_urn, authority)
    about = checked(form.about)
    given = [*filled(last_school_urn=form.last_school_urn, home_la=form.home_la), *filled_about(about.child)]
    timed = await time_return(
        tx, Kind.NEW_PUPIL_RETURN, receipt, school, authority, form.entered_on, most_junior_class=form.most_junior_class
    )
    received = Received(
        still_missing=(*still_missing(Kind.NEW_PUPIL_RETURN, given), *school.missing),
        quarantined=about.quarantined,
        timing=timed.timing,
        exempt=timed.exempt,
    )
    await keep(tx, Kind.NEW_PUPIL_RETURN, receipt, received, referrer_kind=ReferrerKind.SCHOOL, school_urn=school.urn)
    tx.publish(
        PupilAdded(
            submission_id=receipt.submission_id,
            first_submission_id=receipt.first_submission_id,
            reference=receipt.reference,
            received_at=receipt.received_at,
            school_urn=school.urn,
            school_la=school.la_code,
            home_la=form.home_la,
            entered_on=form.entered_on,
            due_on=timed.timing.due_on or form.entered_on,
            personal=Sealed(about.child),
        )
    )
    await keep_timing(tx, timed)
    return received


async def receive_deletion_return(tx: Intake, form: DeletionForm, receipt: Receipt, authority: Authority) -> Received:
    """Take a deletion return: what a school says it did, not proof that it was lawful.

    What does not fit its ground is challenged, and taken all the same. Says `PupilDeleted`, `SubmissionChallenged` for
    each rule that is not met or not known, `ReturnLate` where it is, and `ConcernReported` where a factor may not wait.
    Raises any `SubmissionError`.
    """
    refuse_the_future(
        local_date(receipt.received_at),
        child__date_of_birth=form.about.child.date_of_birth,
        last_attended_on=form.last_attended_on,
        recorded_on=form.recorded_on,
        evidence__writing_received_on=form.evidence.writing_received_on,
        evidence__enquiries_signed_on=form.evidence.enquiries_signed_on,
    )
    school = await returning_school(tx, receipt, form.school_urn, authority)
    about = checked(form.about)
    known = form.destination_urn and await tx.schools.find(form.destination_urn)
    given = [
        *filled(
            last_attended_on=form.last_attended_on,
            destination=form.destination_given or None,
            destination__school_urn=known or None,
            home_la=form.home_la,
        ),
        *(["factors"] if form.factors is not None else []),
        *filled_about(about.child),
    ]
    table = rule_table()
    deletion = _deletion(form, receipt, school.urn, table.special(school.listed.type_code if school.listed else None))
    days = await tx.schools.days_of(school.urn, school.la_code) if deletion.counts_school_days else None
    found = findings(Known(deletion=deletion, days=days), table.rules)
    timed = await time_return(tx, Kind.DELETION_RETURN, receipt, school, authority, form.deleted_on)
    received = Received(
        still_missing=(*still_missing(Kind.DELETION_RETURN, given), *_no_start(form), *school.missing),
        quarantined=about.quarantined,
        timing=timed.timing,
        challenges=tuple(found.values()),
    )
    await keep(tx, Kind.DELETION_RETURN, receipt, received, referrer_kind=ReferrerKind.SCHOOL, school_urn=school.urn)
    returned = Returned(
        submission_id=receipt.submission_id,
        first_submission_id=receipt.first_submission_id,
        reference=receipt.reference,
        received_at=receipt.received_at,
        school_la=school.la_code,
        deletion=deletion,
    )
    await tx.challenges.add(returned, received.challenges, at=receipt.received_at)
    tx.publish(
        PupilDeleted(
            submission_id=receipt.submission_id,
            first_submission_id=receipt.first_submission_id,
            reference=receipt.reference,
            received_at=receipt.received_at,
            school_urn=school.urn,
            school_la=school.la_code,
            home_la=form.home_la,
            ground=form.ground,
            deleted_on=form.deleted_on,
            destination_known=form.destination_given,
            destination_urn=form.destination_urn,
            factors=form.factors or (),
            personal=Sealed(about.child),
        )
    )
    announce(tx, returned, received.challenges, at=receipt.received_at)
    await keep_timing(tx, timed)
    report_concern(tx, receipt, form.factors or (), referrer=ReferrerKind.SCHOOL, on_roll=False, child=about.child)
    return received


def _deletion(form: DeletionForm, receipt: Receipt, urn: str, special_school: bool | None) -> Deletion:
    born, evidence = form.about.child.date_of_birth, form.evidence
    return Deletion(
        school_urn=urn,
        ground=form.ground.value,
        deleted_on=form.deleted_on,
        received_on=local_date(receipt.received_at),
        recorded_on=form.recorded_on,
        last_attended_on=form.last_attended_on,
        destination_given=form.destination_given,
        writing_received_on=evidence.writing_received_on,
        stated_day=evidence.stated_day,
        leave_ended_on=evidence.leave_ended_on,
        first_absent_on=evidence.first_absent_on,
        other_code_on=evidence.other_code_on,
        enquiries_signed_on=evidence.enquiries_signed_on,
        placed_by_authority=evidence.placed_by_authority,
        special_school=special_school,
        at_risk=not AT_RISK.isdisjoint(form.factors or ()),
        of_compulsory_school_age=None if born is None else form.deleted_on in compulsory_school_age(born),
    )


def _no_start(form: DeletionForm) -> tuple[str, ...]:
    return ("destination.starts_on",) if form.ground is Ground.A and form.starts_on is None else ()
