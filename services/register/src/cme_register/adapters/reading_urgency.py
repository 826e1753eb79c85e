"""Who needs somebody first, and why: what stands beside a case in the work list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from cme_calendars import local_date
from cme_register.adapters.checks import COLUMNS, check_of
from cme_register.adapters.reading import Pool, View
from cme_register.application.rules import Rules
from cme_register.domain.checks import Check, plan
from cme_register.domain.codes import Category, Kind
from cme_register.domain.risk import Match, Risk

BY_HAND = "Somebody has raised it by hand."


async def with_urgency(pool: Pool, cases: Sequence[View], rules: Rules) -> Sequence[View]:
    """The same cases, each with why it is rated so, in words; what is due next and overdue; and how its checks stand."""
    ids = [case["case_id"] for case in cases]
    overdue: dict[UUID, list[View]] = {}
    due: dict[tuple[UUID, datetime], View] = {}
    for row in await pool.fetch(RUNNING, ids):
        clock = {"clock": row["code"], "due_at": row["due_at"], "about": row["about"]}
        due.setdefault((row["case_id"], row["due_at"]), clock)
        if row["breached_at"] is not None:
            overdue.setdefault(row["case_id"], []).append(clock)
    made: dict[UUID, list[Check]] = {}
    for row in await pool.fetch(CHECKS, ids):
        made.setdefault(row["shown"], []).append(check_of({name: row[name] for name in NAMED}))
    return [
        {**_plain(case), "why": _why(case, rules), "next": due.get((case["case_id"], case["due_at"])), "overdue": overdue.get(case["case_id"], []),
         "checks": _checks(case, made.get(case["case_id"], []), overdue.get(case["case_id"], []), rules)}
        for case in cases
    ]  # fmt: skip


def _plain(case: View) -> View:
    return {name: value for name, value in case.items() if name not in {"risk_rules", "raised_to"}}


def _why(case: View, rules: Rules) -> list[View]:
    matches = [Match.read(one) for one in case["risk_rules"]]
    said = [
        {"rule": one.rule, "rating": row.rating.name.lower(), "reason": row.reason, "fact": one.fact or None}
        for one in matches
        if (row := rules.risk.get(one.rule))
    ]
    raised = case["raised_to"]
    by_hand = (
        {"rule": "by-hand", "rating": Risk(raised).name.lower(), "reason": BY_HAND, "fact": None} if raised else None
    )
    return [by_hand, *said] if by_hand else said


def _checks(case: View, made: list[Check], overdue: list[View], rules: Rules) -> View:
    late = {one["about"] for one in overdue}
    must = rules.checks.mandatory(Kind(case["kind"]), _category(case), local_date(_since(case)))
    return {
        "waiting": sum(one.runs for one in made),
        "overdue": sum(one.runs and one.id in late for one in made),
        "outstanding": sum(one.outstanding for one in plan(must, made, case["reopened_at"])),
    }


def _category(case: Mapping[str, object]) -> Category | None:
    return Category(str(case["category"])) if case["category"] else None


def _since(case: View) -> datetime:
    since: datetime = case["reopened_at"] or case["opened_at"]
    return since


NAMED = tuple(COLUMNS.split(", "))

RUNNING = """
SELECT case_id, code, due_at, about, breached_at FROM clock
WHERE case_id = ANY($1) AND satisfied_at IS NULL AND cancelled_at IS NULL ORDER BY due_at, id"""

CHECKS = f"""
WITH RECURSIVE behind AS (
    SELECT id, id AS shown FROM case_file WHERE id = ANY($1)
    UNION ALL
    SELECT case_file.id, behind.shown FROM case_file JOIN behind ON case_file.waits_for = behind.id
)
SELECT behind.shown, {", ".join(f"child_check.{name}" for name in COLUMNS.split(", "))}
FROM child_check JOIN behind ON behind.id = child_check.case_id"""
