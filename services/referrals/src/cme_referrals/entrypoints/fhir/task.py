"""What became of a notification, as a FHIR Task: its status follows the case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from cme_referrals.domain.progress import Progress, Stage
from cme_referrals.entrypoints.fhir.notification import element_of

PROFILES = "https://fhir.hl7.org.uk/StructureDefinition/UKCore-"
REFERENCE, STAGE, OUTCOME, OUTPUT = (
    "urn:cme:reference",
    "urn:cme:code:stage",
    "urn:cme:code:outcome",
    "urn:cme:code:output",
)
STATUS: Mapping[Stage, str] = {
    Stage.RECEIVED: "received",
    Stage.ON_THE_REGISTER: "accepted",
    Stage.UNDER_INVESTIGATION: "in-progress",
    Stage.ON_REVIEW: "on-hold",
    Stage.CLOSED: "completed",
    Stage.REFERRER_INFORMED: "completed",
}
"""Of http://hl7.org/fhir/task-status, a required binding. What was taken back is cancelled; nothing is rejected:
a message that cannot be taken gets an OperationOutcome and no Task."""
WORDS: Mapping[Stage, str] = {
    Stage.RECEIVED: "Received by the council",
    Stage.ON_THE_REGISTER: "The child is on the register",
    Stage.UNDER_INVESTIGATION: "A Lead Officer investigates",
    Stage.ON_REVIEW: "The child was not found; still looked for, and reviewed regularly",
    Stage.CLOSED: "The case is closed",
    Stage.REFERRER_INFORMED: "The case is closed and its referrer was told",
}
OWNER = "Children missing education team"
LEGAL = {
    "system": "http://hl7.org/fhir/CodeSystem/task-code",
    "code": "fulfill",
    "display": "Fulfill the focal request",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A notification as its sender may see it: nothing about the child."""

    id: UUID
    reference: str
    progress: Progress
    still_missing: Sequence[str]
    quarantined: Sequence[str]
    outcome: str | None
    """The outcome's code, at the level this sender may have."""
    withdrawn_at: datetime | None = None


def task(asked: Asked) -> dict[str, Any]:
    """The Task. It names no child: the sender knows whom they wrote about, and whoever else reads it need not."""
    progress, stage = asked.progress, asked.progress.stage
    facts = (
        progress.received_at,
        progress.on_register_at,
        progress.investigated_since,
        progress.on_review_since,
        progress.woken_at,
        progress.reopened_at,
        progress.closed_at,
        progress.informed_at,
        asked.withdrawn_at,
    )
    found: dict[str, Any] = {
        "resourceType": "Task",
        "id": str(asked.id),
        "meta": {"profile": [PROFILES + "Task"]},
        "identifier": [{"system": REFERENCE, "value": asked.reference}],
        "status": "cancelled" if asked.withdrawn_at else STATUS[stage],
        "businessStatus": {"coding": [{"system": STAGE, "code": stage.value}], "text": WORDS[stage]},
        "intent": "order",
        "code": {"coding": [LEGAL]},
        "authoredOn": written(progress.received_at),
        "lastModified": written(max(one for one in facts if one)),
        "owner": {"display": OWNER},
    }
    if asked.withdrawn_at:
        found["statusReason"] = {"text": "Taken back by its sender"}
    if progress.due_on:
        found["restriction"] = {"period": {"end": progress.due_on.isoformat()}}
    if output := list(_output(asked)):
        found["output"] = output
    return found


def written(at: datetime) -> str:
    """An instant as FHIR writes it."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _output(asked: Asked) -> Iterator[dict[str, Any]]:
    if asked.outcome:
        coding = {"system": OUTCOME, "code": asked.outcome}
        yield {"type": _type("outcome", "Outcome of the case"), "valueCodeableConcept": {"coding": [coding]}}
    for field in asked.still_missing:
        yield {
            "type": _type("still-missing", f"Asked for and not given: {said(field)}"),
            "valueString": element_of(field),
        }
    for field in asked.quarantined:
        yield {
            "type": _type("data-quality", f"Kept aside, because it cannot be right: {said(field)}"),
            "valueString": element_of(field),
        }


def said(field: str) -> str:
    """A field's name in words."""
    return field.replace(".", " ").replace("_", " ")


def _type(code: str, text: str) -> dict[str, Any]:
    return {"coding": [{"system": OUTPUT, "code": code}], "text": text}
