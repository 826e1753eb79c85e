"""Whether returns were in time. Ids, codes and days: nothing here says who a child is."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from cme_bus.database import Connection
from cme_calendars import local_date
from cme_referrals.application.timed import Timed
from cme_referrals.domain.completeness import Kind
from cme_referrals.domain.returns import Timing, Unit

COLUMNS = (
    "first_submission_id", "kind", "school_urn", "school_la", "received_on", "done_on", "counted_from", "in_class",
    "exempt", "unit", "due_on", "late", "late_by",
)  # fmt: skip
ADD = f"""
INSERT INTO punctuality ({", ".join(COLUMNS)}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"""

REPLACE = """
UPDATE punctuality
SET done_on = $2, counted_from = $3, in_class = $4, exempt = $5, unit = $6, due_on = $7, late = $8, late_by = $9
WHERE first_submission_id = $1"""

SELECT = """
SELECT p.*, s.reference, s.received_at, d.facts->>'ground' AS ground
FROM punctuality AS p JOIN submission AS s ON s.id = p.first_submission_id
LEFT JOIN deletion AS d ON d.submission_id = p.first_submission_id
"""
OF_CHAIN = SELECT + "WHERE p.first_submission_id = $1"
OF_SUBMISSION = (
    SELECT + "WHERE p.first_submission_id = (SELECT first_submission_id FROM submission WHERE submission.id = $1)"
)
WAITING = (
    SELECT
    + """
WHERE p.counted_from IS NOT NULL AND (p.late IS NULL OR p.late_by IS NULL)
  AND ($1::text IS NULL OR p.school_la = $1) AND ($2::text IS NULL OR p.school_urn = $2)
  AND NOT EXISTS (SELECT FROM withdrawal AS w WHERE w.first_submission_id = p.first_submission_id)
ORDER BY p.first_submission_id FOR UPDATE OF s"""
)


class PostgresPunctuality:
    """Implements the port `Punctuality`."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def add(self, timed: Timed) -> None:
        """See the port."""
        await self._conn.execute(ADD, *_row(timed))

    async def add_many(self, timed: Sequence[Timed]) -> None:
        """See the port."""
        if timed:
            await self._conn.copy_records_to_table("punctuality", records=map(_row, timed), columns=COLUMNS)

    async def of_chain(self, first_submission_id: UUID) -> Timed | None:
        """See the port."""
        row = await self._conn.fetchrow(OF_CHAIN, first_submission_id)
        return _timed(row) if row else None

    async def of_submission(self, submission_id: UUID) -> Timed | None:
        """What is kept of the chain of a submission."""
        row = await self._conn.fetchrow(OF_SUBMISSION, submission_id)
        return _timed(row) if row else None

    async def replace(self, timed: Timed) -> None:
        """See the port."""
        id_, *_, done_on, counted_from, junior, exempt, unit, due_on, late, late_by = _row(timed)
        await self._conn.execute(REPLACE, id_, done_on, counted_from, junior, exempt, unit, due_on, late, late_by)

    async def waiting(self, *, la_code: str | None, urn: str | None) -> Sequence[Timed]:
        """See the port."""
        return [_timed(row) for row in await self._conn.fetch(WAITING, la_code, urn)]


def _row(timed: Timed) -> tuple[object, ...]:
    found = timed.timing
    return (
        timed.first_submission_id, timed.kind, timed.school_urn, timed.school_la, local_date(timed.received_at),
        timed.done_on, timed.counted_from, timed.in_class, timed.exempt,
        found.unit, found.due_on, found.late, found.late_by,
    )  # fmt: skip


def _timed(row: asyncpg.Record) -> Timed:
    return Timed(
        submission_id=row["first_submission_id"],
        first_submission_id=row["first_submission_id"],
        reference=row["reference"],
        received_at=row["received_at"],
        kind=Kind(row["kind"]),
        school_urn=row["school_urn"],
        school_la=row["school_la"],
        done_on=row["done_on"],
        counted_from=row["counted_from"],
        in_class=row["in_class"],
        ground=row["ground"],
        exempt=row["exempt"],
        timing=Timing(unit=Unit(row["unit"]), due_on=row["due_on"], late=row["late"], late_by=row["late_by"]),
    )
