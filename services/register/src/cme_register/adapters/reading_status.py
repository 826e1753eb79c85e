"""What a child is in law, as people look at it: now, before and to come; their age; whose duty they are."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from cme_register.adapters.children import RECORDS
from cme_register.adapters.placements import PgPlacements
from cme_register.adapters.status import PgStatuses
from cme_register.domain.status import COUNTED, Standing, Stretch

type Pool = asyncpg.Pool[asyncpg.Record]
type View = dict[str, Any]


async def status_view(pool: Pool, child_id: UUID, today: date) -> View:
    """Of a child that there is: what stands on their page."""
    async with pool.acquire() as conn:
        standing = (await PgStatuses(conn).standings([child_id]))[child_id]
    now = standing.on(today)
    authorities = await pool.fetchrow(AUTHORITIES, child_id)
    return {
        "status": _stretch(now) if now else None,
        "status_history": [_stretch(one) for one in standing.history()],
        "counted_as_missing_education": now is not None and now.status in COUNTED,
        "compulsory_school_age": _age(standing, today),
        "school_la": authorities["school_la"] if authorities else None,
        "home_la": authorities["home_la"] if authorities else None,
        "other_authorities": [dict(one) for one in await pool.fetch(CONCERNED, child_id)],
        "age_watches": [dict(one) for one in await pool.fetch(WATCHES, child_id)],
        "placements": await _placements(pool, child_id),
        "home_education": [dict(one) for one in await pool.fetch(ASSESSMENTS, child_id)],
    }


async def _placements(pool: Pool, child_id: UUID) -> list[View]:
    """Every place that was sought, where it stands, and each step."""
    async with pool.acquire() as conn:
        found = await PgPlacements(conn).of_children([child_id])
    return [
        {
            "placement_id": one.id,
            "school_urn": one.school_urn,
            "school_la": one.school_la,
            "stands": one.stands,
            "steps": [asdict(taken) for taken in one.steps],
        }
        for one in found
    ]


def _stretch(one: Stretch) -> View:
    line = one.said
    return {
        "status": one.status,
        "since": one.since,
        "learnt_at": line.learnt_at if line else None,
        "because": line.because if line else "age",
        "school_urn": line.school_urn if line else None,
        "la_code": line.la_code if line else None,
        "case_id": line.case_id if line else None,
        "submission_id": line.submission_id if line else None,
        "decided_by": line.decided_by if line else None,
    }


def _age(standing: Standing, today: date) -> View | None:
    """None: nobody knows the birth date, and the child is taken to be of compulsory school age."""
    age = standing.age
    if age is None:
        return None
    return {
        "first_day": age.first_day,
        "last_day": age.last_day,
        "today": today in age,
        "check_leaving_date": age.check_leaving_date,
    }


AUTHORITIES = f"""
SELECT (array_agg(school_la ORDER BY received_at DESC, id) FILTER (WHERE school_la IS NOT NULL))[1] AS school_la,
       (array_agg(home_la ORDER BY received_at DESC, id) FILTER (WHERE home_la IS NOT NULL))[1] AS home_la
FROM submission WHERE record_id IN ({RECORDS})"""
"""As whoever wrote last has them: where the school lies, and where the child lives. Never one for the other."""

CONCERNED = f"""
SELECT la_code, first_submission_id, noted_at FROM authority_concerned WHERE record_id IN ({RECORDS}) ORDER BY noted_at, la_code"""

WATCHES = f"""
SELECT submission_id, begins_on, set_at, ended_at, because FROM age_watch WHERE record_id IN ({RECORDS})
ORDER BY begins_on, set_at, submission_id"""

ASSESSMENTS = f"""
SELECT id AS assessment_id, suitable, decided_on, decided_by, recorded_at FROM home_education_assessment
WHERE record_id IN ({RECORDS}) ORDER BY decided_on, recorded_at, id"""
