"""The review queue as officers look at it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg

type Pool = asyncpg.Pool[asyncpg.Record]
type View = dict[str, Any]

MOST = 1e9
"""Before every score."""


async def queue(pool: Pool, *, after: tuple[float, UUID] | None, limit: int) -> Sequence[View]:
    """Open pairs by score; at most `limit`, after the place of the page before. A pair that was joined otherwise is none."""
    rows = await pool.fetch(QUEUE, *(after or (MOST, UUID(int=0))), limit)
    return [
        {
            **{name: row[name] for name in ("pair_id", "score", "reasons", "proposed_at", "submission_id")},
            "children": [
                {
                    name: row[f"{whose}_{name}"]
                    for name in ("child_id", "forename", "surname", "date_of_birth", "open_case_id")
                }
                for whose in ("one", "other")
            ],
        }
        for row in rows
    ]


def _shown(whose: str) -> str:
    return f"""
    {whose}.id AS {whose}_child_id, {whose}.details->>'forename' AS {whose}_forename, {whose}.details->>'surname' AS {whose}_surname,
    {whose}.details->>'date_of_birth' AS {whose}_date_of_birth,
    (SELECT id FROM case_file WHERE child_id = {whose}.id AND status = 'open') AS {whose}_open_case_id"""


QUEUE = f"""
SELECT pair.id AS pair_id, score, reasons, proposed_at, submission_id, {_shown("one")}, {_shown("other")}
FROM review_pair AS pair
JOIN child AS one_record ON one_record.id = one_id JOIN child AS one ON one.id = one_record.shown_as
JOIN child AS other_record ON other_record.id = other_id JOIN child AS other ON other.id = other_record.shown_as
WHERE state = 'open' AND one.id <> other.id AND (-score, pair.id) > (-($1::real), $2::uuid)
ORDER BY score DESC, pair.id LIMIT $3"""
