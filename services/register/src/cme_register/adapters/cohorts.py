"""Expected starters, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from cme_bus.database import Connection
from cme_register.application.ports_cohorts import Reported
from cme_register.domain.cohort import Came, Cohort, Intake, Starter


class PgCohorts:
    """See `application.ports_cohorts.Cohorts`."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def add(self, starters: Sequence[Starter], at: datetime) -> None:
        await self._conn.executemany(
            ADD,
            [
                (
                    one.submission_id, one.record_id, one.cohort.id, one.cohort.school_urn, one.school_la,
                    one.cohort.september, one.cohort.intake, one.starts_on, at,
                )
                for one in starters
            ],
        )  # fmt: skip

    async def of_cohort(self, cohort: Cohort) -> list[Starter]:
        rows = await self._conn.fetch(f"{STARTERS} WHERE cohort_id = $1 ORDER BY submission_id", cohort.id)
        return [starter_of(row) for row in rows]

    async def reported(self, cohort: Cohort) -> list[Reported]:
        rows = await self._conn.fetch(REPORTED, cohort.id)
        return [Reported(**(dict(row) | {"came": Came(row["came"])})) for row in rows]

    async def of_children(self, child_ids: Collection[UUID]) -> list[Starter]:
        if not child_ids:
            return []
        return [starter_of(row) for row in await self._conn.fetch(OF_CHILDREN, list(child_ids))]

    async def save(self, starters: Sequence[Starter], by: UUID | None, at: datetime) -> None:
        await self._conn.executemany(
            SAVE, [(one.submission_id, one.came, one.on_roll, one.reported_on, by, at) for one in starters]
        )


STARTERS = """
SELECT submission_id, expected_starter.record_id, school_urn, school_la, september, intake, starts_on, came, on_roll, reported_on
FROM expected_starter"""

REPORTED = """
SELECT child.shown_as AS child_id, came, on_roll, reported_at AS at, reported_by AS by, officer.role AS office
FROM expected_starter JOIN child ON child.id = expected_starter.record_id LEFT JOIN officer ON officer.id = reported_by
WHERE cohort_id = $1 ORDER BY child.shown_as, submission_id"""

OF_CHILDREN = f"""
{STARTERS} JOIN child AS record ON record.id = expected_starter.record_id
WHERE record.id = ANY($1) OR (record.shown_as = ANY($1) AND record.joined_into IS NOT NULL)
ORDER BY september, submission_id"""

ADD = """
INSERT INTO expected_starter
    (submission_id, record_id, cohort_id, school_urn, school_la, september, intake, starts_on, came, noted_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'expected', $9) ON CONFLICT DO NOTHING"""

SAVE = """
UPDATE expected_starter SET came = $2, on_roll = $3, reported_on = $4, reported_by = $5, reported_at = $6
WHERE submission_id = $1"""


def starter_of(row: asyncpg.Record) -> Starter:
    """From a row of the columns of STARTERS."""
    return Starter(
        submission_id=row["submission_id"], record_id=row["record_id"],
        cohort=Cohort(row["school_urn"], row["september"], Intake(row["intake"])), school_la=row["school_la"],
        starts_on=row["starts_on"], came=Came(row["came"]), on_roll=row["on_roll"], reported_on=row["reported_on"],
    )  # fmt: skip
