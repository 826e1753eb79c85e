"""What was handed to other teams, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from cme_bus.database import Connection
from cme_register.domain.handover import Handover


class PgHandovers:
    """See `application.ports.Handovers`."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def add(self, handovers: Sequence[Handover], at: datetime) -> set[UUID]:
        if not handovers:
            return set()
        rows = await self._conn.fetch(
            ADD, [one.id for one in handovers], [one.record_id for one in handovers],
            [one.first_submission_id for one in handovers], [one.submission_id for one in handovers],
            [one.team for one in handovers], [one.reason for one in handovers], [one.source for one in handovers], at,
        )  # fmt: skip
        return {row["id"] for row in rows}

    async def of_chain(self, first_submission_id: UUID) -> Sequence[Handover]:
        return [Handover(**row) for row in await self._conn.fetch(OF_CHAIN, first_submission_id)]


ADD = """
INSERT INTO handover (id, record_id, first_submission_id, submission_id, team, reason, source, handed_over_at)
SELECT new.*, $8
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[]) AS new
ON CONFLICT (first_submission_id, team, reason) DO NOTHING
RETURNING id"""

OF_CHAIN = """
SELECT h.id, h.record_id, h.submission_id, h.first_submission_id, s.reference, h.team, h.reason, h.source
FROM handover AS h JOIN submission AS s ON s.id = h.submission_id
WHERE h.first_submission_id = $1 ORDER BY h.handed_over_at, h.team, h.reason"""
