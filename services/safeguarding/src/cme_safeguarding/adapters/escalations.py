"""What people were alerted to, and what social care was told."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from cme_bus.database import Connection
from cme_safeguarding.application.ports import Shown
from cme_safeguarding.domain.errors import UnknownEscalation
from cme_safeguarding.domain.escalation import Consent, Escalation, Terms


class PostgresConcerns:
    """Added under the lock of the child's file."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def add(self, concern_id: UUID, subject: UUID, factors: Collection[str], rule: str, at: datetime) -> None:
        await self._conn.execute(
            "INSERT INTO concern (id, subject, factors, rule, raised_at) VALUES ($1, $2, $3, $4, $5)",
            concern_id,
            subject,
            sorted(factors),
            rule,
            at,
        )

    async def standing(self, subjects: Collection[UUID]) -> frozenset[str]:
        rows = await self._conn.fetch(
            STANDING,
            list(subjects),
        )
        return frozenset(row["factor"] for row in rows)

    async def settle(self, subjects: Collection[UUID], at: datetime) -> None:
        await self._conn.execute(
            "UPDATE concern SET settled_at = $2 WHERE subject = ANY($1::uuid[]) AND settled_at IS NULL",
            list(subjects),
            at,
        )


COLUMNS = (
    "id, subject, case_id, factors, escalated_at, answer_due_on, answer_due_at, decided_by, rule, consideration_id,"
    " confirmed, confirmed_by, confirmed_at, acknowledged_at, their_reference, times_silent, matter_ended_at"
)
TERMS = "consent, consent_reason, threshold_level, telephoned_at"


class PostgresEscalations:
    """Changed under the lock of the child's file."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def add(self, escalation: Escalation) -> None:
        terms = escalation.terms
        await self._conn.execute(
            "INSERT INTO escalation (id, subject, case_id, factors, escalated_at, answer_due_on, answer_due_at,"
            f" decided_by, rule, consideration_id, {TERMS})"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
            escalation.id,
            escalation.subject,
            escalation.case_id,
            sorted(escalation.factors),
            escalation.escalated_at,
            escalation.answer_due_on,
            escalation.answer_due_at,
            escalation.decided_by,
            escalation.rule,
            escalation.consideration_id,
            terms.consent,
            terms.consent_reason,
            terms.threshold_level,
            terms.telephoned_at,
        )

    async def get(self, escalation_id: UUID) -> Escalation:
        row = await self._conn.fetchrow(f"SELECT {COLUMNS}, {TERMS} FROM escalation WHERE id = $1", escalation_id)
        if row is None:
            raise UnknownEscalation
        return _escalation(row)

    async def save(self, escalation: Escalation) -> None:
        await self._conn.execute(
            "UPDATE escalation SET confirmed = $2, confirmed_by = $3, confirmed_at = $4, acknowledged_at = $5,"
            " their_reference = $6, times_silent = $7, matter_ended_at = $8 WHERE id = $1",
            escalation.id,
            escalation.confirmed,
            escalation.confirmed_by,
            escalation.confirmed_at,
            escalation.acknowledged_at,
            escalation.their_reference,
            escalation.times_silent,
            escalation.matter_ended_at,
        )

    async def of(self, subjects: Collection[UUID]) -> Sequence[Escalation]:
        rows = await self._conn.fetch(
            f"SELECT {COLUMNS}, {TERMS} FROM escalation WHERE subject = ANY($1::uuid[]) ORDER BY escalated_at, id",
            list(subjects),
        )
        return [_escalation(row) for row in rows]

    async def of_case(self, case_id: UUID) -> Sequence[Shown[Escalation]]:
        rows = await self._conn.fetch(OF_CASE, case_id)
        return [Shown(_escalation(row), row["child_id"]) for row in rows]


def _escalation(row: asyncpg.Record) -> Escalation:
    """From a row of the columns in `COLUMNS` and `TERMS`, and others beside."""
    fields = {name.strip(): row[name.strip()] for name in COLUMNS.split(",")}
    terms = Terms(Consent(row["consent"]), row["consent_reason"], row["threshold_level"], row["telephoned_at"])
    return Escalation(**fields | {"factors": frozenset(fields["factors"]), "terms": terms})


# What had ended after people were alerted to it alerts them again once it is said again.
STANDING = """
SELECT DISTINCT told.factor FROM concern AS c, unnest(c.factors) AS told (factor)
WHERE c.subject = ANY($1::uuid[]) AND c.settled_at IS NULL AND NOT EXISTS (
    SELECT FROM factor_said AS s
    WHERE s.subject = ANY($1::uuid[]) AND s.factor = told.factor AND s.ended_at >= c.raised_at)"""

OF_CASE = """
SELECT e.*, w.child_id FROM escalation AS e LEFT JOIN whose AS w ON w.subject = e.subject
WHERE e.case_id = $1 ORDER BY e.escalated_at, e.id"""
