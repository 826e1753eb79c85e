"""Submissions with their corrections and withdrawals. The row of a chain's first submission is the chain's lock."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cme_bus.database import Connection
from cme_referrals.application.change import Sent
from cme_referrals.application.telling import Sender
from cme_referrals.domain.completeness import Kind

FIND = """
SELECT id, first_submission_id, reference, kind, received_at, family_id FROM submission
WHERE (id = $1 OR reference = $4) AND CASE WHEN $2::text IS NULL THEN sender_urn IS NULL AND sender = $3 ELSE sender_urn = $2 END"""
LOCK = "SELECT 1 FROM submission WHERE id = $1 FOR NO KEY UPDATE"
WITHDRAWN = "SELECT EXISTS (SELECT 1 FROM withdrawal WHERE first_submission_id = $1)"
WITHDRAWN_AT = """
SELECT w.withdrawn_at FROM withdrawal AS w JOIN submission AS s USING (first_submission_id) WHERE s.id = $1"""
WITHDRAW = """
INSERT INTO withdrawal (first_submission_id, submission_id, reason, sender, withdrawn_at)
VALUES ($1, $2, $3, $4, $5)"""


class PostgresChains:
    """Implements the port `Chains`."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def lock(self, name: UUID | str, sender: Sender) -> Sent | None:
        """See the port."""
        id_, reference = (name, None) if isinstance(name, UUID) else (None, name)
        row = await self._conn.fetchrow(FIND, id_, sender.urn, sender.subject, reference)
        if row is None:
            return None
        await self._conn.fetchval(LOCK, row["first_submission_id"])
        return Sent(**{**row, "kind": Kind(row["kind"])})

    async def withdrawn(self, first_submission_id: UUID) -> bool:
        """See the port."""
        return bool(await self._conn.fetchval(WITHDRAWN, first_submission_id))

    async def withdrawn_at(self, submission_id: UUID) -> datetime | None:
        """When a submission was taken back, with its chain; None where it was not."""
        found: datetime | None = await self._conn.fetchval(WITHDRAWN_AT, submission_id)
        return found

    async def withdraw(self, sent: Sent, reason: str, sender: Sender, *, at: datetime) -> None:
        """See the port."""
        await self._conn.execute(WITHDRAW, sent.first_submission_id, sent.id, reason, sender.subject, at)
