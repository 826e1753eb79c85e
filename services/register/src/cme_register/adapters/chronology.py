"""Chronologies, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from cme_bus.database import Connection
from cme_register.application.ports import Entry


class PgChronology:
    """See `application.ports.Chronology`."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def add(self, entries: Sequence[Entry]) -> None:
        if entries:
            await self._conn.execute(
                ADD, [one.subject for one in entries], [one.at for one in entries], [one.what for one in entries],
                [one.detail for one in entries], [one.heard_in for one in entries],
            )  # fmt: skip

    async def heard(self, event_id: UUID) -> bool:
        return bool(await self._conn.fetchval("SELECT EXISTS (SELECT FROM chronology WHERE heard_in = $1)", event_id))

    async def leave(self, first_id: UUID, case_id: UUID) -> tuple[str, ...]:
        rows = await self._conn.fetch(LEAVE, first_id, case_id)
        return tuple(factor for row in rows if row["what"] in RISK for factor in row["detail"].get("factors", ()))

    async def heard_of_risk(self, case_id: UUID) -> tuple[str, ...]:
        rows = await self._conn.fetch(HEARD_OF_RISK, case_id, RISK)
        return tuple(row["factor"] for row in rows)


RISK = ("cme.concern.raised.v1", "cme.social-care.escalated.v1")
"""What safeguarding says of a child that makes a case graver."""

LEAVE = """
UPDATE chronology SET subject = $1::uuid
WHERE subject = $2 AND heard_in IS NOT NULL AND detail->>'first_submission_id' = ($1::uuid)::text RETURNING what, detail"""

HEARD_OF_RISK = """
SELECT DISTINCT factor FROM chronology, jsonb_array_elements_text(detail->'factors') AS factor
WHERE subject = $1 AND heard_in IS NOT NULL AND what = ANY($2::text[])"""

ADD = """
INSERT INTO chronology (subject, at, what, detail, heard_in)
SELECT subject, at, what, detail, heard_in
FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::jsonb[], $5::uuid[])
    WITH ORDINALITY AS line (subject, at, what, detail, heard_in, n)
ORDER BY n
ON CONFLICT (heard_in) WHERE heard_in IS NOT NULL DO NOTHING"""
