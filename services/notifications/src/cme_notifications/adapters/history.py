"""What was sent about whom, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One message as officers see it: no address, as those who need one have it where it is kept."""

    place: int
    id: UUID
    prompted_by: str
    template: str
    template_version: int | None
    audience: str
    recipient_kind: str
    recipient: str
    urgent: bool
    channel: str | None
    state: str
    reason: str | None
    attempts: int
    queued_at: datetime
    sent_at: datetime | None
    settled_at: datetime | None
    submission_id: UUID | None
    case_id: UUID | None
    child_id: UUID | None


async def messages_about(
    pool: asyncpg.Pool[asyncpg.Record],
    *,
    child_id: UUID | None = None,
    submission_id: UUID | None = None,
    case_id: UUID | None = None,
    after: int = 0,
    limit: int = 100,
) -> list[Sent]:
    """The messages about a child (whatever is theirs now), a submission or a case, in the order they were owed."""
    return [Sent(**row) for row in await pool.fetch(ABOUT, child_id, submission_id, case_id, after, limit)]


ABOUT = """
SELECT place, id, prompted_by, template, template_version, audience, recipient_kind, recipient, urgent, channel, state,
    reason, attempts, queued_at, sent_at, settled_at, submission_id, case_id,
    coalesce((SELECT w.child_id FROM whose AS w WHERE w.subject = m.subject), m.child_id) AS child_id
FROM message AS m
WHERE (m.submission_id = $2 OR m.case_id = $3
    OR m.subject IN (SELECT subject FROM whose WHERE child_id = $1)
    OR (m.child_id = $1 AND NOT EXISTS (SELECT FROM whose WHERE subject = m.subject)))
  AND place > $4
ORDER BY place LIMIT $5"""
