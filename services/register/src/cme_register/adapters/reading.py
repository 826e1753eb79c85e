"""What people look at, read from the register's own tables. Nothing here changes anything."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from cme_register.adapters.cases import LATEST, WITH_WAITING
from cme_register.adapters.children import RECORDS
from cme_register.adapters.clocks import COLUMNS, clock_of
from cme_register.adapters.reading_status import status_view
from cme_register.adapters.rows import shown
from cme_register.application.rules import Rules
from cme_register.domain.clocks import Clock, rung_at
from cme_register.domain.codes import Category, Kind, Stage, Status
from cme_register.domain.escalations import escalations
from cme_register.domain.risk import Risk

type Pool = asyncpg.Pool[asyncpg.Record]
type View = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which cases of the work list are asked for."""

    status: Status
    officers: Collection[UUID] | None = None
    """Whose; None: anybody's."""
    unassigned: bool = False
    stage: Stage | None = None
    met: bool = False
    """Closed ones about which something has arrived since that a person must look at."""
    overdue: bool = False
    """Those of which a deadline is past and unmet."""
    due_by: datetime | None = None
    """Those whose next date ends by then."""
    rating: Risk | None = None
    category: Category | Kind | None = None
    """What the case is."""


type Place = tuple[int, datetime | None, UUID]
"""Where a case stands in the work list: risk, deadline, id."""
FIRST: Place = len(Risk), None, UUID(int=0)
"""Before every case."""


async def work_list(pool: Pool, wanted: Filter, *, after: Place | None, limit: int) -> Sequence[View]:
    """Cases by risk, then by the time that is left; at most `limit` of them, after the place of the page before."""
    rows = await pool.fetch(
        WORK_LIST,
        wanted.status,
        None if wanted.officers is None else list(wanted.officers),
        wanted.unassigned,
        *(after or FIRST),
        limit,
        wanted.stage,
        wanted.met,
        wanted.overdue,
        wanted.due_by,
        wanted.rating,
        wanted.category,
    )
    return [_ranked(row) for row in rows]


async def covered_by(pool: Pool, officer_id: UUID, today: date) -> Collection[UUID]:
    """The officers who are away and for whom this one stands in."""
    return [row["officer_id"] for row in await pool.fetch(COVERED, officer_id, today)]


async def case_of_submission(pool: Pool, submission_id: UUID) -> Sequence[View]:
    """The case to which a submission belongs, in a list of one; an empty one where it belongs to none."""
    return [_ranked(row) for row in await pool.fetch(OF_SUBMISSION, submission_id)]


async def case_page(pool: Pool, case_id: UUID, rules: Rules) -> View | None:
    """Everything about one case, and what came with those that wait behind it. None where there is none."""
    row = await pool.fetchrow(CASE, case_id)
    if row is None:
        return None
    chronology = [dict(line) for line in await pool.fetch(CHRONOLOGY, case_id, row["child_id"])]
    return {
        **_ranked(row),
        **{name: row[name] for name in ("school_urn", "school_la", "home_la", "located_at", "location_proof")},
        **{name: row[name] for name in ("closed_at", "outcome", "outcome_proof", "waits_for")},
        "clocks": [_clock(clock_of(clock), rules) for clock in await pool.fetch(CLOCKS, case_id)],
        "submissions": [dict(one) for one in await pool.fetch(SUBMISSIONS, case_id)],
        "escalations": escalations((line["what"], line["detail"]) for line in chronology),
        "chronology": chronology,
    }


async def child_page(pool: Pool, child_id: UUID, today: date) -> View | None:
    """A child as the record shows them; of an absorbed record, the one that absorbed it. None where there is none."""
    row = await pool.fetchrow(
        "SELECT id, details FROM child WHERE id = (SELECT shown_as FROM child WHERE id = $1)", child_id
    )
    if row is None:
        return None
    alike = await pool.fetch(ALIKE, row["id"])
    return {
        "child_id": row["id"],
        "details": shown(row["details"]),
        **await status_view(pool, row["id"], today),
        "joined": [dict(one) for one in await pool.fetch(JOINED, row["id"])],
        "may_also_be": [dict(one) for one in alike],
        "siblings": [dict(one) for one in await pool.fetch(SIBLINGS, row["id"])],
        "submissions": [dict(one) for one in await pool.fetch(OF_CHILD, row["id"])],
        "orders": [dict(one) for one in await pool.fetch(ORDERS, row["id"])],
        "joint_enquiries": [dict(one) for one in await pool.fetch(SIGNATURES, row["id"])],
        "consents": [dict(one) for one in await pool.fetch(CONSENTS, row["id"])],
        "handed_over": [dict(one) for one in await pool.fetch(HANDED_OVER, row["id"])],
        "cases": [_listed(case) for case in await pool.fetch(CASES_OF_CHILD, row["id"])],
    }


