"""Screenings and their decisions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from cme_bus.database import Connection
from cme_safeguarding.application.ports import Shown
from cme_safeguarding.domain.consideration import Consideration, Decision
from cme_safeguarding.domain.errors import UnknownConsideration

COLUMNS = (
    "id, subject, prompted_by, factors, recommendation, considered_at, case_id,"
    " decision, reasons, decided_by, decided_at"
)


class PostgresConsiderations:
    """Added once for each prompting event; decided under the lock of the child's file."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def add(self, consideration: Consideration, event_id: UUID) -> None:
        await self._conn.execute(
            "INSERT INTO consideration (id, event_id, subject, case_id, prompted_by, factors, recommendation, urgency,"
            " considered_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            consideration.id,
            event_id,
            consideration.subject,
            consideration.case_id,
            consideration.prompted_by,
            sorted(consideration.factors),
            consideration.recommendation,
            consideration.urgency,
            consideration.considered_at,
        )

    async def get(self, consideration_id: UUID) -> Consideration:
        row = await self._conn.fetchrow(f"SELECT {COLUMNS} FROM consideration WHERE id = $1", consideration_id)
        if row is None:
            raise UnknownConsideration
        return _consideration(row)

    async def undecided(self, subjects: Collection[UUID]) -> Sequence[Consideration]:
        rows = await self._conn.fetch(
            f"SELECT {COLUMNS} FROM consideration WHERE subject = ANY($1::uuid[]) AND decision IS NULL"
            " ORDER BY considered_at, id",
            list(subjects),
        )
        return [_consideration(row) for row in rows]

    async def save(self, consideration: Consideration) -> None:
        await self._conn.execute(
            "UPDATE consideration SET decision = $2, reasons = $3, decided_by = $4, decided_at = $5 WHERE id = $1",
            consideration.id,
            consideration.decision,
            list(consideration.reasons),
            consideration.decided_by,
            consideration.decided_at,
        )

    async def version(self, subjects: Collection[UUID]) -> int:
        version: int = await self._conn.fetchval(
            "SELECT count(*) + count(decision) FROM consideration WHERE subject = ANY($1::uuid[])", list(subjects)
        )
        return version

    async def shown(self, consideration_id: UUID) -> Shown[Consideration]:
        row = await self._conn.fetchrow(f"{SHOWN} WHERE c.id = $1", consideration_id)
        if row is None:
            raise UnknownConsideration
        return _shown(row)

    async def queue(
        self,
        *,
        case_id: UUID | None,
        subjects: Collection[UUID] | None,
        undecided: bool,
        after: tuple[int, datetime, UUID] | None,
        limit: int,
    ) -> Sequence[Shown[Consideration]]:
        place = after or (None, None, None)
        rows = await self._conn.fetch(
            QUEUE, case_id, None if subjects is None else list(subjects), undecided, place[0], place[1], place[2], limit
        )
        return [_shown(row) for row in rows]


def _shown(row: asyncpg.Record) -> Shown[Consideration]:
    return Shown(
        _consideration(row),
        row["child_id"],
        row["lead_officer_id"],
        due_at=row["due_at"],
        overdue=row["overdue"] or False,
        version=row["version"],
    )


def _consideration(row: asyncpg.Record) -> Consideration:
    """From a row of the columns in `COLUMNS`, and others beside."""
    fields = {name.strip(): row[name.strip()] for name in COLUMNS.split(",")}
    return Consideration(
        **fields
        | {
            "factors": frozenset(fields["factors"]),
            "decision": fields["decision"] and Decision(fields["decision"]),
            "reasons": tuple(fields["reasons"]),
        }
    )


SHOWN = """
SELECT c.*, w.child_id, f.lead_officer_id, k.due_at, k.breached_at IS NOT NULL AS overdue, v.version
FROM consideration AS c
LEFT JOIN whose AS w ON w.subject = c.subject
LEFT JOIN case_file AS f ON f.id = c.case_id
LEFT JOIN LATERAL (
    SELECT due_at, breached_at FROM clock WHERE about = c.id AND satisfied_at IS NULL AND cancelled_at IS NULL ORDER BY due_at LIMIT 1
) AS k ON true
CROSS JOIN LATERAL (
    SELECT count(*) + count(decision) AS version FROM consideration AS o
    WHERE o.subject = c.subject OR o.subject IN (SELECT subject FROM whose WHERE child_id = w.child_id)
) AS v"""

QUEUE = f"""{SHOWN}
WHERE ($1::uuid IS NULL OR c.case_id = $1) AND ($2::uuid[] IS NULL OR c.subject = ANY($2))
  AND (NOT $3 OR c.decision IS NULL)
  AND ($4::bigint IS NULL OR (c.urgency, c.considered_at, c.id) > ($4, $5::timestamptz, $6::uuid))
ORDER BY c.urgency, c.considered_at, c.id LIMIT $7"""
