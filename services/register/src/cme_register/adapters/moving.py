"""Giving what stands with one record to another, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from cme_bus.database import Connection


class PgMoving:
    """See `application.ports_moving.Moving`."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def chain(self, first_id: UUID, from_record: UUID, to_record: UUID, at: datetime) -> set[UUID]:
        for statement in OF_CHAIN:
            await self._conn.execute(statement, first_id, to_record)
        for statement in OF_CHAIN_AND_RECORD:
            await self._conn.execute(statement, first_id, to_record, from_record)
        return {row["enquiry_id"] for row in await self._conn.fetch(UNSIGN, first_id, to_record, at)}

    async def cases(self, case_ids: Collection[UUID], from_record: UUID, to_record: UUID) -> None:
        if case_ids:
            for statement in OF_CASES:
                await self._conn.execute(statement, list(case_ids), to_record)
            await self._conn.execute(PLACES_TOLD, to_record, from_record)


SENT = "(SELECT id FROM submission WHERE first_id = $1)"

OF_CHAIN = (
    "UPDATE submission SET record_id = $2, matched_by = CASE WHEN id = first_id THEN '{}' ELSE matched_by END WHERE first_id = $1",
    "UPDATE handover SET record_id = $2 WHERE first_submission_id = $1",
    "UPDATE authority_concerned SET record_id = $2 WHERE first_submission_id = $1",
    "UPDATE status_line SET record_id = $2 WHERE first_submission_id = $1 AND case_id IS NULL",
    f"UPDATE age_watch SET record_id = $2 WHERE submission_id IN {SENT}",
    f"UPDATE expected_starter SET record_id = $2 WHERE submission_id IN {SENT}",
    f"DELETE FROM submission_match WHERE submission_id IN {SENT} AND $2::uuid IS NOT NULL",
    """UPDATE joint_enquiry SET record_id = $2 WHERE id IN (
        SELECT enquiry_id FROM joint_signature WHERE party = 'school' GROUP BY enquiry_id
        HAVING bool_and(first_submission_id = $1))""",
)

OF_CHAIN_AND_RECORD = (
    f"""UPDATE chronology SET subject = $2 WHERE subject = $3 AND detail->>'submission_id' IN (SELECT id::text FROM {SENT} AS sent)
    AND what IN ('register.evidence.noted', 'cme.match.proposed.v1', 'cme.identifier.quarantined.v1')""",
    f"""UPDATE review_pair AS pair SET one_id = least($2, other), other_id = greatest($2, other)
    FROM (SELECT id, CASE one_id WHEN $3 THEN other_id ELSE one_id END AS other FROM review_pair
          WHERE state = 'open' AND $3 IN (one_id, other_id) AND submission_id IN {SENT}) AS shown
    WHERE pair.id = shown.id""",
)
"""What says why the chain was taken for the record's child goes with it: lines of the chronology, and who else it may be."""

UNSIGN = """
UPDATE joint_signature SET withdrawn_at = $3
WHERE first_submission_id = $1 AND withdrawn_at IS NULL
  AND enquiry_id NOT IN (SELECT id FROM joint_enquiry WHERE record_id = $2)
RETURNING enquiry_id"""

OF_CASES = (
    "UPDATE case_file SET record_id = $2, child_id = $2, follows_case_id = NULL WHERE id = ANY($1)",
    *(
        f"UPDATE {table} SET record_id = $2 WHERE case_id = ANY($1)"
        for table in ("child_check", "case_note", "contact", "contact_attempt", "support_offer", "status_line")
    ),
    "UPDATE placement SET record_id = $2 WHERE id IN (SELECT about FROM clock WHERE case_id = ANY($1))",
)

PLACES_TOLD = """
UPDATE chronology SET subject = $1 WHERE subject = $2 AND what LIKE 'cme.placement.%'
  AND detail->>'placement_id' IN (SELECT id::text FROM placement WHERE record_id = $1)"""
