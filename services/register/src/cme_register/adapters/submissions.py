"""What was sent, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
from pydantic import TypeAdapter

from cme_bus.database import Connection
from cme_register.adapters.rows import details_as_json, details_from_json
from cme_register.application.ports import Kept
from cme_register.domain.codes import SubmissionKind
from cme_register.domain.submission import Referred, Submission

_REFERRED = TypeAdapter(Referred | None)


class PgSubmissions:
    """See `application.ports.Submissions`."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def chains(self, first_ids: Collection[UUID]) -> tuple[Mapping[UUID, UUID], set[UUID]]:
        rows = await self._conn.fetch(
            "SELECT id, first_id, record_id FROM submission WHERE first_id = ANY($1)", list(first_ids)
        )
        return {row["first_id"]: row["record_id"] for row in rows}, {row["id"] for row in rows}

    async def families(self, family_ids: Collection[UUID]) -> Mapping[UUID, Mapping[UUID, UUID]]:
        if not family_ids:
            return {}
        rows = await self._conn.fetch(
            "SELECT DISTINCT family_id, first_id, record_id FROM submission WHERE family_id = ANY($1)", list(family_ids)
        )
        found: dict[UUID, dict[UUID, UUID]] = {}
        for row in rows:
            found.setdefault(row["family_id"], {})[row["first_id"]] = row["record_id"]
        return found

    async def add(self, kept: Sequence[Kept]) -> None:
        await self._conn.executemany(ADD, [_row(one) for one in kept])

    async def of_records(self, record_ids: Collection[UUID]) -> list[Kept]:
        rows = await self._conn.fetch(
            "SELECT * FROM submission WHERE record_id = ANY($1) ORDER BY received_at, seq", list(record_ids)
        )
        return [kept_of(row) for row in rows]

    async def of_cases(self, case_ids: Collection[UUID]) -> list[Kept]:
        rows = await self._conn.fetch(
            "SELECT * FROM submission WHERE case_id = ANY($1) ORDER BY received_at, id", list(case_ids)
        )
        return [kept_of(row) for row in rows]

    async def assign(self, cases: Mapping[UUID, UUID | None]) -> None:
        await self._conn.executemany("UPDATE submission SET case_id = $2 WHERE id = $1", list(cases.items()))

    async def sent_by_schools(
        self, child_ids: Collection[UUID], kinds: Collection[SubmissionKind]
    ) -> Mapping[tuple[UUID, str | None, SubmissionKind], datetime]:
        rows = await self._conn.fetch(SENT_BY_SCHOOLS, list(child_ids), list(kinds))
        return {(row["shown_as"], row["school_urn"], SubmissionKind(row["kind"])): row["received_at"] for row in rows}

    async def refer(self, referred: Mapping[UUID, Referred | None]) -> None:
        rows = [(id_, _REFERRED.dump_python(one, mode="json")) for id_, one in referred.items()]
        await self._conn.executemany("UPDATE submission SET referred = $2 WHERE id = $1", rows)

    async def find(self, submission_id: UUID) -> Kept | None:
        row = await self._conn.fetchrow("SELECT * FROM submission WHERE id = $1", submission_id)
        return None if row is None else kept_of(row)

    async def hold(self, submission_id: UUID, rules: Collection[str]) -> None:
        await self._conn.execute("UPDATE submission SET held_by = $2 WHERE id = $1", submission_id, sorted(rules))

    async def note_watch_over(self, submission_id: UUID, at: datetime) -> None:
        await self._conn.execute("UPDATE submission SET watched_at = $2 WHERE id = $1", submission_id, at)

    async def count_latest(self, record_ids: Collection[UUID]) -> list[Kept]:
        return [kept_of(row) for row in await self._conn.fetch(COUNT_LATEST, list(record_ids))]

    async def supersede_by(self, submission_ids: Collection[UUID], at: datetime) -> set[UUID]:
        return {row["id"] for row in await self._conn.fetch(SUPERSEDE_BY, list(submission_ids), at)}

    async def supersede_chain(self, first_id: UUID, at: datetime) -> set[UUID]:
        return {row["id"] for row in await self._conn.fetch(SUPERSEDE_CHAIN, first_id, at)}

    async def inform(self, case_id: UUID, submission_id: UUID, at: datetime) -> None:
        await self._conn.execute(INFORM, case_id, submission_id, at)

    async def informed(self, case_id: UUID) -> Mapping[UUID, datetime]:
        rows = await self._conn.fetch(INFORMED, case_id)
        return {row["submission_id"]: row["informed_at"] for row in rows}


