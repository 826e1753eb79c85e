"""The police tell of domestic abuse that a child lived through: Operation Encompass (policy 9; decision 0104)."""

from __future__ import annotations

from cme_calendars import SchoolDays, local_date
from cme_contracts.codes_intake import EncompassRecipient, ReferrerKind
from cme_contracts.encompass import EncompassNotice, EncompassNotified, EncompassReceived
from cme_contracts.people import Child
from cme_contracts.sealed import Sealed
from cme_referrals.application.about import checked, filled, filled_about, refuse_the_future
from cme_referrals.application.authority import Authority
from cme_referrals.application.forms import EncompassForm, Receipt, Received
from cme_referrals.application.naming import named_school
from cme_referrals.application.ports import Intake
from cme_referrals.application.receive import keep
from cme_referrals.domain.completeness import Kind, still_missing
from cme_referrals.domain.encompass import in_time, is_the_councils, next_day
from cme_referrals.domain.errors import NotYourFormError
from cme_referrals.domain.school_data import Establishment


async def receive_encompass_notice(tx: Intake, form: EncompassForm, receipt: Receipt, authority: Authority) -> Received:
    """Take a notice, however late. Raises `NotYourFormError` for a partner who is not the police, or any `SubmissionError`.

    Says `EncompassNotified`, to safeguarding alone, and `EncompassReceived`, which says nothing of the incident.
    """
    if receipt.referrer_kind not in (None, ReferrerKind.POLICE):
        raise NotYourFormError("the police send it, or an officer enters it")
    today = local_date(receipt.received_at)
    refuse_the_future(today, child__date_of_birth=form.about.child.date_of_birth, incident_on=form.incident_on)
    school = await named_school(tx, form.school_urn, "school_urn", today)
    about = checked(form.about, authority)
    to_council = is_the_councils(school.urn, on_roll=form.on_roll, home_educated=form.home_educated)
    days = authority.working_days if to_council else await _days(tx, school.establishment)
    tell_before = next_day(form.incident_on, days)
    given = filled(school_urn=school.establishment, police_reference=form.police_reference)
    received = Received(
        still_missing=still_missing(Kind.ENCOMPASS_NOTICE, [*given, *filled_about(about.child)]),
        quarantined=(*about.quarantined, *school.remarks),
        tell_before=tell_before,
    )
    await keep(
        tx,
        Kind.ENCOMPASS_NOTICE,
        receipt,
        received,
        about,
        referrer_kind=ReferrerKind.POLICE,
        school_urn=school.urn,
    )
    notice = EncompassNotice(
        child=about.child.model_copy(update={"nhs_number": None}),  # the register matches by it, nobody else
        incident_on=form.incident_on,
        police_reference=form.police_reference,
        tell_before=tell_before,
    )
    tx.publish(
        EncompassNotified(
            submission_id=receipt.submission_id,
            first_submission_id=receipt.first_submission_id,
            reference=receipt.reference,
            received_at=receipt.received_at,
            recipient=EncompassRecipient.COUNCIL_OFFICER if to_council else EncompassRecipient.SETTING,
            school_urn=school.urn,
            on_time=in_time(receipt.received_at, tell_before) if tell_before else None,
            personal=Sealed(notice),
        ),
        _that_there_is_one(receipt, about.child),
    )
    return received


async def _days(tx: Intake, school: Establishment | None) -> SchoolDays | None:
    return await tx.schools.days_of(school.urn, school.la_code) if school else None


def _that_there_is_one(receipt: Receipt, child: Child) -> EncompassReceived:
    return EncompassReceived(
        submission_id=receipt.submission_id,
        first_submission_id=receipt.first_submission_id,
        reference=receipt.reference,
        received_at=receipt.received_at,
        personal=Sealed(child),
    )
