"""The API's own description: what each endpoint asks for and may answer, and the field names that are ours to repeat."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from cme_web.access import AccessTable, Proof, Row
from cme_web.problems import MEDIA_TYPE

SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "signature": {"type": "apiKey", "in": "header", "name": "webhook-signature", "description": "Standard Webhooks"},
}
FAULT = {
    "type": "object",
    "required": ["field", "wrong", "mend"],
    "properties": {
        "field": {"type": "string", "description": "Which field, parameter or header; * stands for a name of yours."},
        "pointer": {"type": "string", "description": "JSON Pointer to it, where it stands in the body."},
        "wrong": {"type": "string", "description": "What is wrong with it. Never what was sent."},
        "mend": {"type": "string", "description": "What to do about it."},
        "now": {"type": "string", "description": "Of a conflict: what it is now, as a code or an id."},
        "by": {"type": "string", "description": "Of a conflict: the officer who changed it, or `rule`."},
        "office": {"type": "string", "description": "Of a conflict: the role in which they did."},
    },
}
PROBLEM = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457: what went wrong, and how to mend it. Nothing that was sent is repeated.",
    "required": ["type", "status", "code", "title"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable: what a program may look at."},
        "title": {"type": "string"},
        "detail": {"type": "string", "description": "How to go on."},
        "errors": {"type": "array", "items": FAULT},
    },
    "examples": [
        {
            "type": "urn:cme:problem:invalid",
            "status": 422,
            "code": "invalid",
            "title": "The request does not validate",
            "detail": "Mend the fields named in errors and send it again.",
            "errors": [
                {
                    "field": "child.date_of_birth",
                    "pointer": "#/child/date_of_birth",
                    "wrong": "is not a date",
                    "mend": "Give it as YYYY-MM-DD.",
                }
            ],
        }
    ],
}
MEANINGS = {
    "400": "The body or the Idempotency-Key cannot be read",
    "401": "No access token, or not a good one",
    "403": "Your role may not do this",
    "404": "Not found, or not yours to see",
    "409": "It does not fit what has happened since, or the same request is still being handled",
    "410": "The link is no longer valid, or has been used",
    "412": "Somebody has changed it since; `errors` says which fields, what they are now and by whom",
    "413": "The body is too large",
    "415": "Not in this form",
    "422": "The request does not validate; `errors` says which fields, what is wrong and how to mend it",
    "429": "Too many requests; wait as long as Retry-After says",
    "503": "Temporarily unavailable; nothing was changed, make the same request again after Retry-After",
}
HEADERS = {
    "RateLimit-Policy": "How many requests you may make in how many seconds (draft-ietf-httpapi-ratelimit-headers)",
    "RateLimit": "How many are left, and in how many seconds the count begins anew",
    "Retry-After": "Seconds to wait",
    "Location": "Where what was made can be read",
    "Idempotency-Replayed": "true where this request had been answered before",
}
FRAMEWORKS = "HTTPValidationError"
"""How the framework describes a 422 that is never sent."""
COUNTED = frozenset({Proof.BEARER, Proof.PUBLIC})


type Examples = Callable[[str], Any]
"""An example by the name of an operation, which is sent it, or of a schema; None where there is none."""


def describe_access(app: FastAPI, table: AccessTable, examples: Examples = lambda _name: None) -> None:
    """Let the OpenAPI document say what the table says, and show what is sent and answered."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema:
            return app.openapi_schema
        document = plain()
        components = document.setdefault("components", {})
        components["securitySchemes"] = SCHEMES
        components.setdefault("schemas", {})["Problem"] = PROBLEM
        components["headers"] = {
            name: {"description": text, "schema": {"type": "string"}} for name, text in HEADERS.items()
        }
        for path, operations in document.get("paths", {}).items():
            for method, operation in operations.items():
                if row := table.get(method.upper(), path):
                    _describe(operation, row)
                body = operation.get("requestBody", {}).get("content", {}).get("application/json")
                if body and (shown := examples(operation["operationId"])) is not None:
                    body["example"] = shown
        for name, schema in components["schemas"].items():
            if shown := examples(name):
                schema["examples"] = [shown]
        for unused in (FRAMEWORKS, "ValidationError"):  # what the framework would answer, and we do not
            components["schemas"].pop(unused, None)
        app.openapi_schema = document
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend it


def name_operations(routes: Iterable[BaseRoute]) -> None:
    """Each operation is called what its function is called, a name that generated clients keep; unless two share it."""
    ours = [route for route in routes if isinstance(route, APIRoute) and route.include_in_schema]
    often = Counter(route.name for route in ours)
    for route in ours:
        if often[route.name] == 1:
            route.operation_id = route.operation_id or route.name


def _describe(operation: dict[str, Any], row: Row) -> None:
    operation["security"] = [{str(row.proof): []}] if str(row.proof) in SCHEMES else []
    operation["x-proof"] = str(row.proof)
    if row.proof is Proof.BEARER:
        operation["x-roles"] = sorted(row.roles)
    operation.setdefault("tags", [_area(row.path)])
    for parameter in operation.get("parameters", ()):
        if row.idempotent and parameter["name"].lower() == "idempotency-key":
            parameter["required"] = True
            parameter["schema"] = {"type": "string", "pattern": "^[A-Za-z0-9_-]{8,64}$"}
    responses = operation["responses"]
    for status in _refusals(operation, row):
        told = json.dumps(responses.get(status, FRAMEWORKS))
        if FRAMEWORKS in told:  # what an endpoint says of itself holds
            responses[status] = {
                "description": MEANINGS[status],
                "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            }
    for status, response in responses.items():
        response["headers"] = _headers(status, row) | response.get("headers", {})


def _refusals(operation: Mapping[str, Any], row: Row) -> Iterator[str]:
    """The statuses of the problems this endpoint may answer."""
    yield "503"
    match row.proof:
        case Proof.BEARER:
            yield from ("401", "429", *(() if row.hidden else ("403",)))
        case Proof.SIGNATURE:
            yield "401"
        case Proof.PUBLIC:
            yield "429"
        case Proof.LINK:
            yield "410"
            yield from ("429",) if row.per_minute else ()
    if row.hidden or "{" in row.path:
        yield "404"
    if row.idempotent:
        yield from ("400", "409")
    if "requestBody" in operation:
        yield from ("400", "413", "422")
    if operation.get("parameters"):
        yield "422"
    if any(parameter["name"].lower() == "if-match" for parameter in operation.get("parameters", ())):
        yield from ("400", "412")


def _headers(status: str, row: Row) -> dict[str, Any]:
    named = []
    if row.proof in COUNTED or row.per_minute:
        named += ["RateLimit-Policy", "RateLimit"]
    if status in ("429", "503"):
        named.append("Retry-After")
    if row.idempotent and status.startswith("2"):
        named += ["Location", "Idempotency-Replayed"]
    return {name: {"$ref": f"#/components/headers/{name}"} for name in named}


def _area(path: str) -> str:
    """What an endpoint is about: the first word of its path that is not a version."""
    words = [word for word in path.split("/") if word and not (word[0] == "v" and word[1:].isdigit())]
    return words[0] if words else "service"


@cache
def known_names(app: FastAPI) -> frozenset[str]:
    """Every field and parameter name of our own schema: all that an answer may repeat of a faulty request."""
    return frozenset(_names(app.openapi()))


def _names(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _names(item)
    elif isinstance(node, dict):
        yield from node.get("properties", {}) if isinstance(node.get("properties"), dict) else ()
        if "in" in node and isinstance(node.get("name"), str):
            yield node["name"]
        for value in node.values():
            yield from _names(value)
