"""Schools say that a pupil's record has gone on: to the Lost Pupil Database, or to the next school (policy 5.2.3)."""

from __future__ import annotations

from cme_calendars import local_date
from cme_contracts.codes_intake import ReferrerKind
from cme_contracts.returns import LostPupilRecorded, TransferFileSent
from cme_contracts.sealed import Sealed
from cme_referrals.application.about import checked, filled, filled_about, refuse_the_future
from cme_referrals.application.authority import Authority
from cme_referrals.application.forms import Receipt, Received
from cme_referrals.application.forms_returns import LostPupilForm, TransferFileForm
from cme_referrals.application.ports import Intake
from cme_referrals.application.punctuality import keep_timing, time_return
from cme_referrals.application.receive import keep
from cme_referrals.application.returning import heading, returning_school
from cme_referrals.domain.completeness import Kind, still_missing
from cme_referrals.domain.transfer_files import DESTINATION, OUTSIDE, UNKNOWN, destination_of


async def receive_lost_pupil_record(
    tx: Intake, form: LostPupilForm, receipt: Receipt, authority: Authority
) -> Received:
    """Take that a record was uploaded. It is in time by the day of the upload, not of this form.

    A file name that cannot be one of the Lost Pupil Database is kept aside. Says `LostPupilRecorded`, and `ReturnLate`
    where the upload was. Raises any `SubmissionError`.
    """
    kind = Kind.LOST_PUPIL_RECORD
    refuse_the_future(
        local_date(receipt.received_at),
        child__date_of_birth=form.about.child.date_of_birth,
        uploaded_on=form.uploaded_on,
        deleted_on=form.deleted_on,
    )
    school = await returning_school(tx, receipt, form.school_urn, authority)
    about = checked(form.about, authority)
    lost = form.file_name is not None and destination_of(form.file_name) in {UNKNOWN, OUTSIDE}
    given = [
        *filled(deleted_on=form.deleted_on, file_name=form.file_name, home_la=form.home_la),
        *filled_about(about.child),
    ]
    timed = await time_return(tx, kind, receipt, school, authority, form.deleted_on, done_on=form.uploaded_on)
    received = Received(
        still_missing=(*still_missing(kind, given), *school.missing),
        quarantined=(*about.quarantined, *school.remarks, *(() if lost or form.file_name is None else ("file_name",))),
        timing=timed.timing,
    )
    await keep(tx, kind, receipt, received, about, referrer_kind=ReferrerKind.SCHOOL, school_urn=school.urn)
    tx.publish(
        LostPupilRecorded(
            **heading(receipt, school, form.home_la),
            uploaded_on=form.uploaded_on,
            deleted_on=form.deleted_on,
            file_name=form.file_name if lost else None,
            personal=Sealed(about.child),
        )
    )
    await keep_timing(tx, timed)
    return received


async def receive_transfer_file(tx: Intake, form: TransferFileForm, receipt: Receipt, authority: Authority) -> Received:
    """Take that a Common Transfer File was sent. It is in time by the day on which it was sent, not of this form.

    A file name or a destination that cannot be one, or that contradict each other, are kept aside. Says
    `TransferFileSent`, and `ReturnLate` where the file was. Raises any `SubmissionError`.
    """
    kind = Kind.CTF_SENT
    refuse_the_future(
        local_date(receipt.received_at),
        child__date_of_birth=form.about.child.date_of_birth,
        sent_on=form.sent_on,
        deleted_on=form.deleted_on,
    )
    school = await returning_school(tx, receipt, form.school_urn, authority)
    about = checked(form.about, authority)
    destination, file_name, aside = _believed(form)
    given = [
        *filled(
            deleted_on=form.deleted_on,
            file_name=form.file_name,
            destination_laestab=form.destination or destination,
            home_la=form.home_la,
        ),
        *filled_about(about.child),
    ]
    timed = await time_return(tx, kind, receipt, school, authority, form.deleted_on, done_on=form.sent_on)
    received = Received(
        still_missing=(*still_missing(kind, given), *school.missing),
        quarantined=(*about.quarantined, *school.remarks, *aside),
        timing=timed.timing,
    )
    await keep(tx, kind, receipt, received, about, referrer_kind=ReferrerKind.SCHOOL, school_urn=school.urn)
    tx.publish(
        TransferFileSent(
            **heading(receipt, school, form.home_la),
            sent_on=form.sent_on,
            deleted_on=form.deleted_on,
            destination=destination,
            file_name=file_name,
            personal=Sealed(about.child),
        )
    )
    await keep_timing(tx, timed)
    return received


def _believed(form: TransferFileForm) -> tuple[str | None, str | None, tuple[str, ...]]:
    """Destination and file name as far as they can be right together, and the fields that are kept aside."""
    said = form.destination.upper() if form.destination else None
    named = destination_of(form.file_name) if form.file_name else None
    aside = []
    if said and not DESTINATION.fullmatch(said):
        aside.append("destination_laestab")
        said = None
    if form.file_name and named is None:
        aside.append("file_name")
    if said and named and said != named:
        return None, None, ("destination_laestab", "file_name")
    return said or named, form.file_name if named else None, tuple(aside)
