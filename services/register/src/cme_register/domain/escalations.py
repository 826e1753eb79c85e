"""How each escalation to social care stands, read from the chronology (policy 7, 9)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def escalations(chronology: Iterable[tuple[str, Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """One row for each, in the order in which they were first heard of; facts may come in any order."""
    rows: dict[str, dict[str, Any]] = {}
    for what, detail in chronology:
        if tell := TELLS.get(what):
            known = rows.setdefault(
                detail["escalation_id"], {"escalation_id": detail["escalation_id"], "raised_again": 0}
            )
            tell(known, detail)
    return list(rows.values())


def _escalated(row: dict[str, Any], detail: Mapping[str, Any]) -> None:
    row |= {name: detail.get(name) for name in ("escalated_at", "answer_due_at", "decided_by", "factors")}
    row.setdefault("to_be_confirmed", detail["to_be_confirmed"])


def _confirmed(row: dict[str, Any], detail: Mapping[str, Any]) -> None:
    row |= {"to_be_confirmed": False, "confirmed": detail["confirmed"]}


def _acknowledged(row: dict[str, Any], detail: Mapping[str, Any]) -> None:
    row |= {name: detail[name] for name in ("acknowledged_at", "their_reference", "on_time")}


def _silent(row: dict[str, Any], detail: Mapping[str, Any]) -> None:
    row["raised_again"] = max(row["raised_again"], detail["times"])


TELLS = {
    "cme.social-care.escalated.v1": _escalated,
    "cme.escalation.confirmed.v1": _confirmed,
    "cme.social-care.acknowledged.v1": _acknowledged,
    "cme.social-care.silent.v1": _silent,
}
"""What each fact tells of its escalation, by the event's type."""
