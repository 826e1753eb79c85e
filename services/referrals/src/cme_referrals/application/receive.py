"""What every submission goes through: what is kept, what safeguarding must see at once."""

from __future__ import annotations

from cme_calendars import local_date
from cme_contracts.codes import Factor
from cme_contracts.codes_intake import ReferrerKind
from cme_contracts.people import Child
from cme_contracts.referrals import ConcernReported, ConfidentialAddressGiven
from cme_contracts.sealed import Sealed
from cme_referrals.application.about import Checked
from cme_referrals.application.forms import Receipt, Received
from cme_referrals.application.ports import Intake, Submission
from cme_referrals.domain.completeness import Kind
from cme_referrals.domain.tables import at_once


async def keep(
    tx: Intake,
    kind: Kind,
    receipt: Receipt,
    received: Received,
    about: Checked,
    *,
    referrer_kind: ReferrerKind,
    school_urn: str | None,
) -> None:
    """Keep the submission as it came; takes its row, so what is said about it is said in order.

    Says `ConfidentialAddressGiven`, to safeguarding alone, where something was marked confidential.
    """
    await tx.submissions.add(
        Submission(
            id=receipt.submission_id,
            first_submission_id=receipt.first_submission_id,
            reference=receipt.reference,
            kind=kind,
            received_at=receipt.received_at,
            sender=receipt.sender,
            sender_urn=receipt.school_urn,
            referrer_kind=referrer_kind,
            school_urn=school_urn,
            still_missing=received.still_missing,
            quarantined=received.quarantined,
            as_received=receipt.as_received,
            family_id=receipt.family_id,
        )
    )
    if about.withheld.addresses or about.withheld.parents:
        tx.publish(
            ConfidentialAddressGiven(
                submission_id=receipt.submission_id,
                first_submission_id=receipt.first_submission_id,
                reference=receipt.reference,
                received_at=receipt.received_at,
                personal=Sealed(about.withheld),
            )
        )


def report_concern(
    tx: Intake,
    receipt: Receipt,
    factors: tuple[Factor, ...],
    *,
    referrer: ReferrerKind,
    on_roll: bool | None,
    child: Child,
) -> None:
    """Tell safeguarding on the fast lane where a factor may not wait for the register (policy 9)."""
    if not (urgent := at_once(factors, local_date(receipt.received_at))):
        return
    tx.publish(
        ConcernReported(
            submission_id=receipt.submission_id,
            first_submission_id=receipt.first_submission_id,
            reference=receipt.reference,
            received_at=receipt.received_at,
            referrer=referrer,
            on_roll=on_roll,
            factors=tuple(Factor(code) for code in urgent),
            personal=Sealed(child.but(nhs_number=None, former_upns=())),  # the register matches by them, nobody else
        )
    )
