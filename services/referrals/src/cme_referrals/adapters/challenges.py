"""What deletion returns were asked. Ids, codes and days: nothing here says who a child is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from cme_bus.database import Connection
from cme_referrals.application.ports import Returned
from cme_referrals.domain.rules import Challenge, Deletion, State, rule_table

ADD = """
INSERT INTO deletion (submission_id, first_submission_id, school_la, school_urn, facts) VALUES ($1, $2, $3, $4, $5)"""

PUT = """
INSERT INTO challenge AS old (submission_id, place, rule, state, source, what, mend, not_before, decided_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (submission_id, rule) DO UPDATE
SET state = excluded.state, not_before = excluded.not_before, decided_at = excluded.decided_at"""

OF_SUBMISSION = """
SELECT rule, state, source, what, mend, not_before FROM challenge WHERE submission_id = $1 ORDER BY place, rule"""

DAYS = frozenset(one.name for one in fields(Deletion) if one.name.endswith(("_on", "_day")))


class PostgresChallenges:
    """Implements the port `Challenges`."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def add(self, returned: Returned, challenges: Sequence[Challenge], *, at: datetime) -> None:
        """See the port."""
        await self.add_many([(returned, challenges, at)])

    async def add_many(self, asked: Sequence[tuple[Returned, Sequence[Challenge], datetime]]) -> None:
        """See the port."""
        await self._conn.executemany(ADD, [
            (one.submission_id, one.first_submission_id, one.school_la, one.deletion.school_urn, _facts(one.deletion))
            for one, _, _ in asked
        ])  # fmt: skip
        await self._put([
            (returned.submission_id, one, at) for returned, challenges, at in asked for one in challenges
        ])  # fmt: skip

    async def _put(self, rows: Sequence[tuple[UUID, Challenge, datetime]]) -> None:
        places = {rule.code: place for place, rule in enumerate(rule_table().rules)}
        await self._conn.executemany(PUT, [
            (id_, places[one.rule], one.rule, one.state, one.source, one.what, one.mend, one.not_before, at)
            for id_, one, at in rows
        ])  # fmt: skip

    async def of_submission(self, submission_id: UUID) -> Sequence[Challenge]:
        """See the port."""
        return [_challenge(row) for row in await self._conn.fetch(OF_SUBMISSION, submission_id)]


def _challenge(row: asyncpg.Record) -> Challenge:
    return Challenge(**(dict(row) | {"state": State(row["state"])}))


def _facts(deletion: Deletion) -> dict[str, Any]:
    """What was said and is no column of its own."""
    said = {one.name: getattr(deletion, one.name) for one in fields(Deletion) if one.name != "school_urn"}
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in said.items()
        if value is not None
    }


def deletion_of(school_urn: str, facts: Mapping[str, Any]) -> Deletion:
    """What `_facts` wrote down."""
    read: dict[str, Any] = {name: date.fromisoformat(value) if name in DAYS else value for name, value in facts.items()}
    return Deletion(school_urn=school_urn, **read)
