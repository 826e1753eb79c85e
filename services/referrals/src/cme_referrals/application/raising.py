"""What is said when somebody tells the council about a child, whichever form they used (policy 5.4, 7)."""

from __future__ import annotations

from datetime import date

from cme_contracts.codes import Factor
from cme_contracts.codes_intake import ReferralReason, ReferrerKind
from cme_contracts.people import Child, Referrer
from cme_contracts.referrals import EnquiryMade, ReferralRaised, ReferrerNamed
from cme_contracts.sealed import Sealed
from cme_referrals.application.forms import Receipt
from cme_referrals.application.ports import Intake
from cme_referrals.application.receive import report_concern


def referrer_kind(receipt: Receipt, given: ReferrerKind | None) -> ReferrerKind:
    """Who told us: as the token says, else the form. Where nobody said, the public: the least is disclosed to them."""
    if receipt.school_urn:
        return ReferrerKind.SCHOOL
    return receipt.referrer_kind or given or ReferrerKind.PUBLIC


def raise_referral(
    tx: Intake,
    receipt: Receipt,
    *,
    kind: ReferrerKind,
    referrer: Referrer,
    reason: ReferralReason,
    school_urn: str | None,
    sending_urn: str | None,
    school_la: str | None,
    home_la: str | None,
    on_roll: bool | None,
    last_attended_on: date | None,
    factors: tuple[Factor, ...],
    still_missing: tuple[str, ...],
    child: Child,
    enquiries: tuple[EnquiryMade, ...] = (),
) -> None:
    """Say `ReferrerNamed`, then `ReferralRaised`, and `ConcernReported` where a factor may not wait.

    `school_urn` is the child's school, `sending_urn` the one that tells us. Whoever calls has kept the submission: its row is the lock.
    """
    tx.publish(
        ReferrerNamed(
            submission_id=receipt.submission_id,
            first_submission_id=receipt.first_submission_id,
            reference=receipt.reference,
            received_at=receipt.received_at,
            kind=kind,
            school_urn=sending_urn if kind is ReferrerKind.SCHOOL else None,
            personal=Sealed(referrer),
        ),
        ReferralRaised(
            submission_id=receipt.submission_id,
            first_submission_id=receipt.first_submission_id,
            reference=receipt.reference,
            received_at=receipt.received_at,
            referrer=kind,
            reason=reason,
            school_urn=school_urn,
            school_la=school_la,
            home_la=home_la,
            on_roll=on_roll,
            last_attended_on=last_attended_on,
            factors=factors,
            still_missing=still_missing,
            family_id=receipt.family_id,
            enquiries=enquiries,
            personal=Sealed(child),
        ),
    )
    report_concern(tx, receipt, factors, referrer=kind, on_roll=on_roll, child=child)
