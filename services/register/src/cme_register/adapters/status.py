"""What was said of children's status, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

import asyncpg

from cme_bus.database import Connection
from cme_register.adapters.submissions import kept_of
from cme_register.application.ports import Kept
from cme_register.application.ports_status import AgeWatch, OpeningFacts
from cme_register.domain.home_education import Assessment
from cme_register.domain.status import LegalStatus, Line, Standing, Told


class PgStatuses:
    """See `application.ports_status.Statuses`."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def standings(self, child_ids: Collection[UUID]) -> Mapping[UUID, Standing]:
        ids = list(child_ids)
        born = {row["id"]: row["born"] for row in await self._conn.fetch(BORN, ids)}
        lines: dict[UUID, list[Line]] = {}
        for row in await self._conn.fetch(LINES, ids):
            lines.setdefault(row["shown_as"], []).append(line_of(row))
        return {
            id_: Standing(date.fromisoformat(when) if when else None, tuple(lines.get(id_, ())))
            for id_, when in born.items()
        }

    async def add(self, lines: Sequence[Line]) -> None:
        if lines:
            await self._conn.execute(ADD, *([getattr(line, name) for line in lines] for name in WRITTEN))

    async def silent(self, record_id: UUID) -> bool:
        return not await self._conn.fetchval("SELECT true FROM status_line WHERE record_id = $1 LIMIT 1", record_id)

    async def told(self, child_ids: Collection[UUID]) -> Mapping[UUID, Told]:
        rows = await self._conn.fetch(TOLD, list(child_ids))
        return {
            row["child_id"]: Told(LegalStatus(row["status"]), row["since"], row["school_urn"], row["la_code"])
            for row in rows
        }

    async def note_told(self, told: Mapping[UUID, Told]) -> None:
        if told:
            values = told.values()
            await self._conn.execute(
                NOTE_TOLD, list(told), [one.status for one in values], [one.since for one in values],
                [one.school_urn for one in values], [one.la_code for one in values],
            )  # fmt: skip

    async def void(self, first_ids: Collection[UUID], at: datetime, *, but: Collection[UUID] = ()) -> set[UUID]:
        return {row["record_id"] for row in await self._conn.fetch(VOID, list(first_ids), at, list(but))}

    async def children_of(self, record_ids: Collection[UUID]) -> Mapping[UUID, UUID]:
        rows = await self._conn.fetch("SELECT id, shown_as FROM child WHERE id = ANY($1)", list(record_ids))
        return {row["id"]: row["shown_as"] for row in rows}

    async def opened(self, cases: Sequence[tuple[UUID, UUID | None]]) -> Mapping[UUID, OpeningFacts]:
        rows = await self._conn.fetch(OPENED, [case for case, _ in cases], [sent for _, sent in cases])
        return {row["case_id"]: OpeningFacts(**dict(row)) for row in rows}

    async def speaking(self, submission_ids: Collection[UUID]) -> list[Kept]:
        return [kept_of(row) for row in await self._conn.fetch(SPEAKING, list(submission_ids))]

    async def note_concerned(self, concerned: Sequence[tuple[UUID, str, UUID]], at: datetime) -> set[tuple[UUID, str]]:
        if not concerned:
            return set()
        rows = await self._conn.fetch(CONCERNED, *map(list, zip(*concerned, strict=True)), at)
        return {(row["first_submission_id"], row["la_code"]) for row in rows}


class PgAgeWatches:
    """See `application.ports_status.AgeWatches`."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def put(self, watches: Sequence[AgeWatch], at: datetime) -> None:
        await self._conn.executemany(WATCH, [(one.submission_id, one.record_id, one.begins_on, at) for one in watches])

    async def of_records(self, record_ids: Collection[UUID]) -> list[AgeWatch]:
        return [AgeWatch(**dict(row)) for row in await self._conn.fetch(WATCHED, list(record_ids))]

    async def end(self, submission_ids: Collection[UUID], at: datetime, because: str) -> None:
        await self._conn.execute(END, list(submission_ids), at, because)

    async def end_chain(self, first_id: UUID, at: datetime) -> None:
        await self._conn.execute(END_CHAIN, first_id, at)


class PgHomeEducation:
    """See `application.ports_status.HomeEducation`."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def add(self, assessment: Assessment, *, assessment_id: UUID, by: UUID, at: datetime) -> None:
        await self._conn.execute(
            ASSESSED, assessment_id, assessment.record_id, assessment.suitable, assessment.decided_on, by, at
        )