async def case_in_hand(pool: Pool, child_id: UUID) -> tuple[UUID, int] | None:
    """The case with which whatever is done with a child is done, the open one or else the latest, and its version."""
    row = await pool.fetchrow(f"SELECT id, version FROM case_file WHERE id = ({LATEST})", child_id)
    return (row["id"], row["version"]) if row else None


async def officers(pool: Pool, today: date) -> Sequence[View]:
    """Every officer, with how many open cases they have, and when they are away from now on."""
    return [dict(row) for row in await pool.fetch(OFFICERS, today)]


def place(case: View) -> Place:
    """Where a case stands in the work list."""
    return Risk[case["risk"].upper()], case["due_at"], case["case_id"]


def _listed(row: asyncpg.Record) -> View:
    return {
        "case_id": row["id"],
        "risk": Risk(row["risk"]).name.lower(),
        "child": {"forename": row["forename"], "surname": row["surname"], "date_of_birth": row["date_of_birth"]},
        **{
            name: row[name]
            for name in (
                "child_id",
                "status",
                "kind",
                "category",
                "due_at",
                "opened_at",
                "reopened_at",
                "lead_officer_id",
                "lead_officer",
                "owner_role",
                "stage",
                "repeat",
                "follows_case_id",
                "met_at",
            )
        },
        "factors": list(dict.fromkeys([*row["factors"], *row["joined_factors"]])),
        "located": row["located_at"] is not None,
        "breached": row["breached"],
    }


def _ranked(row: asyncpg.Record) -> View:
    """A case as `with_urgency` takes it, to say why it is rated so."""
    return {**_listed(row), **{name: row[name] for name in ("version", "risk_rules", "raised_to")}}


def _clock(clock: Clock, rules: Rules) -> View:
    """A clock as it stands, and its ladder: when each rung is told, and whom it tells."""
    definition = rules.clocks(clock.code, clock.starts_on)
    shown = (
        "code", "starts_on", "due_on", "due_at", "warn_at", "calendar", "source", "warned_at", "breached_at", "rung",
        "satisfied_at", "on_time", "late_by_working_days", "state", "about", "cancelled_at",
    )  # fmt: skip
    return {
        "clock_id": clock.id,
        "who": definition.who,
        "basis": definition.basis,
        **{name: getattr(clock, name) for name in shown},
        "ladder": [
            {
                "rung": n,
                "at": rung_at(definition, clock, n, rules.calendars),
                "tell": rung.tell,
                "told": n <= clock.rung,
            }
            for n, rung in enumerate(definition.ladder, 1)
        ],
    }


# not EXISTS: for a page of a long list PostgreSQL would look through every clock there is
LISTED = """
SELECT case_file.*, child.details->>'forename' AS forename, child.details->>'surname' AS surname,
    child.details->>'date_of_birth' AS date_of_birth, officer.name AS lead_officer,
    coalesce((SELECT true FROM clock WHERE clock.case_id = case_file.id AND breached_at IS NOT NULL LIMIT 1), false) AS breached
FROM case_file JOIN child ON child.id = case_file.child_id LEFT JOIN officer ON officer.id = case_file.lead_officer_id"""

WORK_LIST = f"""{LISTED}
WHERE status = $1 AND ($2::uuid[] IS NULL OR lead_officer_id = ANY($2)) AND (NOT $3 OR lead_officer_id IS NULL)
    AND ($8::text IS NULL OR stage = $8) AND (NOT $9 OR met_at IS NOT NULL)
    AND (NOT $10 OR coalesce((SELECT true FROM clock WHERE clock.case_id = case_file.id AND breached_at IS NOT NULL
        AND satisfied_at IS NULL AND cancelled_at IS NULL LIMIT 1), false))
    AND ($11::timestamptz IS NULL OR due_at <= $11) AND ($12::smallint IS NULL OR risk = $12)
    AND ($13::text IS NULL OR coalesce(category, kind) = $13)
    AND (-risk, coalesce(due_at, 'infinity'), case_file.id) > (-$4::bigint, coalesce($5::timestamptz, 'infinity'), $6::uuid)
ORDER BY -risk, coalesce(due_at, 'infinity'), case_file.id LIMIT $7"""

COVERED = """
SELECT officer_id FROM officer_absence
WHERE cover_id = $1 AND NOT cancelled AND first_day <= $2 AND (last_day IS NULL OR last_day >= $2)"""

