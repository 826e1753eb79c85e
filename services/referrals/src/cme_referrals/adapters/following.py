"""How far submissions have come. A batch is written in the order of its ids, so that batches never deadlock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import asyncpg

from cme_bus.database import Connection
from cme_referrals.application.ports import Followed
from cme_referrals.application.telling import Sender
from cme_referrals.domain.completeness import Kind
from cme_referrals.domain.progress import Progress

SELECT = """
SELECT s.id, s.reference, s.kind, s.sender, s.sender_urn, s.referrer_kind, s.school_urn, s.still_missing, s.quarantined,
       s.received_at, p.matched_at, p.on_register_at, c.investigated_since, c.due_on, c.closed_at, c.outcome,
       c.reopened_at, c.on_review_since, c.woken_at, c.with_team_since, w.withdrawn_at,
       ARRAY(SELECT h.team FROM handed_to AS h WHERE h.first_submission_id = s.first_submission_id
             ORDER BY h.since, h.team) AS teams,
       (SELECT max(told.informed_at) FROM submission AS sent JOIN submission_progress AS told ON told.submission_id = sent.id
        WHERE sent.first_submission_id = s.first_submission_id) AS informed_at,  -- of a form and its corrections the last is answered
       (SELECT later.reference FROM submission AS later
        WHERE later.first_submission_id = s.first_submission_id AND (later.received_at, later.id) > (s.received_at, s.id)
        ORDER BY later.received_at DESC, later.id DESC LIMIT 1) AS corrected_by
FROM submission AS s
LEFT JOIN submission_progress AS p ON p.submission_id = s.id
LEFT JOIN case_progress AS c ON c.case_id = p.case_id
LEFT JOIN withdrawal AS w ON w.first_submission_id = s.first_submission_id
"""
FIND = (
    SELECT
    + """
