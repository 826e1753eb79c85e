"""Orders and consents, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from cme_bus.database import Connection
from cme_register.domain.recorded import Consent, Order


class PgRecorded:
    """See `application.ports.Recorded`."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def put_order(self, child_id: UUID, order: Order, *, order_id: UUID, by: UUID, at: datetime) -> UUID | None:
        kept: UUID | None = await self._conn.fetchval(
            PUT_ORDER,
            order_id,
            child_id,
            order.number,
            order.school_urn,
            order.in_force_from,
            order.in_force_to,
            by,
            at,
        )
        return kept

    async def add_consent(self, child_id: UUID, consent: Consent, *, consent_id: UUID, by: UUID, at: datetime) -> None:
        await self._conn.execute(
            ADD_CONSENT,
            consent_id,
            child_id,
            consent.kind,
            consent.given,
            consent.decided_on,
            consent.school_urn,
            by,
            at,
        )

    async def of_records(self, record_ids: Collection[UUID]) -> tuple[UUID, ...]:
        rows = await self._conn.fetch(OF_RECORDS, list(record_ids))
        return tuple(row["id"] for row in rows)


OF_RECORDS = """
SELECT id, 1 AS kind FROM attendance_order WHERE record_id = ANY($1)
UNION ALL SELECT id, 2 FROM consent WHERE record_id = ANY($1)
UNION ALL SELECT id, 3 FROM joint_enquiry WHERE record_id = ANY($1) ORDER BY kind, id"""

PUT_ORDER = """
INSERT INTO attendance_order AS old
    (id, record_id, order_number, school_urn, in_force_from, in_force_to, recorded_by, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (order_number) DO UPDATE
SET record_id = excluded.record_id, school_urn = excluded.school_urn, in_force_from = excluded.in_force_from,
    in_force_to = excluded.in_force_to, recorded_by = excluded.recorded_by, recorded_at = excluded.recorded_at
WHERE (SELECT shown_as FROM child WHERE child.id = old.record_id) = excluded.record_id
RETURNING id"""

ADD_CONSENT = """
INSERT INTO consent (id, record_id, kind, given, decided_on, school_urn, recorded_by, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"""
