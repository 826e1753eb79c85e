"""The API's own description: what each endpoint asks for, and the field names that are ours to repeat."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from fastapi import FastAPI

from cme_web.access import AccessTable, Proof

SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "signature": {"type": "apiKey", "in": "header", "name": "webhook-signature", "description": "Standard Webhooks"},
}


def describe_access(app: FastAPI, table: AccessTable) -> None:
    """Let the OpenAPI document say what the table says."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema:
            return app.openapi_schema
        document = plain()
        document.setdefault("components", {})["securitySchemes"] = SCHEMES
        for path, operations in document.get("paths", {}).items():
            for method, operation in operations.items():
                row = table.get(method.upper(), path)
                if row is None:
                    continue
                operation["security"] = [{str(row.proof): []}] if str(row.proof) in SCHEMES else []
                operation["x-proof"] = str(row.proof)
                if row.proof is Proof.BEARER:
                    operation["x-roles"] = sorted(row.roles)
        app.openapi_schema = document
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend it


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
