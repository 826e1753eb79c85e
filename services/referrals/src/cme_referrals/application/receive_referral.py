"""Anyone who suspects that a child is missing education refers them with SR1a; whatever is said is taken (policy 7)."""

from __future__ import annotations

from cme_calendars import local_date
from cme_contracts.codes_intake import ReferralReason
from cme_contracts.people import Child
from cme_referrals.application.about import checked, filled, filled_about, refuse_the_future
from cme_referrals.application.authority import Authority
from cme_referrals.application.forms import Receipt, Received, ReferralForm
from cme_referrals.application.naming import childs_school
from cme_referrals.application.ports import Intake
from cme_referrals.application.raising import raise_referral, referrer_kind
from cme_referrals.application.receive import keep
from cme_referrals.domain.completeness import Kind, asked_of_a_school, still_missing


async def receive_referral(tx: Intake, form: ReferralForm, receipt: Receipt, authority: Authority) -> Received:
    """Take a referral. Raises `TooLittleError` or `InTheFutureError`; nothing else is refused.

    A school may refer a child of another: one who never arrived, a brother or sister. It learns no more by it.
    Says `ReferrerNamed`, then `ReferralRaised`, and `ConcernReported` where a factor may not wait.
    """
    refuse_the_future(
        local_date(receipt.received_at),
        child__date_of_birth=form.about.child.date_of_birth,
        last_attended_on=form.last_attended_on,
    )
    named, sending_urn = await childs_school(tx, receipt, form.school_urn)
    school = named.establishment
    about = checked(form.about, authority)
    received = Received(
        still_missing=still_missing(
            Kind.REFERRAL,
            _filled(form, school_known=school is not None, about=about.child, receipt=receipt),
            by_school=receipt.school_urn is not None,
        ),
        quarantined=(*about.quarantined, *named.remarks),
    )
    kind = referrer_kind(receipt, form.referrer_kind)
    await keep(tx, Kind.REFERRAL, receipt, received, about, referrer_kind=kind, school_urn=named.urn)
    raise_referral(
        tx,
        receipt,
        kind=kind,
        referrer=form.referrer,
        reason=form.reason or ReferralReason.OTHER,
        school_urn=named.urn,
        sending_urn=sending_urn,
        school_la=school.la_code if school else None,
        home_la=form.home_la,
        on_roll=form.on_roll,
        last_attended_on=form.last_attended_on,
        factors=tuple(dict.fromkeys((*(form.factors or ()), *form.known_factors))),
        still_missing=received.still_missing,
        child=about.child,
        enquiries=form.enquiries,
    )
    return received


def _filled(form: ReferralForm, *, school_known: bool, about: Child, receipt: Receipt) -> list[str]:
    named = filled(
        referrer__kind=receipt.school_urn or receipt.referrer_kind or form.referrer_kind,
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
    besides = [name for name in asked_of_a_school(Kind.REFERRAL) if name in form.also_given]
    return [*named, *ticked, *besides, *filled_about(about)]
