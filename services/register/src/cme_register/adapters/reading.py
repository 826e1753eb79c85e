"""What people look at, read from the register's own tables. Nothing here changes anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from cme_register.adapters.rows import details_from_json
from cme_register.domain.codes import Status
from cme_register.domain.escalations import escalations
from cme_register.domain.risk import Risk
from cme_register.domain.traits import traits

type Pool = asyncpg.Pool[asyncpg.Record]
type View = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases of the work list are asked for."""

    status: Status
    officer_id: UUID | None
    unassigned: bool
    after: tuple[str, ...] | None
    limit: int


async def work_list(pool: Pool, wanted: Wanted) -> Sequence[View]:
    """Cases by risk, then by the time that is left; at most `limit` of them, after the place of the page before."""
    after = wanted.after or (str(-len(Risk)), "-infinity", str(UUID(int=0)))
    rows = await pool.fetch(WORK_LIST, wanted.status, wanted.officer_id, wanted.unassigned, *after, wanted.limit)
    return [_listed(row) for row in rows]


async def case_of_submission(pool: Pool, submission_id: UUID) -> Sequence[View]:
    """The case to which a submission belongs, in a list of one; an empty one where it belongs to none."""
    return [_listed(row) for row in await pool.fetch(OF_SUBMISSION, submission_id)]


async def case_page(pool: Pool, case_id: UUID) -> View | None:
    """Everything about one case: clocks, submissions, chronology, escalations. None where there is none."""
    row = await pool.fetchrow(CASE, case_id)
    if row is None:
        return None
    chronology = [dict(line) for line in await pool.fetch(CHRONOLOGY, case_id, row["child_id"])]
    return {
        **_listed(row),
        **{
            name: row[name]
            for name in ("factors", "school_urn", "school_la", "home_la", "located_at", "location_proof")
        },
        **{name: row[name] for name in ("closed_at", "outcome", "outcome_proof", "waits_for")},
        "clocks": [dict(clock) for clock in await pool.fetch(CLOCKS, case_id)],
        "submissions": [dict(one) for one in await pool.fetch(SUBMISSIONS, case_id)],
        "escalations": escalations((line["what"], line["detail"]) for line in chronology),
        "chronology": chronology,
    }


async def child_page(pool: Pool, child_id: UUID) -> View | None:
    """A child as the record shows them; of an absorbed record, the one that absorbed it. None where there is none."""
    row = await pool.fetchrow(
        "SELECT id, details FROM child WHERE id = (SELECT shown_as FROM child WHERE id = $1)", child_id
    )
    if row is None:
        return None
    shown = details_from_json(row["details"])
    alike = await pool.fetch(ALIKE, [trait.digest for trait in traits(shown)], row["id"])
    return {
        "child_id": row["id"],
        "details": row["details"],
        "joined": [dict(one) for one in await pool.fetch(JOINED, row["id"])],
        "may_also_be": [one["id"] for one in alike],
        "submissions": [dict(one) for one in await pool.fetch(OF_CHILD, row["id"])],
        "orders": [dict(one) for one in await pool.fetch(ORDERS, row["id"])],
        "consents": [dict(one) for one in await pool.fetch(CONSENTS, row["id"])],
        "cases": [_listed(case) for case in await pool.fetch(CASES_OF_CHILD, row["id"])],
    }


async def officers(pool: Pool) -> Sequence[View]:
    """Every officer, with how many open cases they have."""
    return [dict(row) for row in await pool.fetch(OFFICERS)]


def place(case: View) -> tuple[str, str, str]:
    """Where a case stands in the work list."""
    due_at = case["due_at"]
    return str(-Risk[case["risk"].upper()]), due_at.isoformat() if due_at else "infinity", str(case["case_id"])


def _listed(row: asyncpg.Record) -> View:
    return {
        "case_id": row["id"],
        "risk": Risk(row["risk"]).name.lower(),
        "child": {"forename": row["forename"], "surname": row["surname"], "date_of_birth": row["date_of_birth"]},
        **{
            name: row[name]
            for name in ("child_id", "status", "kind", "category", "due_at", "opened_at", "lead_officer_id")
        },
        "located": row["located_at"] is not None,
        "breached": row["breached"],
    }


