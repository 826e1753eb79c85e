"""What must hold of every open case, as the database has it. A row that is found here is a defect (policy 8; decision 0157)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

import asyncpg

RULES = {
    "has_an_owner": """
        SELECT id FROM case_file WHERE status = 'open' AND lead_officer_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM officer WHERE officer.id = lead_officer_id AND active AND role = 'lead_officer')""",
    "is_the_teams_only_without_a_lead_officer": """
        SELECT id FROM case_file, today WHERE status = 'open' AND lead_officer_id IS NULL AND EXISTS (
            SELECT FROM officer WHERE active AND role = 'lead_officer' AND NOT EXISTS (
                SELECT FROM officer_absence WHERE officer_id = officer.id AND NOT cancelled
                AND first_day <= day AND (last_day IS NULL OR last_day >= day)))""",
    "has_a_next_date": """
        SELECT id FROM case_file WHERE status = 'open' AND due_at IS NULL""",
    "next_date_is_a_clock_s": """
        SELECT id FROM case_file WHERE status = 'open' AND NOT EXISTS (
            SELECT FROM clock WHERE case_id = case_file.id AND satisfied_at IS NULL AND cancelled_at IS NULL
            AND clock.due_at = case_file.due_at)""",
    "is_the_one_open_case_of_its_child": """
        SELECT min(id::text)::uuid AS id FROM case_file WHERE status = 'open' GROUP BY child_id HAVING count(*) > 1""",
    "waits_for_agreement_to_one_closure": """
        SELECT id FROM case_file WHERE status IN ('open', 'joined') AND (stage = 'closure_proposed') <> EXISTS (
            SELECT FROM closure WHERE case_id = case_file.id AND state = 'proposed')""",
    "ended_as_was_agreed": """
        SELECT id FROM case_file WHERE status = 'closed' AND NOT EXISTS (
            SELECT FROM closure WHERE case_id = case_file.id AND state = 'agreed' AND closure.outcome = case_file.outcome
            AND closure.repeat = case_file.repeat)
        AND EXISTS (SELECT FROM closure WHERE case_id = case_file.id)""",
}
"""By name: the cases of which it does not hold. For a moment an officer who has just left still has theirs,
and the team what came before somebody was back."""


async def broken(pool: asyncpg.Pool[asyncpg.Record], day: date) -> Mapping[str, Sequence[UUID]]:
    """The cases of which each rule does not hold on this day, today in business time: none, unless there is a defect."""
    return {
        name: [row["id"] for row in await pool.fetch(f"WITH today AS (SELECT $1::date AS day) {question}", day)]
        for name, question in RULES.items()
    }