WRITTEN = (
    "record_id", "status", "since", "learnt_at", "because", "school_urn", "la_code", "submission_id",
    "first_submission_id", "case_id", "decided_by",
)  # fmt: skip
"""The columns that are fields of a line."""

BORN = "SELECT id, details->>'date_of_birth' AS born FROM child WHERE id = ANY($1)"

# a case that waits behind another says nothing meanwhile: what its own record said comes back with it
LINES = f"""
SELECT record.shown_as, line.id, {", ".join(f"line.{name}" for name in WRITTEN)}
FROM child AS record JOIN status_line AS line ON line.record_id = record.id
LEFT JOIN case_file ON case_file.id = line.case_id
WHERE (record.id = ANY($1) OR (record.shown_as = ANY($1) AND record.joined_into IS NOT NULL))
  AND line.void_at IS NULL AND case_file.status IS DISTINCT FROM 'joined'
ORDER BY line.learnt_at, line.id"""

ADD = f"""
INSERT INTO status_line ({", ".join(WRITTEN)})
SELECT {", ".join(WRITTEN)} FROM unnest($1::uuid[], $2::text[], $3::date[], $4::timestamptz[], $5::text[], $6::text[],
    $7::text[], $8::uuid[], $9::uuid[], $10::uuid[], $11::uuid[]) WITH ORDINALITY AS line ({", ".join(WRITTEN)}, n) ORDER BY n"""

TOLD = "SELECT child_id, status, since, school_urn, la_code FROM status_told WHERE child_id = ANY($1)"

NOTE_TOLD = """
INSERT INTO status_told (child_id, status, since, school_urn, la_code)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::date[], $4::text[], $5::text[])
ON CONFLICT (child_id) DO UPDATE SET status = excluded.status, since = excluded.since, school_urn = excluded.school_urn,
    la_code = excluded.la_code"""

VOID = """
UPDATE status_line SET void_at = $2
WHERE first_submission_id = ANY($1) AND void_at IS NULL AND case_id IS NULL AND NOT submission_id = ANY($3)
RETURNING record_id"""

OPENED = """
SELECT case_file.id AS case_id, case_file.record_id, case_file.kind, case_file.category, submission.id AS submission_id,
    submission.first_id AS first_submission_id, submission.received_at, submission.effective_on
FROM unnest($1::uuid[], $2::uuid[]) AS told (case_id, submission_id)
JOIN case_file ON case_file.id = told.case_id LEFT JOIN submission ON submission.id = told.submission_id"""

SPEAKING = """
SELECT * FROM submission WHERE id = ANY($1) AND kind IN ('addition', 'deletion', 'home_education_notification')
ORDER BY received_at, id"""

CONCERNED = """
INSERT INTO authority_concerned (first_submission_id, la_code, record_id, noted_at)
SELECT first_id, la_code, record_id, $4 FROM unnest($1::uuid[], $2::text[], $3::uuid[]) AS one (first_id, la_code, record_id)
ON CONFLICT DO NOTHING RETURNING first_submission_id, la_code"""

WATCH = """
INSERT INTO age_watch (submission_id, record_id, begins_on, set_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (submission_id) DO UPDATE SET begins_on = excluded.begins_on, set_at = excluded.set_at, ended_at = NULL, because = NULL"""

WATCHED = """
SELECT submission_id, record_id, begins_on FROM age_watch WHERE record_id = ANY($1) AND ended_at IS NULL
ORDER BY begins_on, set_at, submission_id"""

END = "UPDATE age_watch SET ended_at = $2, because = $3 WHERE submission_id = ANY($1) AND ended_at IS NULL"

END_CHAIN = """
UPDATE age_watch SET ended_at = $2, because = 'withdrawn'
WHERE submission_id IN (SELECT id FROM submission WHERE first_id = $1) AND ended_at IS NULL"""

ASSESSED = """
INSERT INTO home_education_assessment (id, record_id, suitable, decided_on, decided_by, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6)"""


def line_of(row: asyncpg.Record) -> Line:
    """From a row of the columns of LINES."""
    fields = {name: row[name] for name in ("id", *WRITTEN)}
    return Line(**fields | {"status": LegalStatus(row["status"])})
