"""The message that answers a message."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid5

from cme_referrals.entrypoints.fhir.issues import Issue, outcome
from cme_referrals.entrypoints.fhir.notification import element_of
from cme_referrals.entrypoints.fhir.task import PROFILES, Asked, said, task, written

EVENT = {"system": "urn:cme:code:event", "code": "child-missing-education"}


def answer(asked: Asked, *, to: str, issues: Sequence[Issue], base: str, at: datetime) -> dict[str, Any]:
    """Header, Task and what is to be said of the message that was sent (`to` is its id). Its ids follow from the Task's."""
    header, told, bundle = (uuid5(asked.id, name) for name in ("header", "outcome", "bundle"))
    task_url, told_url = f"{base}/Task/{asked.id}", f"urn:uuid:{told}"
    issues = [*issues, *_lacking(asked)]
    response: dict[str, Any] = {"identifier": to, "code": "ok"}
    if issues:
        response["details"] = {"reference": told_url}
    entries: list[tuple[str, dict[str, Any]]] = [
        (
            f"urn:uuid:{header}",
            {
                "resourceType": "MessageHeader",
                "id": str(header),
                "meta": {"profile": [PROFILES + "MessageHeader"]},
                "eventCoding": EVENT,
                "source": {"name": "CME intake", "endpoint": f"{base}/$process-message"},
                "response": response,
                "focus": [{"reference": task_url}],
            },
        ),
        (task_url, task(asked)),
    ]
    if issues:
        entries.append((told_url, outcome(issues, id_=str(told))))
    return {
        "resourceType": "Bundle",
        "id": str(bundle),
        "meta": {"profile": [PROFILES + "Bundle"]},
        "type": "message",
        "timestamp": written(at),
        "entry": [{"fullUrl": url, "resource": resource} for url, resource in entries],
    }


def _lacking(asked: Asked) -> list[Issue]:
    missing = [
        Issue(
            "information",
            "incomplete",
            f"Asked for and not given: {said(one)}. Send it when you have it.",
            element_of(one),
        )
        for one in asked.still_missing
    ]
    wrong = [
        Issue(
            "warning",
            "value",
            f"It cannot be right, was kept aside and not used: {said(one)}. Send it as it stands in your records.",
            element_of(one),
        )
        for one in asked.quarantined
    ]
    return [*wrong, *missing]
