"""Term dates, an authority's and a school's own: public lists, kept so that a submission can be read without asking anybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import structlog

from cme_bus.database import Connection
from cme_calendars import SchoolDays
from cme_referrals.domain.school_data import OwnDays, Term, TermDates, calendar_of

log = structlog.get_logger()

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

YEARS = "SELECT la_code, academic_year, terms, closed_days FROM school_year WHERE la_code = $1"
OWN_YEARS = "SELECT academic_year, terms, inset_days, closed_days FROM school_own_days WHERE urn = $1"


class PostgresCalendars:
    """Implements the calendars' part of the port `Schools`."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

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

    async def years(self, urn: str, la_code: str | None, academic_year: str) -> tuple[OwnDays | None, TermDates | None]:
        """See the port."""
        own = [one for one in await self._own(urn) if one.academic_year == academic_year]
        authority = [one for one in await self._authority(la_code) if one.academic_year == academic_year]
        return next(iter(own), None), next(iter(authority), None)

    async def fits(self, urn: str, la_code: str) -> bool:
        """See the port."""
        try:
            calendar_of(await self._authority(la_code), await self._own(urn))
        except ValueError:
            return False
        return True

    async def days_of(self, urn: str, la_code: str) -> SchoolDays | None:
        """See the port."""
        try:
            return calendar_of(await self._authority(la_code), await self._own(urn))
        except ValueError:  # a school's own terms that overlap its authority's of the year beside them
            log.warning("calendar.contradicts_itself", urn=urn)
            return None

    async def _authority(self, la_code: str | None) -> Sequence[TermDates]:
        return [
            TermDates(row["la_code"], row["academic_year"], _terms(row["terms"]), _days(row["closed_days"]))
            for row in await self._conn.fetch(YEARS, la_code)
        ]

    async def _own(self, urn: str) -> Sequence[OwnDays]:
        return [
            OwnDays(
                urn,
                row["academic_year"],
                None if row["terms"] is None else _terms(row["terms"]),
                _days(row["inset_days"]),
                _days(row["closed_days"]),
            )
            for row in await self._conn.fetch(OWN_YEARS, urn)
        ]


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
