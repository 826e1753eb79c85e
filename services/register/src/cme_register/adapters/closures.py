"""Closures, and what was considered before them, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from cme_bus.database import Connection
from cme_register.adapters.cases import WITH_WAITING
from cme_register.domain.closure import Closure, Done
from cme_register.domain.codes import ClosureRefusal, Outcome, Proof, SignOff


class PgClosures:
    """See `application.ports_closures.Closures`."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def proposed(self, case_id: UUID) -> Closure | None:
        row = await self._conn.fetchrow(PROPOSED, case_id)
        if row is None:
            return None
        signed = await self._conn.fetch(SIGNED, row["id"])
        return Closure(
            id=row["id"], case_id=row["case_id"], repeat=row["repeat"], outcome=Outcome(row["outcome"]),
            proof=Proof(row["proof"]), evidence=row["evidence"], needs=tuple(map(SignOff, row["needs"])),
            proposed_by=row["proposed_by"], proposed_at=row["proposed_at"],
            signed={SignOff(one["sign_off"]): one["signed_by"] for one in signed},
        )  # fmt: skip

    async def add(self, closure: Closure) -> None:
        await self._conn.execute(
            ADD, closure.id, closure.case_id, closure.repeat, closure.outcome, closure.proof, closure.evidence,
            closure.needs, closure.proposed_by, closure.proposed_at,
        )  # fmt: skip

    async def sign(self, closure_id: UUID, sign_off: SignOff, *, by: UUID, at: datetime) -> None:
        await self._conn.execute(SIGN, closure_id, sign_off, by, at)

    async def agree(self, closure_id: UUID, *, by: UUID, at: datetime) -> None:
        await self._conn.execute(DECIDE, closure_id, "agreed", by, at, None, None)

    async def refuse(
        self, closure_id: UUID, reason: ClosureRefusal, *, note: str | None = None, by: UUID | None, at: datetime
    ) -> None:
        await self._conn.execute(DECIDE, closure_id, "refused", by, at, reason, note)

    async def note_reopened(self, case_id: UUID, note: str | None, *, by: UUID, at: datetime) -> None:
        if note:
            await self._conn.execute(NOTE_REOPENED, case_id, note, by, at)

    async def done(self, case_id: UUID) -> Done:
        siblings = await self._conn.fetch(OPEN_SIBLINGS, case_id)
        considered = await self._conn.fetchval(SAFEGUARDING, case_id)
        return Done(open_siblings=tuple(row["child_id"] for row in siblings), safeguarding=considered)

    async def sibling_record(self, case_id: UUID, child_id: UUID) -> UUID | None:
        record: UUID | None = await self._conn.fetchval(
            f"{SIBLINGS} AND child.shown_as = $2 LIMIT 1", case_id, child_id
        )
        return record

    async def consider_sibling(
        self, case_id: UUID, record_id: UUID, reason: str, *, id_: UUID, by: UUID, at: datetime
    ) -> None:
        await self._conn.execute(CONSIDER, id_, case_id, "sibling", record_id, reason, by, at)

    async def consider_safeguarding(self, case_id: UUID, reason: str, *, id_: UUID, by: UUID, at: datetime) -> None:
        await self._conn.execute(CONSIDER, id_, case_id, "safeguarding", None, reason, by, at)

    async def hear_considered(self, subjects: Collection[tuple[UUID, datetime]]) -> None:
        await self._conn.executemany(HEAR, sorted(subjects))  # in one order everywhere


PROPOSED = "SELECT * FROM closure WHERE case_id = $1 AND state = 'proposed'"

SIGNED = "SELECT sign_off, signed_by FROM closure_sign_off WHERE closure_id = $1"

ADD = """
INSERT INTO closure (id, case_id, repeat, outcome, proof, evidence, needs, proposed_by, proposed_at, state)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'proposed')"""

SIGN = "INSERT INTO closure_sign_off (closure_id, sign_off, signed_by, signed_at) VALUES ($1, $2, $3, $4)"

DECIDE = """
UPDATE closure SET state = $2, decided_by = $3, decided_at = $4, reason = $5, note = $6 WHERE id = $1 AND state = 'proposed'"""

NOTE_REOPENED = "INSERT INTO case_reopening (case_id, note, reopened_by, reopened_at) VALUES ($1, $2, $3, $4)"

CONSIDER = """
INSERT INTO case_consideration (id, case_id, about, sibling_record_id, reason, considered_by, considered_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)"""

HEAR = """
INSERT INTO safeguarding_heard AS known (subject, heard_at) VALUES ($1, $2)
ON CONFLICT (subject) DO UPDATE SET heard_at = excluded.heard_at WHERE known.heard_at < excluded.heard_at"""

OURS = """
SELECT record.id FROM case_file JOIN child AS record ON record.shown_as = case_file.child_id WHERE case_file.id = $1"""
"""The records by which the child of a case is shown."""

SIBLINGS = f"""
SELECT child.id FROM child WHERE child.id IN (
    SELECT record_id FROM submission WHERE family_id IN (SELECT family_id FROM submission WHERE record_id IN ({OURS}))
    UNION SELECT unnest(ARRAY[record_id, sibling_record_id]) FROM (
        SELECT DISTINCT ON (record_id, sibling_record_id) record_id, sibling_record_id, linked
        FROM sibling_link WHERE record_id IN ({OURS}) OR sibling_record_id IN ({OURS})
        ORDER BY record_id, sibling_record_id, id DESC
    ) AS latest WHERE linked
) AND child.shown_as <> (SELECT child_id FROM case_file WHERE id = $1)"""
"""The records of who was in one form with the child of a case, or was linked to it by an officer."""

OPEN_SIBLINGS = f"""
SELECT DISTINCT sibling.shown_as AS child_id FROM child AS sibling
WHERE sibling.id IN ({SIBLINGS}) AND NOT EXISTS (
    SELECT FROM case_consideration JOIN child AS considered ON considered.id = sibling_record_id
    WHERE case_id IN ({WITH_WAITING}) AND considered.shown_as = sibling.shown_as
) ORDER BY 1"""

SAFEGUARDING = f"""
WITH whole AS ({WITH_WAITING}), since AS (SELECT child_id, coalesce(reopened_at, opened_at) AS at FROM case_file WHERE id = $1),
about AS (
    SELECT id FROM whole
    UNION SELECT child.id FROM child, since WHERE shown_as = since.child_id
    UNION SELECT first_id FROM submission WHERE case_id IN (SELECT id FROM whole)
)
SELECT EXISTS (
    SELECT FROM case_consideration, since
    WHERE about = 'safeguarding' AND case_id IN (SELECT id FROM whole) AND considered_at >= since.at
) OR EXISTS (
    SELECT FROM safeguarding_heard, since WHERE heard_at >= since.at AND subject IN (SELECT id FROM about)
) OR EXISTS (
    SELECT FROM chronology, since WHERE chronology.at >= since.at AND subject IN (SELECT id FROM about)
    AND what IN ('cme.concern.raised.v1', 'cme.social-care.escalated.v1')
)"""
