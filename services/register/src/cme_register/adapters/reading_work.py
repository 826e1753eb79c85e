"""What people look at of the work on a case: the ledger of checks, contacts, support, groups, the chronology with its notes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from cme_calendars import WorkingDays, local_date
from cme_register.adapters.cases import WITH_WAITING, case_of
from cme_register.adapters.checks import COLUMNS, check_of
from cme_register.adapters.children import RECORDS
from cme_register.adapters.reading import Pool, View
from cme_register.application.rules import Rules
from cme_register.domain.checks import Check, CheckDefinition, plan

type Seen = tuple[datetime, int]
"""Where a line stands in a chronology: when, and its number."""


def catalogue(rules: Rules, at: datetime) -> Sequence[View]:
    """The checks there are today, and by when each must be answered."""
    return [_offered(row) for row in rules.checks.on(local_date(at))]


async def ledger(pool: Pool, case_id: UUID, rules: Rules) -> View | None:
    """What has been tried for the child of a case, in order, by whomever; and what the case still needs. None: no such case."""
    row = await pool.fetchrow("SELECT * FROM case_file WHERE id = $1", case_id)
    if row is None:
        return None
    case = case_of(row)
    checks = [check_of(one) for one in await pool.fetch(CHECKS, case.child_id)]
    clocks = {one["about"]: one for one in await pool.fetch(CHECK_CLOCKS, [one.id for one in checks])}
    notes = await pool.fetch(ATTEMPTS, case.child_id)
    tried = [
        *({"at": one.requested_at or one.waived_at, **_check(one, rules, clocks.get(one.id))} for one in checks),
        *({"at": one["received_at"], **_sent(one)} for one in await pool.fetch(ENQUIRIES, case.child_id)),
        *({"at": one["recorded_at"], **_joint(one)} for one in await pool.fetch(JOINT, case.child_id)),
        *({"at": one["made_at"], "by": "council", "kind": "contact_attempt", **dict(one)} for one in notes),
    ]
    waiting = {one[0] for one in await pool.fetch(WITH_WAITING, case_id)}
    must = rules.checks.mandatory(case.kind, case.category, local_date(case.reopened_at or case.opened_at))
    planned = plan(must, [one for one in checks if one.case_id in waiting], case.reopened_at)
    return {
        "case_id": case_id,
        "planned": [
            {"check": one.definition.code, "label": one.definition.label, "to": one.definition.to,
             "times": one.definition.times, "answered": one.answered, "waived": one.waived, "outstanding": one.outstanding}
            for one in planned
        ],
        "tried": sorted(tried, key=lambda line: line["at"]),
    }  # fmt: skip


async def yields(pool: Pool, rules: Rules, at: datetime, since: datetime, until: datetime) -> Sequence[View]:
    """Which kinds of check find children, of those asked in a stretch of time: by kind, those that found most first."""
    kinds: dict[str, list[Check]] = {}
    for row in await pool.fetch(ASKED, since, until):
        check = check_of(row)
        kinds.setdefault(check.code, []).append(check)
    labels = {row.code: row.label for row in rules.checks.on(local_date(at))}
    counted = [_counted(code, labels.get(code, code), made, rules.days) for code, made in sorted(kinds.items())]
    return sorted(counted, key=lambda one: (-one["found"], -one["lead"]))


async def contacts(pool: Pool, case_id: UUID) -> View | None:
    """Whom to speak to about a case: as officers and submissions say. None: no such case.

    What safeguarding holds of somebody never was in the register; who is held is named and cannot be reached from here.
    """
    row = await pool.fetchrow(
        "SELECT child.id, details FROM case_file JOIN child ON child.id = child_id WHERE case_file.id = $1", case_id
    )
    if row is None:
        return None
    sent = [
        {"role": "parent", "particulars": {name: value for name, value in one.items() if name != "held_by_safeguarding"},
         "held_by_safeguarding": one.get("held_by_safeguarding", False), "source": "submission"}
        for one in row["details"].get("parents", ())
    ]  # fmt: skip
    written = [{**dict(one), "source": "officer"} for one in await pool.fetch(CONTACTS, row["id"])]
    attempts = [dict(one) for one in await pool.fetch(ATTEMPTS, row["id"])]
    return {"case_id": case_id, "contacts": [*written, *sent], "attempts": attempts}


async def support(pool: Pool, case_id: UUID) -> View | None:
    """What the family was offered, and what it took up. None: no such case."""
    child_id = await pool.fetchval("SELECT child_id FROM case_file WHERE id = $1", case_id)
    if child_id is None:
        return None
    return {"case_id": case_id, "offers": [dict(one) for one in await pool.fetch(OFFERS, child_id)]}


async def groups(pool: Pool, child_id: UUID, rules: Rules, at: datetime) -> View | None:
    """The vulnerable groups of a child: now, from what, and everything that was said of them. None: no such record."""
    owner = await pool.fetchval("SELECT shown_as FROM child WHERE id = $1", child_id)
    if owner is None:
        return None
    today = local_date(at)
    said = [dict(one) for one in await pool.fetch(GROUPS_SAID, owner)]
    latest = {one["group"]: one["belongs"] for one in said}
    sent = [dict(one) for one in await pool.fetch(FACTORS_SENT, owner)]
    known = {one["factor"] for one in sent}
    follows = rules.groups.following_from(known, today)
    now = [row for row in rules.groups.on(today) if latest.get(row.code, row.code in follows)]
    return {
        "child_id": owner,
        "groups": [
            {"group": row.code, "label": row.label, "source": row.source, "from": sorted(row.facts & known)}
            for row in now
        ],
        "said_by_officers": said,
        "sent": sent,
    }


async def siblings(pool: Pool, child_id: UUID) -> View | None:
    """The brothers and sisters of a child, by forms and by officers, and whether one of them has an open case to consider."""
    owner = await pool.fetchval("SELECT shown_as FROM child WHERE id = $1", child_id)
    if owner is None:
        return None
    return {"child_id": owner, "siblings": [dict(one) for one in await pool.fetch(SIBLINGS, owner)]}


async def chronology(
    pool: Pool, case_id: UUID, *, reader: UUID, may_see_sensitive: bool, after: Seen | None, limit: int
) -> Sequence[View] | None:
    """Everything about a case in one list, notes in their place, oldest first; at most `limit` lines. None: no such case.

    A sensitive note says what it says to whoever wrote it, and to those who may see them all.
    """
    child_id = await pool.fetchval("SELECT child_id FROM case_file WHERE id = $1", case_id)
    if child_id is None:
        return None
    rows = await pool.fetch(LINES, case_id, child_id, *(after or (None, 0)), limit)
    return [_line(row, reader, may_see_sensitive) for row in rows]


def risk_rules(rules: Rules, at: datetime) -> Sequence[View]:
    """The rules of rating in force, the gravest first."""
    return [
        {"rule": row.code, "rating": row.rating.name.lower(), "reason": row.reason, "source": row.source,
         "facts": sorted(row.facts), "any_group": row.any_group, "only_while": row.only_while,
         "longer_than": {row.longer_than.unit.value: row.longer_than.days} if row.longer_than else None}
        for row in rules.risk.on(local_date(at))
    ]  # fmt: skip


def group_table(rules: Rules, at: datetime) -> Sequence[View]:
    """The vulnerable groups there are."""
    rows = rules.groups.on(local_date(at))
    return [{"group": row.code, "label": row.label, "source": row.source, "facts": sorted(row.facts)} for row in rows]


def seen(line: View) -> tuple[str, str]:
    """Where a line stands."""
    return line["at"].isoformat(), str(line["line"])


def _line(row: asyncpg.Record, reader: UUID, may_see_sensitive: bool) -> View:
    line: View = {name: row[name] for name in ("line", "at", "what", "detail")}
    if row["written_by"] is not None and (may_see_sensitive or not row["sensitive"] or row["written_by"] == reader):
        line["note"] = {name: row[name] for name in ("words", "written_by", "corrected_by")}
    return line


def _offered(row: CheckDefinition) -> View:
    return {
        "check": row.code, "label": row.label, "to": row.to, "legal_basis": row.legal_basis, "source": row.source,
        "mandatory_for": sorted(row.mandatory_for), "times": row.times, "apart_hours": row.apart_hours,
        "gateway": row.gateway, "waived_by": sorted(row.waived_by), "asking": row.asking,
    }  # fmt: skip


def _check(check: Check, rules: Rules, clock: Any) -> View:
    labels = {row.code: row for row in rules.checks.on(local_date(check.requested_at or check.waived_at))}  # type: ignore[arg-type]  # one of the two
    row = labels.get(check.code)
    shown = (
        "case_id", "mandatory", "requested_at", "requested_by", "how", "gateway", "due_on", "answered_at", "on_time", "result",
        "evidence_kind", "evidence_reference", "waived_at", "waived_by", "waiver_reason", "state",
    )  # fmt: skip
    late = clock is not None and clock["breached_at"] is not None
    return {
        "by": "council", "kind": "check", "check_id": check.id, "check": check.code,
        "label": row.label if row else check.code, "to": row.to if row else None,
        **{name: getattr(check, name) for name in shown},
        "overdue": late and check.runs, "chased": clock["rung"] if late else 0,
    }  # fmt: skip


def _sent(row: asyncpg.Record) -> View:
    made = row["made"]
    return {"by": "referrer", "kind": "enquiry", "submission_id": row["id"], "school_urn": row["school_urn"], **made}


def _joint(row: asyncpg.Record) -> View:
    return {"by": "council", "kind": "joint_enquiry", "enquiry_id": row["enquiry_id"], **row["made"]}


def _counted(code: str, label: str, made: list[Check], days: WorkingDays) -> View:
    answered = [one for one in made if one.answered_at is not None and one.requested_at is not None]
    waits = sorted(
        days.working_days_between(local_date(one.requested_at), local_date(one.answered_at))  # type: ignore[arg-type]  # both are
        for one in answered
    )
    results = [one.result.value for one in answered if one.result]
    return {
        "check": code, "label": label, "asked": len(made), "answered": len(answered),
        "in_time": sum(bool(one.on_time) for one in answered), "waived": sum(one.state == "waived" for one in made),
        **{result: results.count(result) for result in ("found", "lead", "nothing", "cannot_say")},
        "median_working_days": waits[(len(waits) - 1) // 2] if waits else None,
    }  # fmt: skip


CHECKS = f"""
SELECT {COLUMNS} FROM child_check WHERE record_id IN ({RECORDS}) ORDER BY coalesce(requested_at, waived_at), id"""

CHECK_CLOCKS = "SELECT about, breached_at, rung FROM clock WHERE about = ANY($1)"

ENQUIRIES = f"""
SELECT id, school_urn, received_at, made FROM submission, jsonb_array_elements(enquiries) AS made
WHERE record_id IN ({RECORDS}) ORDER BY received_at, id"""

JOINT = f"""
SELECT enquiry_id, recorded_at, one AS made
FROM joint_signature JOIN joint_enquiry ON joint_enquiry.id = enquiry_id, jsonb_array_elements(made) AS one
WHERE party = 'authority' AND withdrawn_at IS NULL AND record_id IN ({RECORDS}) ORDER BY joint_signature.id"""

ATTEMPTS = f"""
SELECT id AS attempt_id, case_id, contact_id, role, method, outcome, made_at, made_by FROM contact_attempt
WHERE record_id IN ({RECORDS}) ORDER BY made_at, id"""

ASKED = f"""
SELECT {COLUMNS} FROM child_check WHERE requested_at >= $1 AND requested_at < $2"""

CONTACTS = f"""
SELECT DISTINCT ON (contact_id) contact_id, role, particulars, safe_to_contact, recorded_by, recorded_at FROM contact
WHERE record_id IN ({RECORDS}) ORDER BY contact_id, id DESC"""

OFFERS = f"""
SELECT offer.id AS support_id, offer.case_id, support, offered_on, offered_by, answer, answered_on
FROM support_offer AS offer
LEFT JOIN LATERAL (SELECT answer, answered_on FROM support_answer WHERE support_id = offer.id ORDER BY id DESC LIMIT 1) AS latest
    ON true
