"""Counts of returns. Nothing here says who a child is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby

import asyncpg

from cme_bus.database import Connection
from cme_referrals.application.counted import Counted
from cme_referrals.domain.completeness import Kind
from cme_referrals.domain.returns import Unit

COUNT = """
SELECT p.school_urn, p.kind, p.unit,
    count(*) FILTER (WHERE w.withdrawn_at IS NULL AND p.late IS FALSE AND p.exempt IS NOT TRUE) AS on_time,
    count(*) FILTER (WHERE w.withdrawn_at IS NULL AND p.late) AS late,
    count(*) FILTER (WHERE w.withdrawn_at IS NULL AND p.late IS NULL) AS not_yet_known,
    count(*) FILTER (WHERE w.withdrawn_at IS NULL AND p.late IS FALSE AND p.exempt) AS not_needed,
    count(w.withdrawn_at) AS withdrawn,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY p.late_by) FILTER (WHERE w.withdrawn_at IS NULL AND p.late) AS median_late_by,
    max(p.late_by) FILTER (WHERE w.withdrawn_at IS NULL AND p.late) AS longest_late_by
FROM punctuality AS p LEFT JOIN withdrawal AS w ON w.first_submission_id = p.first_submission_id
WHERE p.school_urn = ANY($1::text[]) AND p.received_on BETWEEN $2 AND $3
GROUP BY p.school_urn, p.kind, p.unit ORDER BY p.school_urn, p.kind, p.unit"""

# one step of the index for each school, however many returns it sent
SCHOOLS = """
WITH RECURSIVE one AS (
    (SELECT min(school_urn) AS urn FROM punctuality WHERE school_urn > $3)
    UNION ALL
    SELECT (SELECT min(school_urn) FROM punctuality WHERE school_urn > one.urn) FROM one WHERE one.urn IS NOT NULL
)
SELECT urn FROM one
WHERE EXISTS (SELECT FROM punctuality WHERE school_urn = one.urn AND received_on BETWEEN $1 AND $2) LIMIT $4"""


class PostgresCounts:
    """Implements the port `Counts`."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def of_school(self, urn: str, *, first: date, last: date) -> Sequence[Counted]:
        """See the port."""
        return [_counted(row) for row in await self._conn.fetch(COUNT, [urn], first, last)]

    async def of_schools(
        self, *, first: date, last: date, after: str | None, limit: int
    ) -> Sequence[Sequence[Counted]]:
        """See the port."""
        schools = [row["urn"] for row in await self._conn.fetch(SCHOOLS, first, last, after or "", limit)]
        found = [_counted(row) for row in await self._conn.fetch(COUNT, schools, first, last)]
        return [list(kinds) for _, kinds in groupby(found, key=lambda one: one.school_urn)]


def _counted(row: asyncpg.Record) -> Counted:
    return Counted(**(dict(row) | {"kind": Kind(row["kind"]), "unit": Unit(row["unit"])}))
