"""Cases, in PostgreSQL. Whoever changes one holds the row of its child."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from operator import attrgetter
from uuid import UUID

import asyncpg

from cme_bus.database import Connection
from cme_register.adapters.locks import hold_joins_off
from cme_register.application.ports_changes import Change
from cme_register.domain.case import Case
from cme_register.domain.codes import Category, Kind, Outcome, Proof, Stage, Status
from cme_register.domain.errors import NotOnRegister
from cme_register.domain.risk import Risk


class PgCases:
    """See `application.ports.Cases`."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def lock(self, case_id: UUID) -> Case:
        await hold_joins_off(self._conn)
        await self._conn.execute(LOCK, case_id)
        row = await self._conn.fetchrow("SELECT * FROM case_file WHERE id = $1", case_id)
        if row is None:
            raise NotOnRegister("there is no such case")
        return case_of(row)

    async def lock_many(self, case_ids: Collection[UUID]) -> Mapping[UUID, Case]:
        await hold_joins_off(self._conn)
        await self._conn.execute(LOCK_MANY, list(case_ids))
        rows = await self._conn.fetch("SELECT * FROM case_file WHERE id = ANY($1)", list(case_ids))
        return {row["id"]: case_of(row) for row in rows}

    async def open_of(self, child_ids: Collection[UUID]) -> Mapping[UUID, Case]:
        rows = await self._conn.fetch(
            "SELECT * FROM case_file WHERE status = 'open' AND child_id = ANY($1)", list(child_ids)
        )
        return {row["child_id"]: case_of(row) for row in rows}

    async def latest_closed_of(self, child_ids: Collection[UUID]) -> Mapping[UUID, Case]:
        rows = await self._conn.fetch(LATEST_CLOSED, list(child_ids)) if child_ids else []
        return {row["child_id"]: case_of(row) for row in rows}

    async def latest_of(self, subject: UUID) -> UUID | None:
        case_id: UUID | None = await self._conn.fetchval(LATEST, subject)
        return case_id

    async def latest_of_children(self, child_ids: Collection[UUID]) -> Mapping[UUID, UUID]:
        rows = await self._conn.fetch(LATEST_OF_CHILDREN, list(child_ids)) if child_ids else []
        return {row["child_id"]: row["id"] for row in rows}

    async def of_records(self, record_ids: Collection[UUID]) -> list[Case]:
        rows = await self._conn.fetch(
            "SELECT * FROM case_file WHERE record_id = ANY($1) ORDER BY opened_at, id", list(record_ids)
        )
        return [case_of(row) for row in rows]

    async def waiting_for(self, case_id: UUID) -> list[Case]:
        rows = await self._conn.fetch(
            f"SELECT * FROM case_file WHERE id IN ({WAITING}) ORDER BY opened_at, id", case_id
        )
        return [case_of(row) for row in rows]

    async def add(self, cases: Sequence[Case]) -> None:
        await self._conn.executemany(ADD, [_row(case) for case in cases])

    async def save(self, cases: Sequence[Case]) -> None:
        await self._conn.executemany(SAVE, [_row(case) for case in cases])

    async def in_the_name_of(self, officer_id: UUID, office: str) -> None:
        await self._conn.execute(
            "SELECT set_config('cme.acting', $1, true), set_config('cme.office', $2, true)", str(officer_id), office
        )

    async def version_of(self, case_id: UUID) -> int:
        version: int = await self._conn.fetchval("SELECT version FROM case_file WHERE id = $1", case_id)
        return version

    async def changes_since(self, case_id: UUID, version: int) -> list[Change]:
        rows = await self._conn.fetch(CHANGES, case_id, version)
        return [Change(row["version"], tuple(row["fields"]), row["changed_by"], row["office"]) for row in rows]

    async def note_change(self, case_id: UUID, *parts: str) -> None:
        await self._conn.execute(NOTE_CHANGE, case_id, list(parts))


