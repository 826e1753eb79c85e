"""What the register has recorded about children, as far as rules look at it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cme_bus.database import Connection
from cme_referrals.domain.rules import Consent, Elsewhere, JointEnquiry, Order

PUT_ORDER = """
INSERT INTO attendance_order AS old (order_id, order_number, school_urn, in_force_from, in_force_to, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (order_id) DO UPDATE
SET order_number = excluded.order_number, school_urn = excluded.school_urn, in_force_from = excluded.in_force_from,
    in_force_to = excluded.in_force_to, recorded_at = excluded.recorded_at
WHERE old.recorded_at <= excluded.recorded_at"""

PUT_CONSENT = """
INSERT INTO consent (consent_id, kind, given, decided_on, school_urn, recorded_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (consent_id) DO NOTHING"""

ORDERS = """
SELECT school_urn, in_force_from, in_force_to FROM attendance_order JOIN whose ON subject = order_id WHERE child_id = $1"""
CONSENTS = """
SELECT kind, given, decided_on, school_urn FROM consent JOIN whose ON subject = consent_id WHERE child_id = $1
ORDER BY recorded_at, consent_id"""

PUT_JOINT = """
INSERT INTO joint_enquiry AS old
    (enquiry_id, school_urn, ground, began_on, decision, school_signed_on, authority_signed_on, decided_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (enquiry_id) DO UPDATE
SET began_on = excluded.began_on, decision = excluded.decision, school_signed_on = excluded.school_signed_on,
    authority_signed_on = excluded.authority_signed_on, decided_at = excluded.decided_at
WHERE old.decided_at <= excluded.decided_at"""
JOINT = """
SELECT school_urn, ground, began_on, decision, school_signed_on, authority_signed_on
FROM joint_enquiry JOIN whose ON subject = enquiry_id WHERE child_id = $1 ORDER BY decided_at, enquiry_id"""


class PostgresElsewhere:
    """Implements the port `Elsewheres`."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def put_order(self, order_id: UUID, number: str, order: Order, *, at: datetime) -> None:
        """See the port."""
        await self._conn.execute(
            PUT_ORDER, order_id, number, order.school_urn, order.in_force_from, order.in_force_to, at
        )

    async def put_consent(self, consent_id: UUID, consent: Consent, *, at: datetime) -> None:
        """See the port."""
        await self._conn.execute(
            PUT_CONSENT, consent_id, consent.kind, consent.given, consent.decided_on, consent.school_urn, at
        )

    async def put_joint_enquiry(self, enquiry_id: UUID, enquiry: JointEnquiry, *, at: datetime) -> None:
        """See the port."""
        await self._conn.execute(
            PUT_JOINT,
            enquiry_id,
            enquiry.school_urn,
            enquiry.ground,
            enquiry.began_on,
            enquiry.decision,
            enquiry.school_signed_on,
            enquiry.authority_signed_on,
            at,
        )

    async def of_child(self, child_id: UUID) -> Elsewhere:
        """See the port."""
        return Elsewhere(
            orders=tuple(Order(**row) for row in await self._conn.fetch(ORDERS, child_id)),
            consents=tuple(Consent(**row) for row in await self._conn.fetch(CONSENTS, child_id)),
            joint_enquiries=tuple(JointEnquiry(**row) for row in await self._conn.fetch(JOINT, child_id)),
        )
