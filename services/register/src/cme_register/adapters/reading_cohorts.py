"""Cohorts of expected starters, as people look at them. Nothing here changes anything."""

from __future__ import annotations

from datetime import date
from typing import Any

import asyncpg

from cme_register.adapters.calendars import PgCalendars
from cme_register.adapters.cohorts import PgCohorts
from cme_register.application.rules import Rules
from cme_register.domain.cohort import Cohort, Intake, report_due_on

type Pool = asyncpg.Pool[asyncpg.Record]
type View = dict[str, Any]


async def cohorts_of(
    pool: Pool, september: int, intake: Intake | None, school_urn: str | None, rules: Rules, today: date
) -> list[View]:
    """How each cohort of one September stands; those where most are waited for first."""
    rows = await pool.fetch(COUNTS, september, intake, school_urn)
    async with pool.acquire() as conn:
        calendars = PgCalendars(conn)
        shown = []
        for row in rows:
            days = await calendars.days_of(row["school_urn"], row["school_la"])
            due_on = report_due_on(rules.cohorts, row["starts_on"], days, rules.days)
            overdue = due_on is not None and today > due_on and row["expected"] > 0
            shown.append({**dict(row), "report_due_on": due_on, "report_overdue": overdue})
        return shown


async def cohort_page(pool: Pool, cohort: Cohort) -> list[View]:
    """Each child of one cohort: whether they came, what they are in law as it was told last, and their open case."""
    return [dict(row) for row in await pool.fetch(CHILDREN, cohort.id)]


async def known(pool: Pool, cohort: Cohort) -> bool:
    """Whether anybody was expected there."""
    async with pool.acquire() as conn:
        return bool(await PgCohorts(conn).of_cohort(cohort))


COUNTS = """
SELECT school_urn, min(school_la) AS school_la, september, intake, min(starts_on) AS starts_on,
    count(*) AS starters,
    count(*) FILTER (WHERE came = 'expected') AS expected,
    count(*) FILTER (WHERE came = 'arrived') AS arrived,
    count(*) FILTER (WHERE came = 'did_not_arrive') AS did_not_arrive
FROM expected_starter WHERE september = $1 AND ($2::text IS NULL OR intake = $2) AND ($3::text IS NULL OR school_urn = $3)
GROUP BY school_urn, september, intake ORDER BY expected DESC, school_urn, intake"""

CHILDREN = """
SELECT child.shown_as AS child_id, came, on_roll, reported_on, reported_by, starts_on, status_told.status,
    open.id AS case_id
FROM expected_starter JOIN child ON child.id = expected_starter.record_id
LEFT JOIN status_told ON status_told.child_id = child.shown_as
LEFT JOIN case_file AS open ON open.child_id = child.shown_as AND open.status = 'open'
WHERE cohort_id = $1 ORDER BY came = 'did_not_arrive' DESC, came = 'expected' DESC, child.shown_as"""
