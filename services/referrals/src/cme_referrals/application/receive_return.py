"""Schools tell the council whom they have entered in the admission register and whom they have deleted (policy 5.2)."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

from cme_calendars import BeyondCalendar, SchoolDays, compulsory_school_age, local_date
from cme_contracts.codes import Factor, Ground, ReferrerKind
from cme_contracts.referrals import PupilAdded, PupilDeleted
from cme_contracts.sealed import Sealed
from cme_referrals.application.about import checked, filled, filled_about, refuse_the_future
from cme_referrals.application.authority import Authority
from cme_referrals.application.challenging import announce
from cme_referrals.application.forms import DeletionForm, NewPupilForm, Receipt, Received
from cme_referrals.application.naming import NamedSchool, named_school, sending_school
from cme_referrals.application.ports import Intake, Returned
from cme_referrals.application.receive import keep, report_concern
from cme_referrals.domain.completeness import Kind, still_missing
from cme_referrals.domain.errors import NoSchoolError, UnknownSchoolError
from cme_referrals.domain.remarks import Doubt
from cme_referrals.domain.rules import Deletion, Known, findings, rule_table
from cme_referrals.domain.school_data import Establishment
from cme_referrals.domain.tables import deletion_exempt, new_pupil_exempt, new_pupil_return_due

AT_RISK = frozenset({Factor.SECTION_47, Factor.CHILD_PROTECTION_PLAN})
"""What Education Act 1996 s 434A (not in force) looks at."""
LAST_MONTH = 8
"""A school year ends with August (Education Act 1996 s 579)."""


async def receive_new_pupil_return(tx: Intake, form: NewPupilForm, receipt: Receipt, authority: Authority) -> Received:
    """Take a new pupil return, however late. Its authority is that of the school (regulation 3).

    Says `PupilAdded`. Raises any `SubmissionError`.
    """
    refuse_the_future(local_date(receipt.received_at), child__date_of_birth=form.about.child.date_of_birth)
    urn, school_la, named = await _returning_school(tx, receipt, form.school_urn, authority)
    last = await named_school(tx, form.last_school_urn, "last_school_urn", form.entered_on)
    about = checked(form.about, authority)
    given = [*filled(last_school_urn=last.urn, home_la=form.home_la), *filled_about(about.child)]
    received = Received(
        still_missing=(*still_missing(Kind.NEW_PUPIL_RETURN, given), *_unlisted(named)),
        quarantined=(*about.quarantined, *named.remarks, *_of_last_school(last)),
        due_on=new_pupil_return_due(form.entered_on, authority.working_days),
        exempt=new_pupil_exempt(
            form.entered_on,
            most_junior_class=form.most_junior_class,
            first_day_of_year=await _first_day_of_year(tx, form, urn, school_la),
            urn=urn,
        ),
    )
    await keep(tx, Kind.NEW_PUPIL_RETURN, receipt, received, about, referrer_kind=ReferrerKind.SCHOOL, school_urn=urn)
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


async def receive_deletion_return(tx: Intake, form: DeletionForm, receipt: Receipt, authority: Authority) -> Received:
    """Take a deletion return: what a school says it did, not proof that it was lawful.

    What does not fit its ground is challenged, and taken all the same. Says `PupilDeleted`, `SubmissionChallenged` for
    each rule that is not met or not known, and `ConcernReported` where a factor may not wait. Raises any `SubmissionError`.
    """
    refuse_the_future(
        local_date(receipt.received_at),
        child__date_of_birth=form.about.child.date_of_birth,
        last_attended_on=form.last_attended_on,
        recorded_on=form.recorded_on,
        evidence__writing_received_on=form.evidence.writing_received_on,
        evidence__enquiries_signed_on=form.evidence.enquiries_signed_on,
        evidence__other_schools_consented_on=form.evidence.other_schools_consented_on,
    )
    urn, school_la, named = await _returning_school(tx, receipt, form.school_urn, authority)
    about = checked(form.about, authority)
    destination = await named_school(
        tx, form.destination_urn, "destination.school_urn", local_date(receipt.received_at)
    )
    destination_known = form.destination_described or destination.urn is not None
    given = [
        *filled(
            last_attended_on=form.last_attended_on,
            destination=destination_known or None,
            destination__school_urn=destination.establishment,
            home_la=form.home_la,
        ),
        *(["factors"] if form.factors is not None else []),
        *filled_about(about.child),
    ]
    deletion = _deletion(form, receipt, urn, named.establishment, destination_known=destination_known)
    counts = deletion.counts_school_days or form.most_senior_class
    days = await tx.schools.days_of(urn, school_la) if counts else None
    found = findings(Known(deletion=deletion, days=days), rule_table().rules)
    received = Received(
        still_missing=(*still_missing(Kind.DELETION_RETURN, given), *_no_start(form), *_unlisted(named)),
        quarantined=(*about.quarantined, *named.remarks, *destination.remarks),
        exempt=_deletion_exempt(form, days, urn),
        challenges=tuple(found.values()),
    )
    await keep(tx, Kind.DELETION_RETURN, receipt, received, about, referrer_kind=ReferrerKind.SCHOOL, school_urn=urn)
    returned = Returned(
        submission_id=receipt.submission_id,
        first_submission_id=receipt.first_submission_id,
        reference=receipt.reference,
        received_at=receipt.received_at,
        school_la=school_la,
        deletion=deletion,
    )
    await tx.challenges.add(returned, received.challenges, at=receipt.received_at)
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
            destination_known=destination_known,
            destination_urn=destination.urn,
            factors=form.factors or (),
            held_by=tuple(one.rule for one in received.challenges if one.still_on_roll),
            personal=Sealed(about.child),
        )
    )
    announce(tx, returned, received.challenges, at=receipt.received_at)
    report_concern(tx, receipt, form.factors or (), referrer=ReferrerKind.SCHOOL, on_roll=False, child=about.child)
    return received


def _deletion(
    form: DeletionForm, receipt: Receipt, urn: str, school: Establishment | None, *, destination_known: bool
) -> Deletion:
    born, table = form.about.child.date_of_birth, rule_table()
    age = compulsory_school_age(born) if born else None
    type_code = school.type_code if school else None
    return Deletion(
        school_urn=urn,
        ground=form.ground.value,
        deleted_on=form.deleted_on,
        received_on=local_date(receipt.received_at),
        recorded_on=form.recorded_on,
        last_attended_on=form.last_attended_on,
        destination_given=destination_known,
        new_address_given=form.new_address_given,
        special_school=table.special(type_code),
        independent_school=table.independent(type_code),
        at_risk=not AT_RISK.isdisjoint(form.factors or ()),
        of_compulsory_school_age=None if age is None else form.deleted_on in age,
        school_age_ends_this_year=None if age is None else age.last_day <= _end_of_year(form.deleted_on),
        **asdict(form.evidence),
    )


def _end_of_year(day: date) -> date:
    """The last day of August that is not before `day`."""
    return date(day.year + (day.month > LAST_MONTH), LAST_MONTH, 31)


def _deletion_exempt(form: DeletionForm, days: SchoolDays | None, urn: str) -> bool | None:
    if form.most_senior_class is None:
        return None
    try:
        last_day = days.last_day_of_school_year(form.deleted_on) if days else None
    except BeyondCalendar:
        last_day = None
    return deletion_exempt(
        form.deleted_on, most_senior_class=form.most_senior_class, last_day_of_year=last_day, urn=urn
    )


async def _first_day_of_year(tx: Intake, form: NewPupilForm, urn: str, school_la: str) -> date | None:
    if not form.most_junior_class:
        return None  # no exemption, whatever the day: the calendar need not be read
    days = await tx.schools.days_of(urn, school_la)
    try:
        return None if days is None else days.first_day_of_school_year(form.entered_on)
    except BeyondCalendar:
        return None


async def _returning_school(
    tx: Intake, receipt: Receipt, given: str | None, authority: Authority
) -> tuple[str, str, NamedSchool]:
    """The school's URN, its authority, and the school; one that is on no list is taken to be the council's."""
    named = await sending_school(tx, receipt, given)
    if named.urn is None:
        raise NoSchoolError("a return comes from a school")
    la_code = named.establishment.la_code if named.establishment else authority.la_code
    if la_code is None:
        raise UnknownSchoolError("this school is not on the list, and the council's own code is not configured")
    return named.urn, la_code, named


def _no_start(form: DeletionForm) -> tuple[str, ...]:
    return ("destination.starts_on",) if form.ground is Ground.A and form.starts_on is None else ()


def _unlisted(named: NamedSchool) -> tuple[str, ...]:
    return () if named.establishment else ("school_urn",)


def _of_last_school(last: NamedSchool) -> tuple[str, ...]:
    """Under which number a school was left is history, and needs no remark."""
    return last.remarks if last.remark and last.remark.doubt is not Doubt.SUCCEEDED else ()
