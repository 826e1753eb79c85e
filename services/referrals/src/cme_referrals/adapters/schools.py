"""Establishments and term dates: public lists, kept so that a submission can be read without asking anybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cme_bus.database import Connection
from cme_referrals.domain.school_data import Establishment, TermDates

FIND = "SELECT urn, la_code, establishment_number, name, phase, open, mailbox FROM establishment WHERE urn = $1"

PUT = """
INSERT INTO establishment AS old (urn, la_code, establishment_number, name, phase, open, mailbox, changed_at)
SELECT new.*, $8 FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::boolean[], $7::text[])
    AS new (urn, la_code, establishment_number, name, phase, open, mailbox) ORDER BY urn
ON CONFLICT (urn) DO UPDATE
SET la_code = excluded.la_code, establishment_number = excluded.establishment_number, name = excluded.name,
    phase = excluded.phase, open = excluded.open, mailbox = excluded.mailbox, changed_at = excluded.changed_at
WHERE (old.la_code, old.establishment_number, old.name, old.phase, old.open, old.mailbox)
   IS DISTINCT FROM (excluded.la_code, excluded.establishment_number, excluded.name, excluded.phase, excluded.open,
                     excluded.mailbox)
RETURNING urn"""

PUT_TERMS = """
INSERT INTO school_year AS old (la_code, academic_year, terms, closed_days, changed_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (la_code, academic_year) DO UPDATE
SET terms = excluded.terms, closed_days = excluded.closed_days, changed_at = excluded.changed_at
WHERE (old.terms, old.closed_days) IS DISTINCT FROM (excluded.terms, excluded.closed_days)
RETURNING true"""


class PostgresSchools:
    """Implements the port `Schools`."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def find(self, urn: str) -> Establishment | None:
        """See the port."""
        row = await self._conn.fetchrow(FIND, urn)
        return Establishment(**row) if row else None

    async def put(self, establishments: Sequence[Establishment], *, at: datetime) -> Sequence[str]:
        """See the port."""
        rows = await self._conn.fetch(
            PUT,
            [one.urn for one in establishments],
            [one.la_code for one in establishments],
            [one.establishment_number for one in establishments],
            [one.name for one in establishments],
            [one.phase for one in establishments],
            [one.open for one in establishments],
            [one.mailbox for one in establishments],
            at,
        )
        return [row["urn"] for row in rows]

    async def put_terms(self, terms: TermDates, *, at: datetime) -> bool:
        """See the port."""
        stretches = [
            {"name": term.name, "first_day": term.first_day.isoformat(), "last_day": term.last_day.isoformat()}
            for term in terms.terms
        ]
        closed = [{"day": day.isoformat(), "reason": reason} for day, reason in terms.closed_days]
        return bool(await self._conn.fetchval(PUT_TERMS, terms.la_code, terms.academic_year, stretches, closed, at))
