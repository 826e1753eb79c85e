"""How the story is printed: time, service, event, and what caused it."""

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from cme_contracts.catalogue import CATALOG
from tests.story.watcher import Seen

LONDON = ZoneInfo("Europe/London")
BUSINESS_TIMES = (
    "received_at", "opened_at", "matched_at", "linked_at", "assigned_at", "detected_at", "considered_at", "raised_at",
    "escalated_at", "acknowledged_at", "decided_at", "located_at", "satisfied_at", "cancelled_at", "recomputed_at", "closed_at",
    "sent_at", "informed_at",
)  # fmt: skip
TELLING = (
    "clock",
    "category",
    "recommendation",
    "template",
    "audience",
    "outcome",
    "due_on",
    "rung",
    "on_time",
    "late_by_working_days",
)


def heading(said: str) -> str:
    return f"\n{said}"


def line(one: Seen, names: Mapping[str, str]) -> str:
    """One event in one line. `names` gives the name of each event by id."""
    cause = names.get(one.meta.causation_id or "")
    details = ", ".join(str(one.value[name]) for name in TELLING if one.value.get(name) not in (None, ""))
    because = f"because of {cause}" if cause else "by a person, or because time passed"
    return f"  {_when(one):<22} {one.service:<14} {name(one):<24} {because}{f' ({details})' if details else ''}"


def name(one: Seen) -> str:
    event = CATALOG.get(one.meta.type)
    return event.__name__ if event else one.meta.type


def _when(one: Seen) -> str:
    """The event's own instant, in business time. A clock's start carries only days: the day it starts on."""
    if told := next((one.value[each] for each in BUSINESS_TIMES if each in one.value), None):
        return f"{datetime.fromisoformat(told).astimezone(LONDON):%a %d %b %Y %H:%M}"
    if told := one.value.get("starts_on"):
        return f"{date.fromisoformat(told):%a %d %b %Y}"
    return ""