INFORM = """
INSERT INTO referrer_informed AS known (case_id, submission_id, informed_at) VALUES ($1, $2, $3)
ON CONFLICT (case_id, submission_id) DO UPDATE SET informed_at = excluded.informed_at
WHERE known.informed_at < (SELECT reopened_at FROM case_file WHERE id = $1) AND excluded.informed_at > known.informed_at"""
"""What was told of an end before the case was reopened counts no more."""

SENT_BY_SCHOOLS = """
SELECT shown_as, school_urn, kind, max(received_at) AS received_at
FROM child JOIN submission ON submission.record_id = child.id
WHERE (child.id = ANY($1) OR (shown_as = ANY($1) AND joined_into IS NOT NULL)) AND kind = ANY($2)
GROUP BY 1, 2, 3"""

INFORMED = """
SELECT submission_id, informed_at FROM referrer_informed JOIN case_file ON case_file.id = case_id
WHERE case_id = $1 AND (reopened_at IS NULL OR informed_at >= reopened_at)"""

ADD = """
INSERT INTO submission (id, first_id, record_id, case_id, kind, reference, received_at, on_roll, reason, ground,
                        destination_known, factors, school_urn, school_la, home_la, matched_by, details, held_by, family_id,
                        effective_on, enquiries)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)"""

SUPERSEDE_BY = """
WITH new AS MATERIALIZED (
    SELECT sent.id, sent.received_at, sent.school_urn, record.id AS record_id
    FROM submission AS sent JOIN child AS ours ON ours.id = sent.record_id
    CROSS JOIN LATERAL (
        SELECT ours.shown_as AS id UNION ALL SELECT id FROM child WHERE shown_as = ours.shown_as AND joined_into IS NOT NULL
    ) AS record
    WHERE sent.id = ANY($1)
)
UPDATE submission AS old SET superseded_at = $2 FROM new
WHERE old.record_id = new.record_id AND old.school_urn = new.school_urn AND old.kind = 'deletion' AND old.superseded_at IS NULL
  AND (old.received_at, old.id) < (new.received_at, new.id)
RETURNING old.id"""
"""The records first: a school has thousands of returns, a child a few."""

COUNT_LATEST = """
UPDATE submission AS sent SET superseded_at = NULL
FROM (SELECT DISTINCT ON (school_urn) id FROM submission WHERE record_id = ANY($1) AND kind = 'deletion'
      ORDER BY school_urn, received_at DESC, id DESC) AS latest
WHERE sent.id = latest.id AND superseded_at IS NOT NULL AND NOT EXISTS (
    SELECT FROM chronology WHERE what = 'cme.submission.withdrawn.v1' AND detail->>'first_submission_id' = sent.first_id::text
    AND subject IN (sent.first_id, sent.case_id))
RETURNING sent.*"""

SUPERSEDE_CHAIN = """
UPDATE submission SET superseded_at = $2 WHERE first_id = $1 AND kind = 'deletion' AND superseded_at IS NULL RETURNING id"""


def _row(kept: Kept) -> tuple[object, ...]:
    one = kept.submission
    return (
        one.id, one.first_id, kept.record_id, kept.case_id, one.kind, one.reference, one.received_at, one.on_roll, one.reason,
        one.ground, one.destination_known, one.factors, one.school_urn, one.school_la, one.home_la, kept.matched_by,
        details_as_json(one.details), one.held_by, one.family_id, one.effective_on, [dict(made) for made in one.enquiries],
    )  # fmt: skip


def kept_of(row: asyncpg.Record) -> Kept:
    """From a whole row."""
    submission = Submission(
        id=row["id"], first_id=row["first_id"], kind=SubmissionKind(row["kind"]), reference=row["reference"],
        received_at=row["received_at"], details=details_from_json(row["details"]), on_roll=row["on_roll"],
        reason=row["reason"], ground=row["ground"], destination_known=row["destination_known"],
        factors=tuple(row["factors"]), school_urn=row["school_urn"], school_la=row["school_la"], home_la=row["home_la"],
        held_by=tuple(row["held_by"]), family_id=row["family_id"], enquiries=tuple(row["enquiries"]), watch_over=row["watched_at"] is not None,
        effective_on=row["effective_on"],
    )  # fmt: skip
    return Kept(
        submission, row["record_id"], row["case_id"], tuple(row["matched_by"]), row["superseded_at"] is not None,
        _REFERRED.validate_python(row["referred"]),
    )  # fmt: skip
