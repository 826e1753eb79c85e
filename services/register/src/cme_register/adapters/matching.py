"""Where records are found, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from cme_bus.database import Connection
from cme_register.adapters.rows import details_as_json, details_from_json
from cme_register.application.ports_matching import Candidate, Known, Looked, Record
from cme_register.domain.blocks import BLOCK, CANDIDATES

BUCKETS = 1024
"""Places are held by the bucket: PostgreSQL's table of locks is shared by all, and has an end."""
SAMPLE = 50_000


class PgMatching:
    """See `application.ports_matching.Matching`."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def hold(self, keys: Collection[int]) -> None:
        buckets = sorted({key % BUCKETS for key in keys})  # in one order everywhere: nobody waits in a circle
        if buckets:
            await self._conn.execute(HOLD, buckets)

    async def candidates(self, wanted: Sequence[Collection[int]]) -> Looked:
        numbers = [n for n, keys in enumerate(wanted) for _ in keys]
        found: list[list[Candidate]] = [[] for _ in wanted]
        if not numbers:
            return Looked(found)
        rows = await self._conn.fetch(HITS, numbers, [key for keys in wanted for key in keys], BLOCK, CANDIDATES)
        hits = [row for row in rows if row["record_id"]]
        records = await self.find({row["record_id"] for row in hits})
        for row in hits:
            found[row["n"]].append(records[row["record_id"]])
        return Looked(found, frozenset(row["key"] for row in rows if row["key"] is not None))

    async def put_keys(self, added: Mapping[UUID, Collection[int]], removed: Mapping[UUID, Collection[int]]) -> None:
        for statement, keys in ((REMOVE, removed), (ADD, added)):
            pairs = [(key, record_id) for record_id, ones in keys.items() for key in ones]
            if pairs:
                await self._conn.execute(statement, [key for key, _ in pairs], [record for _, record in pairs])

    async def unfindable(self, after: UUID, limit: int) -> list[Candidate]:
        rows = await self._conn.fetch(UNFINDABLE, after, limit)
        return [Candidate(row["id"], row["shown_as"], details_from_json(row["details"])) for row in rows]

    async def records(self, child_ids: Collection[UUID]) -> list[UUID]:
        rows = await self._conn.fetch(SHOWN_BY, list(child_ids))
        return [row["id"] for row in rows]

    async def find(self, record_ids: Collection[UUID]) -> Mapping[UUID, Candidate]:
        rows = await self._conn.fetch(RECORDS, list(record_ids)) if record_ids else []
        return {row["id"]: Candidate(row["id"], row["shown_as"], details_from_json(row["details"])) for row in rows}

    async def save(self, records: Sequence[Record]) -> None:
        await self._conn.executemany(
            "UPDATE child SET details = $2, own = $3 WHERE id = $1",
            [
                (one.id, details_as_json(one.details), details_as_json(one.own) if one.own else None)
                for one in sorted(records, key=lambda one: one.id)
            ],
        )

    async def keep(self, known: Sequence[Known]) -> None:
        await self._conn.executemany(
            "INSERT INTO submission_match (submission_id, score, reasons, quarantined) VALUES ($1, $2, $3, $4)",
            [(one.submission_id, one.score, one.reasons, one.quarantined) for one in known],
        )

    async def quarantined(self, submission_ids: Collection[UUID]) -> Mapping[UUID, tuple[str, ...]]:
        rows = await self._conn.fetch(
            "SELECT submission_id, quarantined FROM submission_match WHERE submission_id = ANY($1) AND quarantined <> '{}'",
            list(submission_ids),
        )
        return {row["submission_id"]: tuple(row["quarantined"]) for row in rows}

    async def sample_names(self) -> tuple[list[str], list[str]]:
        many = await self._conn.fetchval("SELECT reltuples FROM pg_class WHERE oid = 'child'::regclass")
        percent = min(100.0, 100.0 * SAMPLE / max(many, 1.0))
        rows = await self._conn.fetch(NAMES, percent)
        return [row["forename"] for row in rows], [row["surname"] for row in rows]


HOLD = """
SELECT count(pg_advisory_xact_lock(hashtext('cme.register.matching'), bucket)) FROM unnest($1::int[]) AS bucket"""

HITS = """
WITH block AS (
    SELECT key, numbers, records, size
    FROM (SELECT key, array_agg(n) AS numbers FROM unnest($1::int[], $2::bigint[]) AS wanted (n, key) GROUP BY key) AS wanted
    CROSS JOIN LATERAL (
        SELECT array_agg(record_id) AS records, count(*) AS size
        FROM (SELECT record_id FROM match_key WHERE match_key.key = wanted.key LIMIT $3::int + 1) AS found
    ) AS found
),
hit AS (
    SELECT n, record_id, sum(1.0 / size) AS told
    FROM block CROSS JOIN LATERAL unnest(numbers) AS n CROSS JOIN LATERAL unnest(records) AS record_id
    WHERE size <= $3
    GROUP BY n, record_id
)
SELECT n, record_id, NULL::bigint AS key, place
FROM (SELECT n, record_id, row_number() OVER (PARTITION BY n ORDER BY told DESC, record_id) AS place FROM hit) AS ranked
WHERE place <= $4
UNION ALL SELECT NULL, NULL, key, NULL FROM block WHERE size > $3
ORDER BY n, place"""
"""By how much the keys that two have in common tell apart: one that few records share tells more.

A key is looked under once, whoever of the batch has it; those that are full come back by themselves.
"""

RECORDS = "SELECT id, shown_as, coalesce(own, details) AS details FROM child WHERE id = ANY($1)"

UNFINDABLE = """
SELECT id, shown_as, coalesce(own, details) AS details FROM child
WHERE id > $1 AND NOT EXISTS (SELECT FROM match_key WHERE record_id = child.id) ORDER BY id LIMIT $2"""

ADD = """
INSERT INTO match_key (key, record_id) SELECT key, record_id FROM unnest($1::bigint[], $2::uuid[]) AS given (key, record_id)
ON CONFLICT DO NOTHING"""

REMOVE = """
DELETE FROM match_key USING unnest($1::bigint[], $2::uuid[]) AS gone (key, record_id)
WHERE match_key.key = gone.key AND match_key.record_id = gone.record_id"""

SHOWN_BY = """
SELECT id FROM child WHERE id = ANY($1)
UNION SELECT id FROM child WHERE shown_as = ANY($1) AND joined_into IS NOT NULL"""

NAMES = """
SELECT details->>'forename' AS forename, details->>'surname' AS surname FROM child TABLESAMPLE SYSTEM ($1::real)"""
