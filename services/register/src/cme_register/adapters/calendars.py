"""School years, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime

from cme_bus.database import Connection
from cme_calendars import SchoolDays
from cme_register.domain.school_year import SchoolYear, school_days


class PgCalendars:
    """See `application.ports.Calendars`."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def put(self, whose: str, year: SchoolYear, *, at: datetime) -> None:
        terms = None if year.terms is None else [[day.isoformat() for day in term] for term in year.terms]
        await self._conn.execute(PUT, whose, year.name, terms, list(year.inset_days), list(year.closed_days), at)

    async def days_of(self, urn: str, la_code: str) -> SchoolDays | None:
        return (await self.days_of_all({(urn, la_code)}))[urn, la_code]

    async def days_of_all(self, schools: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], SchoolDays | None]:
        years: dict[str, list[SchoolYear]] = {whose: [] for school in schools for whose in school}
        for row in await self._conn.fetch(OF, list(years)):
            terms = row["terms"] and tuple((date.fromisoformat(a), date.fromisoformat(b)) for a, b in row["terms"])
            years[row["whose"]].append(
                SchoolYear(row["academic_year"], terms, tuple(row["inset_days"]), tuple(row["closed_days"]))
            )
        return {(urn, la_code): school_days(years[la_code], years[urn]) for urn, la_code in schools}


PUT = """
INSERT INTO school_calendar AS old (whose, academic_year, terms, inset_days, closed_days, changed_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (whose, academic_year) DO UPDATE
SET terms = excluded.terms, inset_days = excluded.inset_days, closed_days = excluded.closed_days,
    changed_at = excluded.changed_at
WHERE old.changed_at <= excluded.changed_at"""

OF = """
SELECT whose, academic_year, terms, inset_days, closed_days FROM school_calendar WHERE whose = ANY($1::text[])"""