WHERE record_id IN ({RECORDS}) ORDER BY offered_on, offer.recorded_at, offer.id"""

GROUPS_SAID = f"""
SELECT code AS "group", belongs, recorded_by, recorded_at FROM vulnerable_group WHERE record_id IN ({RECORDS}) ORDER BY id"""

FACTORS_SENT = f"""
SELECT factor, min(received_at) AS since FROM (
    SELECT unnest(factors) AS factor, received_at FROM submission WHERE record_id IN ({RECORDS})
    UNION ALL SELECT unnest(factors), opened_at FROM case_file WHERE record_id IN ({RECORDS})
) AS sent GROUP BY factor ORDER BY since, factor"""

SIBLINGS = f"""
WITH ours AS (SELECT id FROM child WHERE id IN ({RECORDS})),
linked AS (
    SELECT DISTINCT ON (record_id, sibling_record_id) record_id, sibling_record_id, linked
    FROM sibling_link WHERE record_id IN (SELECT id FROM ours) OR sibling_record_id IN (SELECT id FROM ours)
    ORDER BY record_id, sibling_record_id, id DESC
),
found AS (
    SELECT record_id, 'form' AS by FROM submission
    WHERE family_id IN (SELECT family_id FROM submission WHERE record_id IN (SELECT id FROM ours))
    UNION SELECT record_id, 'officer' FROM linked WHERE linked
    UNION SELECT sibling_record_id, 'officer' FROM linked WHERE linked
)
SELECT child.shown_as AS child_id, array_agg(DISTINCT found.by ORDER BY found.by) AS linked_by, open.id AS open_case_id
FROM found JOIN child ON child.id = found.record_id
LEFT JOIN case_file AS open ON open.child_id = child.shown_as AND open.status = 'open'
WHERE child.shown_as <> $1 GROUP BY child.shown_as, open.id ORDER BY child.shown_as"""

# a note stands in its place by the line that its event makes
LINES = f"""
SELECT line.id AS line, line.at, line.what, line.detail, note.words, note.sensitive, note.written_by, later.id AS corrected_by
FROM chronology AS line
LEFT JOIN case_note AS note ON line.what = 'cme.case.noted.v1' AND note.id = (line.detail->>'note_id')::uuid
LEFT JOIN case_note AS later ON later.corrects = note.id
WHERE line.subject = ANY(
    ARRAY({WITH_WAITING}) || ARRAY(SELECT first_id FROM submission WHERE case_id IN ({WITH_WAITING})) || ARRAY({RECORDS.replace("$1", "$2")})
) AND ($3::timestamptz IS NULL OR (line.at, line.id) > ($3, $4::bigint))
ORDER BY line.at, line.id LIMIT $5"""
