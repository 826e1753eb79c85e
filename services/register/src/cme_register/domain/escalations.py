"""How each escalation to social care stands, read from the chronology (policy 7, 9)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

ESCALATED = "cme.social-care.escalated.v1"
CONFIRMED = "cme.escalation.confirmed.v1"
ACKNOWLEDGED = "cme.social-care.acknowledged.v1"
SILENT = "cme.social-care.silent.v1"


def escalations(chronology: Iterable[tuple[str, Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """One row for each, in the order in which they were first heard of; facts may come in any order."""
    rows: dict[str, dict[str, Any]] = {}
    for what, detail in chronology:
        if what not in (ESCALATED, CONFIRMED, ACKNOWLEDGED, SILENT):
            continue
        row = rows.setdefault(detail["escalation_id"], {"escalation_id": detail["escalation_id"], "raised_again": 0})
        match what:
            case "cme.social-care.escalated.v1":
                row |= {name: detail.get(name) for name in ("escalated_at", "answer_due_at", "decided_by", "factors")}
                row.setdefault("to_be_confirmed", detail["to_be_confirmed"])
            case "cme.escalation.confirmed.v1":
                row |= {"to_be_confirmed": False, "confirmed": detail["confirmed"]}
            case "cme.social-care.acknowledged.v1":
                row |= {name: detail[name] for name in ("acknowledged_at", "their_reference", "on_time")}
            case "cme.social-care.silent.v1":
                row["raised_again"] = max(row["raised_again"], detail["times"])
    return list(rows.values())
