"""Schools' other returns: who is to be educated at home, who does not come, who is ill (policy 5.2, 5.3; regulation 13)."""

from __future__ import annotations

from cme_calendars import local_date
from cme_contracts.codes_intake import ReferrerKind
from cme_contracts.returns import AttendanceReturned, HomeEducationNotified, SicknessReturned
from cme_contracts.sealed import Sealed
from cme_referrals.application.about import checked, filled, filled_about, refuse_the_future
from cme_referrals.application.authority import Authority
from cme_referrals.application.forms import Receipt, Received
from cme_referrals.application.forms_returns import AttendanceForm, HomeEducationForm, SicknessForm
from cme_referrals.application.ports import Intake
from cme_referrals.application.punctuality import keep_timing, time_return
from cme_referrals.application.receive import keep, report_concern
from cme_referrals.application.returning import heading, returning_school
from cme_referrals.domain.completeness import Kind, still_missing


async def receive_home_education(
    tx: Intake, form: HomeEducationForm, receipt: Receipt, authority: Authority
) -> Received:
    """Take a notice of home education, a school's or one that a parent wrote to the council.

    Says `HomeEducationNotified`, `ReturnLate` where a school's is, and `ConcernReported` where a factor may not wait.
    What the council was told itself is nobody's return, and so never late. Raises any `SubmissionError`.
    """
    kind = Kind.HOME_EDUCATION_NOTIFICATION
    refuse_the_future(
        local_date(receipt.received_at),
        child__date_of_birth=form.about.child.date_of_birth,
        writing_received_on=form.writing_received_on,
    )
    by_school = receipt.school_urn is not None
    school = await returning_school(tx, receipt, form.school_urn, authority) if by_school or form.school_urn else None
    about = checked(form.about, authority)
    given = [
        *filled(
            writing_received_on=form.writing_received_on,
            stated_day=form.stated_day,
            school_urn=school,
            home_la=form.home_la,
        ),
        *_ticked(form.factors),
        *filled_about(about.child),
    ]
    timed = None
    if by_school and school:
        timed = await time_return(tx, kind, receipt, school, authority, form.writing_received_on)
    received = Received(
        still_missing=tuple(dict.fromkeys((*still_missing(kind, given), *(school.missing if school else ())))),
        quarantined=(*about.quarantined, *(school.remarks if school else ())),
        timing=timed.timing if timed else None,
    )
    sender = ReferrerKind.SCHOOL if by_school else ReferrerKind.PARENT
    await keep(tx, kind, receipt, received, about, referrer_kind=sender, school_urn=school.urn if school else None)
    tx.publish(
        HomeEducationNotified(
            submission_id=receipt.submission_id,
            first_submission_id=receipt.first_submission_id,
            reference=receipt.reference,
            received_at=receipt.received_at,
            school_urn=school.urn if school else None,
            school_la=school.la_code if school else None,
            home_la=form.home_la,
            writing_received_on=form.writing_received_on,
            stated_day=form.stated_day,
            factors=form.factors or (),
            personal=Sealed(about.child),
        )
    )
    if timed:
        await keep_timing(tx, timed)
    report_concern(tx, receipt, form.factors or (), referrer=sender, on_roll=None, child=about.child)
    return received


async def receive_attendance_return(
    tx: Intake, form: AttendanceForm, receipt: Receipt, authority: Authority
) -> Received:
    """Take an attendance return. A child on a roll is not missing education in law: it is for the attendance team.

    Says `AttendanceReturned`, `ReturnLate` where it is, and `ConcernReported` where a factor may not wait. Raises any
    `SubmissionError`.
    """
    kind = Kind.ATTENDANCE_RETURN
    refuse_the_future(
        local_date(receipt.received_at),
        child__date_of_birth=form.about.child.date_of_birth,
        first_absent_on=form.first_absent_on,
    )
    school = await returning_school(tx, receipt, form.school_urn, authority)
    about = checked(form.about, authority)
    given = [
        *filled(
            first_absent_on=form.first_absent_on,
            codes=form.codes,
            cause=form.cause_given or None,
            enquiries=form.enquiries or None,
            home_la=form.home_la,
        ),
        *_ticked(form.factors),
        *filled_about(about.child),
    ]
    timed = await time_return(tx, kind, receipt, school, authority, form.first_absent_on)
    received = Received(
        still_missing=(*still_missing(kind, given), *school.missing),
        quarantined=(*about.quarantined, *school.remarks),
        timing=timed.timing,
    )
    await keep(tx, kind, receipt, received, about, referrer_kind=ReferrerKind.SCHOOL, school_urn=school.urn)
    tx.publish(
        AttendanceReturned(
            **heading(receipt, school, form.home_la),
            first_absent_on=form.first_absent_on,
            codes=form.codes,
            cause_known=form.cause_given,
            enquiries=form.enquiries,
            factors=form.factors or (),
            personal=Sealed(about.child),
        )
    )
    await keep_timing(tx, timed)
    report_concern(tx, receipt, form.factors or (), referrer=ReferrerKind.SCHOOL, on_roll=True, child=about.child)
    return received


async def receive_sickness_return(tx: Intake, form: SicknessForm, receipt: Receipt, authority: Authority) -> Received:
    """Take a sickness return: education for a child who is ill is the council's to arrange (section 19); no case.

    Says `SicknessReturned`, and `ReturnLate` where it is. Raises any `SubmissionError`.
    """
    kind = Kind.SICKNESS_RETURN
    refuse_the_future(
        local_date(receipt.received_at),
        child__date_of_birth=form.about.child.date_of_birth,
        first_absent_on=form.first_absent_on,
        grounds_on=form.grounds_on,
    )
    school = await returning_school(tx, receipt, form.school_urn, authority)
    about = checked(form.about, authority)
    given = [
        *filled(first_absent_on=form.first_absent_on, grounds_on=form.grounds_on, home_la=form.home_la),
        *filled_about(about.child),
    ]
    timed = await time_return(tx, kind, receipt, school, authority, form.grounds_on)
    received = Received(
        still_missing=(*still_missing(kind, given), *school.missing),
        quarantined=(*about.quarantined, *school.remarks),
        timing=timed.timing,
    )
    await keep(tx, kind, receipt, received, about, referrer_kind=ReferrerKind.SCHOOL, school_urn=school.urn)
    tx.publish(
        SicknessReturned(
            **heading(receipt, school, form.home_la),
            first_absent_on=form.first_absent_on,
            grounds_on=form.grounds_on,
            expected_back_on=form.expected_back_on,
            personal=Sealed(about.child),
        )
    )
    await keep_timing(tx, timed)
    return received


def _ticked(factors: object) -> list[str]:
    """None ticked is an answer too."""
    return ["factors"] if factors is not None else []