OF_SUBMISSION = f"{LISTED} WHERE case_file.id = (SELECT case_id FROM submission WHERE id = $1)"

CASE = f"{LISTED} WHERE case_file.id = $1"

CASES_OF_CHILD = f"{LISTED} WHERE case_file.child_id = $1 ORDER BY case_file.opened_at, case_file.id"

CLOCKS = f"SELECT {COLUMNS} FROM clock WHERE case_id = $1 ORDER BY starts_on, code"

SUBMISSIONS = f"""
SELECT submission.id AS submission_id, first_id AS first_submission_id, kind, reference, received_at, reason, ground, on_roll,
    destination_known, factors, school_urn, matched_by, held_by, superseded_at,
    informed_at AS referrer_informed_at
FROM submission LEFT JOIN referrer_informed AS informed
    ON informed.case_id = $1 AND informed.submission_id = submission.id
WHERE submission.case_id IN ({WITH_WAITING}) ORDER BY received_at, submission.id"""

OF_CHILD = f"""
SELECT submission.id AS submission_id, kind, reference, received_at, case_id, record_id, matched_by,
    held_by, superseded_at
FROM submission WHERE record_id IN ({RECORDS}) ORDER BY received_at, submission.id"""

# What was heard before there was a case stands with the chain, or with the child; evidence stands with the record it fitted.
CHRONOLOGY = f"""
SELECT at, what, detail FROM chronology WHERE subject = ANY(
    ARRAY({WITH_WAITING}) || ARRAY(SELECT first_id FROM submission WHERE case_id IN ({WITH_WAITING})) || ARRAY({RECORDS.replace("$1", "$2")})
) ORDER BY at, id"""

JOINED = """
SELECT child.id AS absorbed_child_id, joined_into, joined_at, joined_by FROM child
JOIN join_journal ON absorbed_id = child.id AND separated_at IS NULL WHERE shown_as = $1 ORDER BY joined_at, child.id"""

ORDERS = """
SELECT attendance_order.id AS order_id, order_number, school_urn, in_force_from, in_force_to, recorded_by, recorded_at
FROM attendance_order JOIN child ON child.id = record_id WHERE child.shown_as = $1 ORDER BY in_force_from, order_number"""

CONSENTS = """
SELECT consent.id AS consent_id, kind, given, decided_on, school_urn, recorded_by, recorded_at
FROM consent JOIN child ON child.id = record_id WHERE child.shown_as = $1 ORDER BY decided_on, recorded_at, consent.id"""

HANDED_OVER = """
SELECT handover.id AS handover_id, submission_id, team, reason, source, handed_over_at
FROM handover JOIN child ON child.id = record_id WHERE child.shown_as = $1 ORDER BY handed_over_at, team, reason"""

SIGNATURES = """
SELECT enquiry_id, school_urn, ground, began_on, party, found, return_expected, enquiries, made, signed_on, submission_id, signed_by,
       recorded_at, withdrawn_at
FROM joint_signature JOIN joint_enquiry ON joint_enquiry.id = enquiry_id JOIN child ON child.id = record_id
WHERE child.shown_as = $1 ORDER BY joint_signature.id"""

SIBLINGS = f"""
SELECT DISTINCT child.shown_as AS child_id, open.id AS open_case_id
FROM submission JOIN child ON child.id = submission.record_id
LEFT JOIN case_file AS open ON open.child_id = child.shown_as AND open.status = 'open'
WHERE submission.family_id IN (SELECT family_id FROM submission WHERE record_id IN ({RECORDS})) AND child.shown_as <> $1
ORDER BY child.shown_as"""
"""Who was in one form with this child."""

ALIKE = f"""
SELECT pair.id AS pair_id, them.shown_as AS child_id, score, reasons
FROM review_pair AS pair
JOIN child AS us ON us.id IN (one_id, other_id) JOIN child AS them ON them.id IN (one_id, other_id)
WHERE state = 'open' AND us.id IN ({RECORDS}) AND them.shown_as <> $1
ORDER BY score DESC, pair.id"""
"""Whom the record may also be about, as nobody has said yet."""

OFFICERS = """
SELECT id AS officer_id, name, role, active,
    (SELECT coalesce(sum(cases), 0) FROM officer_load WHERE officer_id = officer.id)::int AS open_cases,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('absence_id', away.id, 'from', first_day, 'to', last_day, 'cover_id', cover_id)
        ORDER BY first_day), '[]') FROM officer_absence AS away
        WHERE away.officer_id = officer.id AND NOT cancelled AND (last_day IS NULL OR last_day >= $1)) AS absences
FROM officer ORDER BY role, id"""
