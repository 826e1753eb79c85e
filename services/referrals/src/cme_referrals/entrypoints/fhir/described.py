"""How the API's description shows the FHIR interface."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cme_referrals.entrypoints.examples import example
from cme_referrals.entrypoints.fhir.wire import MEDIA_TYPE

RESOURCE = {MEDIA_TYPE: {"schema": {"type": "object", "required": ["resourceType"]}}}
ISSUE = {
    "type": "object",
    "required": ["severity", "code", "diagnostics"],
    "properties": {
        "severity": {"enum": ["error", "warning", "information"]},
        "code": {"type": "string", "description": "Of http://hl7.org/fhir/issue-type."},
        "diagnostics": {"type": "string", "description": "What is wrong and how to mend it. Never what was sent."},
        "expression": {"type": "array", "items": {"type": "string"}, "description": "Where, as FHIRPath."},
    },
}
OUTCOME = {
    "type": "object",
    "required": ["resourceType", "issue"],
    "properties": {
        "resourceType": {"const": "OperationOutcome"},
        "issue": {"type": "array", "minItems": 1, "items": ISSUE},
    },
}
WHY: Mapping[int, str] = {
    400: "No JSON that can be read, or a parameter that is not supported",
    401: "No access token, or not a good one",
    403: "Not a partner's account",
    404: "Not there, or not yours to see",
    406: "Only JSON is answered",
    409: "The message's id came before with other content, or that message is still being handled",
    413: "The body is too large",
    415: "Only FHIR R4 as JSON in UTF-8 is read, and not packed",
    422: "The message cannot be understood",
    429: "Too many requests",
    503: "Temporarily unavailable; nothing was changed",
}


def answers(*refusals: int) -> dict[int | str, dict[str, Any]]:
    """What a route may answer, for the API's description."""
    content = {MEDIA_TYPE: {"schema": OUTCOME}}
    return {200: {"content": RESOURCE}, **{one: {"description": WHY[one], "content": content} for one in refusals}}


def sent_as(example_name: str) -> dict[str, Any]:
    """How a body is sent, with its example."""
    return {MEDIA_TYPE: {**RESOURCE[MEDIA_TYPE], "example": example(example_name)}}
