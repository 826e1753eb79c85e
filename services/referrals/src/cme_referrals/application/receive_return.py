"""Schools tell the council whom they have entered in the admission register and whom they have deleted (policy 5.2)."""

from __future__ import annotations

from cme_calendars import WorkingDays, local_date
from cme_contracts.codes import ReferrerKind
from cme_contracts.referrals import PupilAdded, PupilDeleted
from cme_contracts.sealed import Sealed
from cme_referrals.application.about import checked, filled, filled_about, refuse_the_future
from cme_referrals.application.forms import DeletionForm, NewPupilForm, Receipt, Received
from cme_referrals.application.ports import Intake
from cme_referrals.application.receive import keep, report_concern, school_of
from cme_referrals.domain.completeness import Kind, still_missing
from cme_referrals.domain.errors import NoSchoolError, UnknownSchoolError
from cme_referrals.domain.tables import new_pupil_return_due


async def receive_new_pupil_return(
    tx: Intake, form: NewPupilForm, receipt: Receipt, *, calendar: WorkingDays, own_la: str | None
) -> Received:
    """Take a new pupil return, however late. `own_la` is this council's: its schools' returns go to it (regulation 3).

    Says `PupilAdded`. Raises any `SubmissionError`.
    """
    refuse_the_future(local_date(receipt.received_at), child__date_of_birth=form.about.child.date_of_birth)
    urn, school_la, listed = await _returning_school(tx, receipt, form.school_urn, own_la)
    about = checked(form.about)
    given = [*filled(last_school_urn=form.last_school_urn, home_la=form.home_la), *filled_about(about.child)]
    received = Received(
        still_missing=(*still_missing(Kind.NEW_PUPIL_RETURN, given), *_unlisted(listed)),
        quarantined=about.quarantined,
        due_on=new_pupil_return_due(form.entered_on, calendar),
    )
    await keep(tx, Kind.NEW_PUPIL_RETURN, receipt, received, referrer_kind=ReferrerKind.SCHOOL, school_urn=urn)
    assert received.due_on is not None
    tx.publish(
        PupilAdded(
            submission_id=receipt.submission_id,
            first_submission_id=receipt.first_submission_id,
            reference=receipt.reference,
            received_at=receipt.received_at,
            school_urn=urn,
            school_la=school_la,
            home_la=form.home_la,
            entered_on=form.entered_on,
            due_on=received.due_on,
            personal=Sealed(about.child),
        )
    )
    return received


async def receive_deletion_return(tx: Intake, form: DeletionForm, receipt: Receipt, *, own_la: str | None) -> Received:
    """Take a deletion return: what a school says it did, not proof that it was lawful.

    Says `PupilDeleted`, and `ConcernReported` where a factor may not wait. Raises any `SubmissionError`.
    """
    refuse_the_future(
        local_date(receipt.received_at),
        child__date_of_birth=form.about.child.date_of_birth,
        last_attended_on=form.last_attended_on,
    )
    urn, school_la, listed = await _returning_school(tx, receipt, form.school_urn, own_la)
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
    received = Received(
        still_missing=(*still_missing(Kind.DELETION_RETURN, given), *_unlisted(listed)), quarantined=about.quarantined
    )
    await keep(tx, Kind.DELETION_RETURN, receipt, received, referrer_kind=ReferrerKind.SCHOOL, school_urn=urn)
    tx.publish(
        PupilDeleted(
            submission_id=receipt.submission_id,
            first_submission_id=receipt.first_submission_id,
            reference=receipt.reference,
            received_at=receipt.received_at,
            school_urn=urn,
            school_la=school_la,
            home_la=form.home_la,
            ground=form.ground,
            deleted_on=form.deleted_on,
            destination_known=form.destination_given,
            destination_urn=form.destination_urn,
            factors=form.factors or (),
            personal=Sealed(about.child),
        )
    )
    report_concern(tx, receipt, form.factors or (), referrer=ReferrerKind.SCHOOL, on_roll=False, child=about.child)
    return received


async def _returning_school(
    tx: Intake, receipt: Receipt, given: str | None, own_la: str | None
) -> tuple[str, str, bool]:
    """The school's URN, its authority, and whether it is on our list; one that is not is taken to be the council's."""
    urn = school_of(receipt, given)
    if urn is None:
        raise NoSchoolError("a return comes from a school")
    school = await tx.schools.find(urn)
    la_code = school.la_code if school else own_la
    if la_code is None:
        raise UnknownSchoolError("this school is not on the list, and the council's own code is not configured")
    return urn, la_code, school is not None


def _unlisted(listed: bool) -> tuple[str, ...]:
    return () if listed else ("school_urn",)
