"""What holds of every service's description of its API: everything is shown, and what is shown is true."""

import re
from collections.abc import Iterator
from typing import Any

import httpx2
import jsonschema_rs

JSON = "application/json"


def operations(description: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each with its place: `post /v1/referrals`."""
    for path, found in description["paths"].items():
        for method, operation in found.items():
            yield f"{method} {path}", operation


def holds(description: dict[str, Any], schema: dict[str, Any], shown: Any) -> None:
    """What is shown fits its schema."""
    jsonschema_rs.validator_for(schema | {"components": description["components"]}).validate(shown)


def everything_is_shown(description: dict[str, Any]) -> None:
    """Every body and every answer that has a schema of ours has an example, and it fits."""
    for place, operation in operations(description):
        if body := operation.get("requestBody", {}).get("content", {}).get(JSON):
            assert "example" in body, f"{place}: put its example into entrypoints/examples"
            holds(description, body["schema"], body["example"])
        for status, response in operation["responses"].items():
            for content in response.get("content", {}).values():
                if reference := content.get("schema", {}).get("$ref"):
                    named = description["components"]["schemas"][reference.rpartition("/")[2]]
                    assert named.get("examples"), f"{place} {status}: {named['title']} has no example"
                    for shown in named["examples"]:
                        holds(description, named, shown)


def every_refusal_is_a_problem(description: dict[str, Any]) -> None:
    """In 3.1; every operation has a name of its own, a heading and a line that says what it does."""
    assert description["openapi"].startswith("3.1")
    found = list(operations(description))
    assert len({one["operationId"] for _, one in found}) == len(found)
    for place, operation in found:
        assert operation["tags"] and operation["summary"]
        for status, response in operation["responses"].items():
            if not status.startswith("2"):
                assert list(response["content"]) == ["application/problem+json"], (place, status)


class Promised:
    """What each operation promises to answer: give `keeps` to a client, and every answer of a test is held against it."""

    def __init__(self, description: dict[str, Any]) -> None:
        self._promises: list[tuple[str, re.Pattern[str], jsonschema_rs.Validator]] = []
        for place, operation in sorted(operations(description), key=lambda one: one[0].count("{")):  # the literal first
            method, path = place.split()
            schema = operation["responses"].get("200", {}).get("content", {}).get(JSON, {}).get("schema")
            if schema:
                validator = jsonschema_rs.validator_for(schema | {"components": description["components"]})
                self._promises.append((method.upper(), re.compile(re.sub(r"{[^}]+}", "[^/]+", path)), validator))

    async def keeps(self, response: httpx2.Response) -> None:
        """Raises `jsonschema_rs.ValidationError` for an answer that is not as it is described."""
        if response.status_code == httpx2.codes.OK:
            for method, path, validator in self._promises:
                if method == response.request.method and path.fullmatch(response.request.url.path):
                    await response.aread()
                    validator.validate(response.json())
                    return
