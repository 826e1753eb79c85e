"""The review queue, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from cme_bus.database import Connection
from cme_register.application.ports_matching import Pair


class PgReviews:
    """See `application.ports_matching.Reviews`."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def told_apart(self, child_ids: Collection[UUID]) -> set[frozenset[UUID]]:
        if not child_ids:
            return set()
        rows = await self._conn.fetch(TOLD_APART, list(child_ids))
        return {frozenset((row["one"], row["other"])) for row in rows}

    async def propose(self, pairs: Sequence[Pair], at: datetime) -> set[UUID]:
        if not pairs:
            return set()
        rows = await self._conn.fetchmany(
            PROPOSE,
            [(one.id, one.one_id, one.other_id, one.submission_id, one.score, one.reasons, at) for one in pairs],
        )
        return {row["id"] for row in rows}

    async def lock(self, pair_id: UUID) -> Pair | None:
        row = await self._conn.fetchrow("SELECT * FROM review_pair WHERE id = $1 FOR UPDATE", pair_id)
        if row is None:
            return None
        return Pair(
            row["id"], row["one_id"], row["other_id"], row["submission_id"], row["score"], tuple(row["reasons"]), row["state"]
        )  # fmt: skip

    async def decide(self, pair_id: UUID, state: str, by: UUID, at: datetime) -> None:
        await self._conn.execute(
            "UPDATE review_pair SET state = $2, decided_by = $3, decided_at = $4 WHERE id = $1", pair_id, state, by, at
        )

    async def set_apart(
        self, some: Collection[UUID], others: Collection[UUID], *, pair_id: UUID, by: UUID, at: datetime
    ) -> None:
        await self._conn.execute(SET_APART, list(some), list(others), by, at)
        one, other = next(iter(some)), next(iter(others))
        await self._conn.execute(NEW_APART, pair_id, min(one, other), max(one, other), by, at)


TOLD_APART = """
WITH record AS (
    SELECT id, shown_as FROM child WHERE id = ANY($1)
    UNION SELECT id, shown_as FROM child WHERE shown_as = ANY($1) AND joined_into IS NOT NULL
)
SELECT ours.shown_as AS one, theirs.shown_as AS other
FROM review_pair JOIN record AS ours ON ours.id = one_id JOIN record AS theirs ON theirs.id = other_id
WHERE state = 'different' AND ours.shown_as <> theirs.shown_as"""

PROPOSE = """
INSERT INTO review_pair (id, one_id, other_id, submission_id, score, reasons, state, proposed_at)
VALUES ($1, $2, $3, $4, $5, $6, 'open', $7) ON CONFLICT (one_id, other_id) DO NOTHING RETURNING id"""

SET_APART = """
UPDATE review_pair SET state = 'different', decided_by = $3, decided_at = $4
WHERE state <> 'different' AND ((one_id = ANY($1) AND other_id = ANY($2)) OR (one_id = ANY($2) AND other_id = ANY($1)))"""

NEW_APART = """
INSERT INTO review_pair (id, one_id, other_id, score, reasons, state, proposed_at, decided_by, decided_at)
VALUES ($1, $2, $3, 0, '{}', 'different', $5, $4, $5) ON CONFLICT (one_id, other_id) DO NOTHING"""
