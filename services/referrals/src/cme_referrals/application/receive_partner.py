"""Health, social care, police, housing and anybody who knows of a child missing education tell the council (policy 5.4)."""

from __future__ import annotations

from cme_calendars import local_date
from cme_contracts.codes_intake import ReferralReason, ReferrerKind
from cme_contracts.people import Child
from cme_referrals.application.about import checked, filled, filled_about, refuse_the_future
from cme_referrals.application.authority import Authority
from cme_referrals.application.forms import PartnerForm, Receipt, Received
from cme_referrals.application.naming import NamedSchool, named_school
from cme_referrals.application.ports import Intake
from cme_referrals.application.raising import raise_referral, referrer_kind
from cme_referrals.application.receive import keep
from cme_referrals.domain.completeness import Kind, still_missing


async def receive_partner_notification(
    tx: Intake, form: PartnerForm, receipt: Receipt, authority: Authority
) -> Received:
    """Take a partner's notification. Raises `TooLittleError` or `InTheFutureError`; nothing else is refused.

    Says `ReferrerNamed`, then `ReferralRaised`, and `ConcernReported` where a factor may not wait.
    """
    refuse_the_future(
        local_date(receipt.received_at),
        child__date_of_birth=form.about.child.date_of_birth,
        last_seen_on=form.last_seen_on,
    )
    named = await named_school(tx, form.school_urn, "school_urn", local_date(receipt.received_at))
    about = checked(form.about, authority)
    kind = referrer_kind(receipt, form.referrer_kind)
    missing = still_missing(Kind.PARTNER_NOTIFICATION, _filled(form, named, about.child))
    received = Received(
        still_missing=(*missing, *_asked_of_health(kind, about.child)),
        quarantined=(*about.quarantined, *named.remarks),
    )
    await keep(tx, Kind.PARTNER_NOTIFICATION, receipt, received, about, referrer_kind=kind, school_urn=named.urn)
    raise_referral(
        tx,
        receipt,
        kind=kind,
        referrer=form.referrer,
        reason=_reason(form),
        school_urn=named.urn,
        sending_urn=None,
        school_la=named.establishment.la_code if named.establishment else None,
        home_la=form.home_la,
        on_roll=form.on_roll,
        last_attended_on=None,  # last seen is not last at school
        factors=form.factors or (),
        still_missing=received.still_missing,
        child=about.child,
    )
    return received


def _reason(form: PartnerForm) -> ReferralReason:
    """A partner answers plain questions. A child whom they can place, and who is on no roll, lacks a school (policy 3)."""
    if form.whereabouts_known is False:
        return ReferralReason.WHEREABOUTS_UNKNOWN
    if form.whereabouts_known and form.on_roll is False:
        return ReferralReason.NO_SCHOOL_PLACE
    return ReferralReason.OTHER


def _filled(form: PartnerForm, school: NamedSchool, child: Child) -> list[str]:
    named = filled(
        child__description=form.described or None,
        referrer__name=form.referrer.name,
        referrer__email=form.referrer.email,
        referrer__telephone=form.referrer.telephone,
        referrer__account=form.follows_by_itself or None,
        in_school=form.in_school,
        on_roll=form.on_roll,
        whereabouts_known=form.whereabouts_known,
        school=school.urn or form.school_named or None,
        last_seen_on=form.last_seen_on,
    )
    ticked = ["factors"] if form.factors is not None else []  # none ticked is an answer too
    return [*named, *ticked, *filled_about(child)]


def _asked_of_health(kind: ReferrerKind, child: Child) -> tuple[str, ...]:
    return ("child.nhs_number",) if kind is ReferrerKind.HEALTH and child.nhs_number is None else ()
