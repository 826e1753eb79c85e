"""Anyone who suspects that a child is missing education refers them with SR1a; whatever is said is taken (policy 7)."""

from __future__ import annotations

from cme_calendars import local_date
from cme_contracts.codes import ReferralReason, ReferrerKind
from cme_contracts.people import Child
from cme_contracts.referrals import ReferralRaised, ReferrerNamed
from cme_contracts.sealed import Sealed
from cme_referrals.application.about import checked, filled, filled_about, refuse_the_future
from cme_referrals.application.authority import Authority
from cme_referrals.application.forms import Receipt, Received, ReferralForm
from cme_referrals.application.ports import Intake
from cme_referrals.application.receive import keep, report_concern, school_of
from cme_referrals.domain.completeness import Kind, still_missing


async def receive_referral(tx: Intake, form: ReferralForm, receipt: Receipt, authority: Authority) -> Received:
    """Take a referral. Raises `TooLittleError`, `InTheFutureError` or `NotYourSchoolError`; nothing else is refused.

    Says `ReferrerNamed`, then `ReferralRaised`, and `ConcernReported` where a factor may not wait.
    """
    refuse_the_future(
        local_date(receipt.received_at),
        child__date_of_birth=form.about.child.date_of_birth,
        last_attended_on=form.last_attended_on,
    )
    school_urn = school_of(receipt, form.school_urn)
    school = await tx.schools.find(school_urn) if school_urn else None
    about = checked(form.about, authority)
    received = Received(
        still_missing=still_missing(
            Kind.REFERRAL, _filled(form, school_known=school is not None, about=about.child, receipt=receipt)
        ),
        quarantined=about.quarantined,
    )
    kind = _kind(form, receipt)
    await keep(tx, Kind.REFERRAL, receipt, received, about, referrer_kind=kind, school_urn=school_urn)
    tx.publish(
        ReferrerNamed(
            submission_id=receipt.submission_id,
            first_submission_id=receipt.first_submission_id,
            reference=receipt.reference,
            received_at=receipt.received_at,
            kind=kind,
            school_urn=school_urn if kind is ReferrerKind.SCHOOL else None,
            personal=Sealed(form.referrer),
        ),
        ReferralRaised(
            submission_id=receipt.submission_id,
            first_submission_id=receipt.first_submission_id,
            reference=receipt.reference,
            received_at=receipt.received_at,
            referrer=kind,
            reason=form.reason or ReferralReason.OTHER,
            school_urn=school_urn,
            school_la=school.la_code if school else None,
            home_la=form.home_la,
            on_roll=form.on_roll,
            last_attended_on=form.last_attended_on,
            factors=form.factors or (),
            still_missing=received.still_missing,
            personal=Sealed(about.child),
        ),
    )
    report_concern(tx, receipt, form.factors or (), referrer=kind, on_roll=form.on_roll, child=about.child)
    return received


def _kind(form: ReferralForm, receipt: Receipt) -> ReferrerKind:
    """Who told us. Where nobody said, somebody of the public: the least is disclosed to them."""
    return ReferrerKind.SCHOOL if receipt.school_urn else form.referrer_kind or ReferrerKind.PUBLIC


def _filled(form: ReferralForm, *, school_known: bool, about: Child, receipt: Receipt) -> list[str]:
    named = filled(
        referrer__kind=receipt.school_urn or form.referrer_kind,
        referrer__name=form.referrer.name,
        referrer__role=form.referrer.role,
        referrer__email=form.referrer.email,
        referrer__telephone=form.referrer.telephone,
        school_urn=school_known or None,  # one that is on no list is kept as given, and chased
        on_roll=form.on_roll,
        last_attended_on=form.last_attended_on,
        reason=form.reason,
        enquiries=form.enquiries or None,
        home_la=form.home_la,
    )
    ticked = ["factors"] if form.factors is not None else []  # none ticked is an answer too
    return [*named, *ticked, *filled_about(about)]