LISTED = """
SELECT case_file.*, child.details->>'forename' AS forename, child.details->>'surname' AS surname,
    child.details->>'date_of_birth' AS date_of_birth,
    EXISTS (SELECT FROM clock WHERE clock.case_id = case_file.id AND breached_at IS NOT NULL) AS breached
FROM case_file JOIN child ON child.id = case_file.child_id"""

WORK_LIST = f"""{LISTED}
WHERE status = $1 AND ($2::uuid IS NULL OR lead_officer_id = $2) AND (NOT $3 OR lead_officer_id IS NULL)
    AND (-risk, coalesce(due_at, 'infinity'), case_file.id) > ($4::text::int, $5::text::timestamptz, $6::text::uuid)
ORDER BY -risk, coalesce(due_at, 'infinity'), case_file.id LIMIT $7"""

OF_SUBMISSION = f"{LISTED} WHERE case_file.id = (SELECT case_id FROM submission WHERE id = $1)"

CASE = f"{LISTED} WHERE case_file.id = $1"

CASES_OF_CHILD = f"{LISTED} WHERE case_file.child_id = $1 ORDER BY case_file.opened_at, case_file.id"

CLOCKS = """
SELECT id AS clock_id, code, starts_on, due_on, due_at, warn_at, calendar, source, warned_at, breached_at, rung, satisfied_at,
    on_time, late_by_working_days,
    CASE WHEN satisfied_at IS NULL AND breached_at IS NULL THEN 'running' WHEN satisfied_at IS NULL THEN 'breached'
         WHEN on_time THEN 'satisfied' ELSE 'satisfied_late' END AS state
FROM clock WHERE case_id = $1 ORDER BY starts_on, code"""

SUBMISSIONS = """
SELECT submission.id AS submission_id, first_id AS first_submission_id, kind, reference, received_at, reason, ground, on_roll,
    destination_known, factors, school_urn, matched_by, informed_at AS referrer_informed_at
FROM submission LEFT JOIN referrer_informed AS informed
    ON informed.case_id = submission.case_id AND informed.submission_id = submission.id
WHERE submission.case_id = $1 ORDER BY received_at, submission.id"""

OF_CHILD = """
SELECT submission.id AS submission_id, kind, reference, received_at, case_id, record_id, matched_by
FROM submission JOIN child ON child.id = submission.record_id WHERE child.shown_as = $1 ORDER BY received_at, submission.id"""

# What was heard before there was a case stands with the chain, or with the child.
CHRONOLOGY = """
SELECT at, what, detail FROM chronology
WHERE subject = ANY(ARRAY[$1::uuid, $2::uuid] || ARRAY(SELECT first_id FROM submission WHERE case_id = $1)) ORDER BY at, id"""

JOINED = """
SELECT child.id AS absorbed_child_id, joined_into, joined_at, joined_by FROM child
JOIN join_journal ON absorbed_id = child.id AND separated_at IS NULL WHERE shown_as = $1 ORDER BY joined_at, child.id"""

ORDERS = """
SELECT attendance_order.id AS order_id, order_number, school_urn, in_force_from, in_force_to, recorded_by, recorded_at
FROM attendance_order JOIN child ON child.id = record_id WHERE child.shown_as = $1 ORDER BY in_force_from, order_number"""

CONSENTS = """
SELECT consent.id AS consent_id, kind, given, decided_on, school_urn, recorded_by, recorded_at
FROM consent JOIN child ON child.id = record_id WHERE child.shown_as = $1 ORDER BY decided_on, recorded_at, consent.id"""

ALIKE = """
SELECT DISTINCT shown.id FROM trait JOIN child AS record ON record.id = trait.record_id JOIN child AS shown ON shown.id = record.shown_as
WHERE trait.digest = ANY($1) AND shown.id <> $2 ORDER BY shown.id"""

OFFICERS = """
SELECT id AS officer_id, name, role, active,
    (SELECT count(*) FROM case_file WHERE status = 'open' AND lead_officer_id = officer.id) AS open_cases
FROM officer ORDER BY role, id"""