NAMES = (
    "id", "record_id", "child_id", "kind", "category", "opened_at", "status", "factors", "joined_factors", "risk", "due_at",
    "school_urn", "school_la", "home_la", "lead_officer_id", "waits_for", "located_at", "location_proof", "closed_at",
    "outcome", "outcome_proof", "stage", "owner_role", "repeat", "reopened_at", "follows_case_id", "met_at", "dormant_as",
    "dormant_at", "reviews", "risk_rules", "raised_to", "set_aside", "rated_as", "rated_since",
)  # fmt: skip
"""The columns that are kept of a case, each called as what it has."""
_row = attrgetter(*NAMES)
COLUMNS = ", ".join(NAMES)
PLACES = ", ".join(f"${number}" for number in range(1, len(NAMES) + 1))
ADD = f"INSERT INTO case_file ({COLUMNS}) VALUES ({PLACES})"
SAVE = f"UPDATE case_file SET ({COLUMNS}) = ({PLACES}) WHERE id = $1"

CHANGES = (
    "SELECT version, fields, changed_by, office FROM case_change WHERE case_id = $1 AND version > $2 ORDER BY version"
)

NOTE_CHANGE = """
WITH changed AS (UPDATE case_file SET version = version + 1 WHERE id = $1 RETURNING id, version)
INSERT INTO case_change (case_id, version, fields, changed_by, office)
SELECT id, version, $2, nullif(current_setting('cme.acting', true), '')::uuid, nullif(current_setting('cme.office', true), '')
FROM changed"""

LOCK = "SELECT FROM child WHERE id = (SELECT child_id FROM case_file WHERE id = $1) FOR NO KEY UPDATE"

LATEST_CLOSED = """
SELECT DISTINCT ON (child_id) * FROM case_file WHERE status = 'closed' AND child_id = ANY($1) ORDER BY child_id, closed_at DESC, id"""

LOCK_MANY = """
SELECT FROM child WHERE id IN (SELECT child_id FROM case_file WHERE id = ANY($1)) ORDER BY id FOR NO KEY UPDATE"""

LATEST_OF_CHILDREN = """
SELECT DISTINCT ON (child_id) child_id, id FROM case_file WHERE child_id = ANY($1)
ORDER BY child_id, status = 'open' DESC, opened_at DESC, id"""
LATEST = """
SELECT id FROM case_file WHERE id = $1 OR child_id = (
    SELECT shown_as FROM child WHERE id = $1
    UNION ALL
    SELECT child.shown_as FROM submission JOIN child ON child.id = submission.record_id WHERE submission.first_id = $1
    LIMIT 1
)
ORDER BY id = $1 DESC, status = 'open' DESC, opened_at DESC, id LIMIT 1"""

WAITING = """
WITH RECURSIVE waiting AS (
    SELECT id FROM case_file WHERE waits_for = $1
    UNION ALL
    SELECT case_file.id FROM case_file JOIN waiting ON case_file.waits_for = waiting.id
)
SELECT id FROM waiting"""

WITH_WAITING = f"SELECT $1::uuid AS id UNION ALL ({WAITING})"
"""The case $1, and those that wait behind it."""


def case_of(row: asyncpg.Record) -> Case:
    """From a whole row of `case_file`."""
    return Case(
        id=row["id"], record_id=row["record_id"], child_id=row["child_id"], kind=Kind(row["kind"]),
        category=Category(row["category"]) if row["category"] else None, opened_at=row["opened_at"],
        status=Status(row["status"]), factors=tuple(row["factors"]), joined_factors=tuple(row["joined_factors"]),
        due_at=row["due_at"], school_urn=row["school_urn"], school_la=row["school_la"], home_la=row["home_la"],
        lead_officer_id=row["lead_officer_id"], waits_for=row["waits_for"],
        located_at=row["located_at"], location_proof=Proof(row["location_proof"]) if row["location_proof"] else None,
        closed_at=row["closed_at"], outcome=Outcome(row["outcome"]) if row["outcome"] else None,
        outcome_proof=Proof(row["outcome_proof"]) if row["outcome_proof"] else None, stage=Stage(row["stage"]),
        repeat=row["repeat"], reopened_at=row["reopened_at"], follows_case_id=row["follows_case_id"], met_at=row["met_at"],
        dormant_as=Outcome(row["dormant_as"]) if row["dormant_as"] else None, dormant_at=row["dormant_at"],
        reviews=row["reviews"], version=row["version"],
        risk=Risk(row["risk"]), risk_rules=tuple(row["risk_rules"]), set_aside=tuple(row["set_aside"]),
        raised_to=None if row["raised_to"] is None else Risk(row["raised_to"]), rated_as=row["rated_as"],
        rated_since=row["rated_since"],
    )  # fmt: skip
