"""Establishments and term dates: public lists, kept so that a submission can be read without asking anybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import structlog

from cme_bus.database import Connection
from cme_calendars import SchoolDays
from cme_referrals.domain.school_data import Establishment, OwnDays, Term, TermDates, calendar_of

log = structlog.get_logger()

FIND = """
SELECT urn, la_code, establishment_number, name, phase, open, mailbox, type_code FROM establishment WHERE urn = $1"""

PUT = """
INSERT INTO establishment AS old (urn, la_code, establishment_number, name, phase, open, mailbox, type_code, changed_at)
SELECT new.*, $9
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::boolean[], $7::text[], $8::text[])
    AS new (urn, la_code, establishment_number, name, phase, open, mailbox, type_code) ORDER BY urn
ON CONFLICT (urn) DO UPDATE
SET la_code = excluded.la_code, establishment_number = excluded.establishment_number, name = excluded.name,
    phase = excluded.phase, open = excluded.open, mailbox = excluded.mailbox, type_code = excluded.type_code,
    changed_at = excluded.changed_at
WHERE (old.la_code, old.establishment_number, old.name, old.phase, old.open, old.mailbox, old.type_code)
   IS DISTINCT FROM (excluded.la_code, excluded.establishment_number, excluded.name, excluded.phase, excluded.open,
                     excluded.mailbox, excluded.type_code)
RETURNING urn"""

PUT_TERMS = """
INSERT INTO school_year AS old (la_code, academic_year, terms, closed_days, changed_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (la_code, academic_year) DO UPDATE
SET terms = excluded.terms, closed_days = excluded.closed_days, changed_at = excluded.changed_at
WHERE (old.terms, old.closed_days) IS DISTINCT FROM (excluded.terms, excluded.closed_days)
RETURNING true"""

PUT_OWN_DAYS = """
INSERT INTO school_own_days AS old (urn, academic_year, terms, inset_days, closed_days, changed_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (urn, academic_year) DO UPDATE
SET terms = excluded.terms, inset_days = excluded.inset_days, closed_days = excluded.closed_days,
    changed_at = excluded.changed_at
WHERE (old.terms, old.inset_days, old.closed_days)
   IS DISTINCT FROM (excluded.terms, excluded.inset_days, excluded.closed_days)
RETURNING true"""

YEARS = "SELECT academic_year, terms, closed_days FROM school_year WHERE la_code = $1"
OWN_YEARS = "SELECT academic_year, terms, inset_days, closed_days FROM school_own_days WHERE urn = $1"


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
            [one.type_code for one in establishments],
            at,
        )
        return [row["urn"] for row in rows]

    async def put_terms(self, terms: TermDates, *, at: datetime) -> bool:
        """See the port."""
        return bool(
            await self._conn.fetchval(
                PUT_TERMS, terms.la_code, terms.academic_year, _stretches(terms.terms), _reasons(terms.closed_days), at
            )
        )

    async def put_own_days(self, own: OwnDays, *, at: datetime) -> bool:
        """See the port."""
        terms = None if own.terms is None else _stretches(own.terms)
        return bool(
            await self._conn.fetchval(
                PUT_OWN_DAYS, own.urn, own.academic_year, terms, _reasons(own.inset_days), _reasons(own.closed_days), at
            )
        )

    async def days_of(self, urn: str, la_code: str) -> SchoolDays | None:
        """See the port."""
        authority = [
            TermDates(la_code, row["academic_year"], _terms(row["terms"]), _days(row["closed_days"]))
            for row in await self._conn.fetch(YEARS, la_code)
        ]
        own = [
            OwnDays(
                urn,
                row["academic_year"],
                None if row["terms"] is None else _terms(row["terms"]),
                _days(row["inset_days"]),
                _days(row["closed_days"]),
            )
            for row in await self._conn.fetch(OWN_YEARS, urn)
        ]
        try:
            return calendar_of(authority, own)
        except ValueError:  # a school's own terms that overlap its authority's of the year beside them
            log.warning("calendar.contradicts_itself", urn=urn)
            return None


def _stretches(terms: Sequence[Term]) -> list[dict[str, str]]:
    return [
        {"name": term.name, "first_day": term.first_day.isoformat(), "last_day": term.last_day.isoformat()}
        for term in terms
    ]


def _reasons(days: Sequence[tuple[date, str]]) -> list[dict[str, str]]:
    return [{"day": day.isoformat(), "reason": reason} for day, reason in days]


def _terms(stretches: Sequence[dict[str, str]]) -> tuple[Term, ...]:
    return tuple(
        Term(one["name"], date.fromisoformat(one["first_day"]), date.fromisoformat(one["last_day"]))
        for one in stretches
    )


def _days(reasons: Sequence[dict[str, str]]) -> tuple[tuple[date, str], ...]:
    return tuple((date.fromisoformat(one["day"]), one["reason"]) for one in reasons)
