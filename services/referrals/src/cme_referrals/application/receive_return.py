"""Schools tell the council whom they have entered in the admission register and whom they have deleted (policy 5.2)."""

from __future__ import annotations

from dataclasses import fields
from datetime import date

from cme_calendars import compulsory_school_age, local_date
from cme_contracts.codes import Factor
from cme_contracts.codes_intake import Ground, ReferrerKind
from cme_contracts.referrals import PupilAdded, PupilDeleted
from cme_contracts.sealed import Sealed
from cme_referrals.application.about import checked, filled, filled_about, refuse_the_future
from cme_referrals.application.authority import Authority
from cme_referrals.application.challenging import announce
from cme_referrals.application.forms import DeletionForm, Evidence, NewPupilForm, Receipt, Received
from cme_referrals.application.naming import NamedSchool, named_school
from cme_referrals.application.ports import Intake, Returned
from cme_referrals.application.punctuality import keep_timing, time_return
from cme_referrals.application.receive import keep, report_concern
from cme_referrals.application.returning import heading, returning_school
from cme_referrals.domain.completeness import Kind, still_missing
from cme_referrals.domain.remarks import Doubt
from cme_referrals.domain.rules import Deletion, Known, findings, rule_table
from cme_referrals.domain.school_data import Establishment

AT_RISK = frozenset({Factor.SECTION_47, Factor.CHILD_PROTECTION_PLAN})
"""What Education Act 1996 s 434A (not in force) looks at."""
EVIDENCE = tuple(one.name for one in fields(Evidence))
LAST_MONTH = 8
"""A school year ends with August (Education Act 1996 s 579)."""


async def receive_new_pupil_return(tx: Intake, form: NewPupilForm, receipt: Receipt, authority: Authority) -> Received:
    """Take a new pupil return, however late. Its authority is that of the school (regulation 3).

    Says `PupilAdded`, and `ReturnLate` where it is. Raises any `SubmissionError`.
    """
    refuse_the_future(local_date(receipt.received_at), child__date_of_birth=form.about.child.date_of_birth)
    school = await returning_school(tx, receipt, form.school_urn, authority)
    last = await named_school(tx, form.last_school_urn, "last_school_urn", form.entered_on)
    about = checked(form.about, authority)
    given = [*filled(last_school_urn=last.urn, home_la=form.home_la), *filled_about(about.child)]
    timed = await time_return(
        tx, Kind.NEW_PUPIL_RETURN, receipt, school, authority, form.entered_on, in_class=form.most_junior_class
    )
    received = Received(
        still_missing=(*still_missing(Kind.NEW_PUPIL_RETURN, given), *school.missing),
        quarantined=(*about.quarantined, *school.remarks, *_of_last_school(last)),
        timing=timed.timing,
        exempt=timed.exempt,
    )
    await keep(
        tx, Kind.NEW_PUPIL_RETURN, receipt, received, about, referrer_kind=ReferrerKind.SCHOOL, school_urn=school.urn
    )
    tx.publish(
        PupilAdded(
            **heading(receipt, school, form.home_la),
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
        evidence__other_schools_consented_on=form.evidence.other_schools_consented_on,
    )
    school = await returning_school(tx, receipt, form.school_urn, authority)
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
    deletion = _deletion(form, receipt, school.urn, school.listed, destination_known=destination_known)
    days = await tx.schools.days_of(school.urn, school.la_code) if deletion.counts_school_days else None
    found = findings(Known(deletion=deletion, days=days), rule_table().rules)
    timed = await time_return(
        tx,
        Kind.DELETION_RETURN,
        receipt,
        school,
        authority,
        form.deleted_on,
        in_class=form.most_senior_class,
        ground=form.ground,
    )
    received = Received(
        still_missing=(*still_missing(Kind.DELETION_RETURN, given), *_no_start(form), *school.missing),
        quarantined=(*about.quarantined, *school.remarks, *destination.remarks),
        timing=timed.timing,
        exempt=timed.exempt,
        challenges=tuple(found.values()),
    )
    await keep(
        tx, Kind.DELETION_RETURN, receipt, received, about, referrer_kind=ReferrerKind.SCHOOL, school_urn=school.urn
    )
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
            **heading(receipt, school, form.home_la),
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
    await keep_timing(tx, timed)
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
        **{name: getattr(form.evidence, name) for name in EVIDENCE},
    )


def _end_of_year(day: date) -> date:
    """The last day of August that is not before `day`."""
    return date(day.year + (day.month > LAST_MONTH), LAST_MONTH, 31)


def _no_start(form: DeletionForm) -> tuple[str, ...]:
    return ("destination.starts_on",) if form.ground is Ground.A and form.starts_on is None else ()


def _of_last_school(last: NamedSchool) -> tuple[str, ...]:
    """Under which number a school was left is history, and needs no remark."""
    return last.remarks if last.remark and last.remark.doubt is not Doubt.SUCCEEDED else ()
