"""What people look at before a case ends. Nothing here changes anything, and no name stands in it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import asyncpg

from cme_register.adapters import reading_work
from cme_register.adapters.closures import OPEN_SIBLINGS, SAFEGUARDING
from cme_register.application.rules import Rules


async def closure_page(pool: asyncpg.Pool[asyncpg.Record], case_id: UUID, rules: Rules) -> dict[str, Any] | None:
    """Proposals and who agreed, what was considered, and what is missing whatever the outcome. None where there is no case."""
    case = await pool.fetchrow("SELECT status, stage, version FROM case_file WHERE id = $1", case_id)
    if case is None:
        return None
    ledger = await reading_work.ledger(pool, case_id, rules)
    assert ledger is not None
    return {
        "case_id": case_id,
        **dict(case),
        "closures": [dict(row) for row in await pool.fetch(CLOSURES, case_id)],
        "considered": [dict(row) for row in await pool.fetch(CONSIDERED, case_id)],
        "checks_to_settle": [one["check"] for one in ledger["planned"] if one["outstanding"]],
        "safeguarding_considered": await pool.fetchval(SAFEGUARDING, case_id),
        "siblings_to_consider": [row["child_id"] for row in await pool.fetch(OPEN_SIBLINGS, case_id)],
    }


CLOSURES = """
SELECT id AS closure_id, repeat, outcome, proof, evidence, needs, proposed_by, proposed_at, state, decided_by, decided_at, reason, note,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('sign_off', sign_off, 'signed_by', signed_by) ORDER BY signed_at), '[]')
        FROM closure_sign_off WHERE closure_id = closure.id) AS signed
FROM closure WHERE case_id = $1 ORDER BY proposed_at, decided_at, id"""

CONSIDERED = """
SELECT about AS of, child.shown_as AS child_id, reason, considered_by, considered_at
FROM case_consideration LEFT JOIN child ON child.id = sibling_record_id WHERE case_id = $1 ORDER BY considered_at, case_consideration.id"""
