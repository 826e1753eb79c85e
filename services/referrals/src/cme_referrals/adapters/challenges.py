"""What deletion returns were asked. Ids, codes and days: nothing here says who a child is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from cme_bus.database import Connection
from cme_referrals.application.ports import Returned
from cme_referrals.domain.rules import Challenge, Deletion, State, rule_table

DELETION = ("submission_id", "first_submission_id", "school_la", "school_urn", "facts")
CHALLENGE = ("submission_id", "place", "rule", "state", "source", "what", "mend", "not_before", "decided_at")
ADD = f"INSERT INTO deletion ({', '.join(DELETION)}) VALUES ($1, $2, $3, $4, $5)"

PUT = """
INSERT INTO challenge AS old (submission_id, place, rule, state, source, what, mend, not_before, decided_at)
SELECT * FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::date[],
                     $9::timestamptz[])
ON CONFLICT (submission_id, rule) DO UPDATE
SET state = excluded.state, mend = excluded.mend, not_before = excluded.not_before, decided_at = excluded.decided_at"""

OF_SUBMISSION = """
SELECT rule, state, source, what, mend, not_before FROM challenge WHERE submission_id = $1 ORDER BY place, rule"""

WITH_RETURNS = "SELECT DISTINCT first_submission_id FROM deletion WHERE first_submission_id = ANY($1)"

HELD = """
SELECT d.submission_id, d.first_submission_id, d.school_la, d.school_urn, d.facts, s.reference, s.received_at
FROM deletion AS d JOIN submission AS s ON s.id = d.submission_id
WHERE NOT EXISTS (SELECT FROM withdrawal AS w WHERE w.first_submission_id = d.first_submission_id)
  AND NOT EXISTS (SELECT FROM submission AS later WHERE later.first_submission_id = d.first_submission_id
                  AND (later.received_at, later.id) > (s.received_at, s.id))
"""
OF_CHILD = (
    HELD
    + """
  AND d.first_submission_id IN (SELECT subject FROM whose WHERE child_id = $1) ORDER BY s.id FOR UPDATE OF s"""
)
OF_CHAIN = HELD + "  AND d.first_submission_id = $1 ORDER BY s.id FOR UPDATE OF s"

WAITING_FOR_DAYS = """
SELECT DISTINCT d.first_submission_id FROM challenge AS c JOIN deletion AS d ON d.submission_id = c.submission_id
WHERE c.state = 'not_yet_known' AND c.rule IN ('ground-h-days', 'ground-i-days')
  AND ($1::text IS NULL OR d.school_la = $1) AND ($2::text IS NULL OR d.school_urn = $2)
ORDER BY d.first_submission_id"""

FACTS = tuple(one.name for one in fields(Deletion) if one.name != "school_urn")
DAYS = frozenset(name for name in FACTS if name.endswith(("_on", "_day")))


class PostgresChallenges:
    """Implements the port `Challenges`."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def add(self, returned: Returned, challenges: Sequence[Challenge], *, at: datetime) -> None:
        """See the port."""
        await self._conn.execute(ADD, *_deletion_row(returned))
        await self._put([(returned.submission_id, one, at) for one in challenges])

    async def add_many(self, asked: Sequence[tuple[Returned, Sequence[Challenge], datetime]]) -> None:
        """See the port."""
        if not asked:
            return
        rows = [_deletion_row(returned) for returned, _, _ in asked]
        await self._conn.copy_records_to_table("deletion", records=rows, columns=DELETION)
        said = _challenge_rows((one.submission_id, of_it, at) for one, challenges, at in asked for of_it in challenges)
        if said:
            await self._conn.copy_records_to_table("challenge", records=said, columns=CHALLENGE)

    async def change(self, submission_id: UUID, challenges: Sequence[Challenge], *, at: datetime) -> None:
        """See the port."""
        await self._put([(submission_id, one, at) for one in challenges])

    async def with_returns(self, first_submission_ids: Collection[UUID]) -> set[UUID]:
        """See the port."""
        rows = await self._conn.fetch(WITH_RETURNS, list(first_submission_ids))
        return {row["first_submission_id"] for row in rows}

    async def hold(self, child_id: UUID) -> None:
        """See the port. A statement of its own, so that the next one sees what was waited for."""
        await self._conn.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"cme.referrals.rules {child_id}"
        )

    async def of_child(self, child_id: UUID) -> Sequence[tuple[Returned, Sequence[Challenge]]]:
        """See the port."""
        return await self._held(OF_CHILD, child_id)

    async def of_chain(self, first_submission_id: UUID) -> Sequence[tuple[Returned, Sequence[Challenge]]]:
        """See the port."""
        return await self._held(OF_CHAIN, first_submission_id)

    async def waiting_for_days(self, *, la_code: str | None, urn: str | None) -> Sequence[UUID]:
        """See the port."""
        return [row["first_submission_id"] for row in await self._conn.fetch(WAITING_FOR_DAYS, la_code, urn)]

    async def _held(self, statement: str, whose: UUID) -> Sequence[tuple[Returned, Sequence[Challenge]]]:
        return [
            (
                Returned(
                    submission_id=row["submission_id"],
                    first_submission_id=row["first_submission_id"],
                    reference=row["reference"],
                    received_at=row["received_at"],
                    school_la=row["school_la"],
                    deletion=_deletion(row["school_urn"], row["facts"]),
                ),
                await self.of_submission(row["submission_id"]),
            )
            for row in await self._conn.fetch(statement, whose)
        ]

    async def _put(self, rows: Sequence[tuple[UUID, Challenge, datetime]]) -> None:
        if not rows:
            return
        await self._conn.execute(PUT, *map(list, zip(*_challenge_rows(rows), strict=True)))

    async def of_submission(self, submission_id: UUID) -> Sequence[Challenge]:
        """See the port."""
        return [_challenge(row) for row in await self._conn.fetch(OF_SUBMISSION, submission_id)]


def _challenge(row: asyncpg.Record) -> Challenge:
    state = State(row["state"])
    held = rule_table().still_on_roll(row["rule"], state)
    return Challenge(**(dict(row) | {"state": state, "still_on_roll": held}))


def _deletion_row(one: Returned) -> tuple[Any, ...]:
    return (
        one.submission_id, one.first_submission_id, one.school_la, one.deletion.school_urn, _facts(one.deletion)
    )  # fmt: skip


def _challenge_rows(rows: Iterable[tuple[UUID, Challenge, datetime]]) -> list[tuple[Any, ...]]:
    places = {rule.code: place for place, rule in enumerate(rule_table().rules)}
    return [
        (id_, places[one.rule], one.rule, one.state, one.source, one.what, one.mend, one.not_before, at)
        for id_, one, at in rows
    ]


def _facts(deletion: Deletion) -> dict[str, Any]:
    """What was said and is no column of its own."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name in FACTS
        if (value := getattr(deletion, name)) is not None
    }


def _deletion(school_urn: str, facts: Mapping[str, Any]) -> Deletion:
    """What `_facts` wrote down."""
    read: dict[str, Any] = {name: date.fromisoformat(value) if name in DAYS else value for name, value in facts.items()}
    return Deletion(school_urn=school_urn, **read)
