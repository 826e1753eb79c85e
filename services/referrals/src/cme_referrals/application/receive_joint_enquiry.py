"""A school signs its half of the joint enquiries of ground (h) or (i) (policy 5.2.4, regulation 9(1)(h) and (i))."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from cme_calendars import local_date
from cme_contracts.codes_intake import Ground, ReferrerKind
from cme_contracts.referrals import JointEnquirySigned
from cme_contracts.sealed import Sealed
from cme_referrals.application.about import checked, filled, filled_about, refuse_the_future
from cme_referrals.application.authority import Authority
from cme_referrals.application.forms import About, Receipt, Received
from cme_referrals.application.ports import Intake
from cme_referrals.application.receive import keep
from cme_referrals.application.returning import heading, returning_school
from cme_referrals.domain.completeness import Kind, still_missing


@dataclass(frozen=True, slots=True, kw_only=True)
class JointEnquiryForm:
    """The school's half. None: not said."""

    about: About
    ground: Ground
    """h or i."""
    found: bool
    signed_on: date
    return_expected: bool | None = None
    """Whether the school has reasonable grounds to expect the child back."""
    began_on: date | None = None
    """h: the last day of the leave; i: the first day of the absence."""
    enquiries: tuple[date, ...] = ()
    """The days of the enquiries that the school made."""
    school_urn: str | None = None
    home_la: str | None = None


async def receive_joint_enquiry(tx: Intake, form: JointEnquiryForm, receipt: Receipt, authority: Authority) -> Received:
    """Take the school's half; the council's is signed in the register. Says `JointEnquirySigned`.

    Raises any `SubmissionError`.
    """
    refuse_the_future(
        local_date(receipt.received_at),
        child__date_of_birth=form.about.child.date_of_birth,
        signed_on=form.signed_on,
        began_on=form.began_on,
        enquiries__made_on=max(form.enquiries, default=None),
    )
    school = await returning_school(tx, receipt, form.school_urn, authority)
    about = checked(form.about, authority)
    given = [
        *filled(began_on=form.began_on, enquiries=form.enquiries, home_la=form.home_la),
        *(["return_expected"] if form.return_expected is not None or not form.found else []),
        *filled_about(about.child),
    ]
    received = Received(
        still_missing=(*still_missing(Kind.JOINT_ENQUIRY, given), *school.missing),
        quarantined=(*about.quarantined, *school.remarks),
    )
    await keep(
        tx, Kind.JOINT_ENQUIRY, receipt, received, about, referrer_kind=ReferrerKind.SCHOOL, school_urn=school.urn
    )
    tx.publish(
        JointEnquirySigned(
            **heading(receipt, school, form.home_la),
            ground=form.ground,
            began_on=form.began_on,
            enquiries=len(form.enquiries),
            found=form.found,
            return_expected=form.return_expected,
            signed_on=form.signed_on,
            personal=Sealed(about.child),
        )
    )
    return received