WHERE (s.id = $1 OR s.reference = $4)
  AND CASE WHEN $3::text IS NULL THEN true WHEN $2::text IS NULL THEN s.sender_urn IS NULL AND s.sender = $3
           ELSE s.sender_urn = $2 END"""
)
PAGE = """
  AND (s.received_at, s.id)
    < (coalesce($1, timestamptz 'infinity'), coalesce($2, uuid 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
ORDER BY s.received_at DESC, s.id DESC LIMIT $3"""
LATEST = SELECT + "WHERE true" + PAGE
LATEST_OF_SCHOOL = SELECT + "WHERE s.sender_urn = $4" + PAGE
LATEST_OF_SUBJECTS = SELECT + "WHERE s.sender_urn IS NULL AND s.sender = ANY($4)" + PAGE
LATEST_OF_CHILD = SELECT + "WHERE s.first_submission_id IN (SELECT subject FROM whose WHERE child_id = $4)" + PAGE
"""Four statements, not one with conditions: each has an index that walks it in order."""

ON_REGISTER = """
INSERT INTO submission_progress AS old (submission_id, case_id, on_register_at)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) ORDER BY 1
ON CONFLICT (submission_id) DO UPDATE SET case_id = excluded.case_id, on_register_at = excluded.on_register_at,
    informed_at = CASE WHEN old.case_id <> excluded.case_id THEN NULL ELSE old.informed_at END  -- of the other case's end"""

MATCHED = """
INSERT INTO submission_progress AS old (submission_id, matched_at)
SELECT * FROM unnest($1::uuid[], $2::timestamptz[]) ORDER BY 1
ON CONFLICT (submission_id) DO UPDATE SET matched_at = excluded.matched_at"""

HANDED_OVER = """
INSERT INTO handed_to AS old (first_submission_id, team, since)
SELECT first, team, min(since) FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS new (first, team, since)
GROUP BY first, team ORDER BY first, team
ON CONFLICT (first_submission_id, team) DO UPDATE SET since = least(old.since, excluded.since)"""

INFORMED = """
INSERT INTO submission_progress AS old (submission_id, informed_at)
SELECT * FROM unnest($1::uuid[], $2::timestamptz[]) ORDER BY 1
ON CONFLICT (submission_id) DO UPDATE SET informed_at = excluded.informed_at"""

ASSIGNED = """
INSERT INTO case_progress AS old (case_id, investigated_since)
SELECT * FROM unnest($1::uuid[], $2::timestamptz[]) ORDER BY 1
ON CONFLICT (case_id) DO UPDATE
SET investigated_since = least(old.investigated_since, excluded.investigated_since), with_team_since = NULL"""

DUE = """
INSERT INTO case_progress AS old (case_id, due_on)
SELECT * FROM unnest($1::uuid[], $2::date[]) ORDER BY 1
ON CONFLICT (case_id) DO UPDATE SET due_on = excluded.due_on"""

CLOSED = """
INSERT INTO case_progress AS old (case_id, closed_at, outcome, repeat)
SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::int[]) ORDER BY 1
ON CONFLICT (case_id) DO UPDATE SET closed_at = excluded.closed_at, outcome = excluded.outcome, repeat = excluded.repeat
WHERE old.repeat <= excluded.repeat  -- an end that was overtaken by a reopening is none"""

REOPENED = """
INSERT INTO case_progress AS old (case_id, reopened_at, repeat)
SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::int[]) ORDER BY 1
ON CONFLICT (case_id) DO UPDATE
SET reopened_at = excluded.reopened_at, repeat = excluded.repeat, closed_at = NULL, outcome = NULL, on_review_since = NULL
WHERE old.repeat < excluded.repeat"""

ON_REVIEW = """
INSERT INTO case_progress AS old (case_id, on_review_since)
SELECT * FROM unnest($1::uuid[], $2::timestamptz[]) ORDER BY 1
ON CONFLICT (case_id) DO UPDATE SET on_review_since = excluded.on_review_since"""

WOKEN = """
INSERT INTO case_progress AS old (case_id, woken_at)
SELECT * FROM unnest($1::uuid[], $2::timestamptz[]) ORDER BY 1
ON CONFLICT (case_id) DO UPDATE SET woken_at = excluded.woken_at"""

LEFT_TO_TEAM = """
INSERT INTO case_progress AS old (case_id, with_team_since)
SELECT * FROM unnest($1::uuid[], $2::timestamptz[]) ORDER BY 1
ON CONFLICT (case_id) DO UPDATE SET with_team_since = excluded.with_team_since"""

SEPARATED = """
WITH theirs AS (SELECT id FROM submission WHERE first_submission_id = ANY($1))
UPDATE submission_progress AS p SET case_id = NULL, on_register_at = NULL, informed_at = NULL
WHERE (p.submission_id IN (SELECT id FROM theirs) AND p.case_id <> ALL($2))
   OR (p.case_id = ANY($2) AND p.submission_id NOT IN (SELECT id FROM theirs))"""


class PostgresFollowing:
    """Implements the port `Following`."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def find(self, name: UUID | str, *, sent_by: Sender | None = None) -> Followed | None:
        """See the port."""
        urn, subject = (sent_by.urn, sent_by.subject) if sent_by else (None, None)
        id_, reference = (name, None) if isinstance(name, UUID) else (None, name)
        row = await self._conn.fetchrow(FIND, id_, urn, subject, reference)
        return _followed(row) if row else None

    async def latest(self, *, before: tuple[datetime, UUID] | None, limit: int) -> Sequence[Followed]:
        """See the port."""
        return await self._page(LATEST, before, limit)

    async def latest_of_sender(
        self, sender: Sender, *, before: tuple[datetime, UUID] | None, limit: int
    ) -> Sequence[Followed]:
        """See the port."""
        if sender.urn:
            return await self._page(LATEST_OF_SCHOOL, before, limit, sender.urn)
        return await self.latest_of_subjects([sender.subject], before=before, limit=limit)

    async def latest_of_subjects(
        self, subjects: Sequence[str], *, before: tuple[datetime, UUID] | None, limit: int
    ) -> Sequence[Followed]:
        """See the port."""
        return await self._page(LATEST_OF_SUBJECTS, before, limit, list(subjects))

    async def latest_of_child(
        self, child_id: UUID, *, before: tuple[datetime, UUID] | None, limit: int
    ) -> Sequence[Followed]:
        """See the port."""
        return await self._page(LATEST_OF_CHILD, before, limit, child_id)

    async def on_register(self, facts: Sequence[tuple[UUID, UUID, datetime]]) -> None:
        """See the port."""
        await self._write(ON_REGISTER, facts, 3)

    async def matched(self, facts: Sequence[tuple[UUID, datetime]]) -> None:
        """See the port."""
        await self._write(MATCHED, facts, 2)

    async def handed_over(self, facts: Sequence[tuple[UUID, str, datetime]]) -> None:
        """See the port."""
        await self._conn.execute(HANDED_OVER, *([fact[column] for fact in facts] for column in range(3)))

    async def separated(self, chains: Sequence[UUID], cases: Sequence[UUID]) -> None:
        """See the port."""
        await self._conn.execute(SEPARATED, chains, cases)

    async def assigned(self, facts: Sequence[tuple[UUID, datetime]]) -> None:
        """See the port."""
        latest_first = sorted(facts, key=lambda fact: fact[1], reverse=True)  # of two in one batch the earlier counts
        await self._write(ASSIGNED, latest_first, 2)

    async def due(self, facts: Sequence[tuple[UUID, date]]) -> None:
        """See the port."""
        await self._write(DUE, facts, 2)

    async def closed(self, facts: Sequence[tuple[UUID, datetime, str, int]]) -> None:
        """See the port."""
        await self._write(CLOSED, facts, 4)

    async def reopened(self, facts: Sequence[tuple[UUID, datetime, int]]) -> None:
        """See the port."""
        await self._write(REOPENED, facts, 3)

    async def on_review(self, facts: Sequence[tuple[UUID, datetime]]) -> None:
        """See the port."""
        await self._write(ON_REVIEW, facts, 2)

    async def woken(self, facts: Sequence[tuple[UUID, datetime]]) -> None:
        """See the port."""
        await self._write(WOKEN, facts, 2)

    async def left_to_team(self, facts: Sequence[tuple[UUID, datetime]]) -> None:
        """See the port."""
        await self._write(LEFT_TO_TEAM, facts, 2)

    async def informed(self, facts: Sequence[tuple[UUID, datetime]]) -> None:
        """See the port."""
        await self._write(INFORMED, facts, 2)

    async def _page(
        self, statement: str, before: tuple[datetime, UUID] | None, limit: int, *whose: object
    ) -> Sequence[Followed]:
        at, id_ = before or (None, None)
        return [_followed(row) for row in await self._conn.fetch(statement, at, id_, limit, *whose)]

    async def _write(self, statement: str, facts: Sequence[tuple[object, ...]], columns: int) -> None:
        """One statement for a batch; of two facts about one id, which no statement may write twice, the later."""
        latest = list({fact[0]: fact for fact in facts}.values())
        if latest:
            await self._conn.execute(statement, *([fact[column] for fact in latest] for column in range(columns)))


def _followed(row: asyncpg.Record) -> Followed:
    return Followed(
        id=row["id"],
        reference=row["reference"],
        kind=Kind(row["kind"]),
        sender=Sender(subject=row["sender"], urn=row["sender_urn"]),
        referrer_kind=row["referrer_kind"],
        school_urn=row["school_urn"],
        still_missing=tuple(row["still_missing"]),
        quarantined=tuple(row["quarantined"]),
        progress=Progress(
            received_at=row["received_at"],
            matched_at=row["matched_at"],
            on_register_at=row["on_register_at"],
            teams=tuple(row["teams"]),
            investigated_since=row["investigated_since"],
            due_on=row["due_on"],
            closed_at=row["closed_at"],
            outcome=row["outcome"],
            reopened_at=row["reopened_at"],
            on_review_since=row["on_review_since"],
            woken_at=row["woken_at"],
            with_team_since=row["with_team_since"],
            informed_at=row["informed_at"],
            withdrawn_at=row["withdrawn_at"],
            corrected_by=row["corrected_by"],
        ),
    )
