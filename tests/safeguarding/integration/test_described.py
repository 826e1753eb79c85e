"""The API's description has an example of every body, and each of them is taken by its own schema."""

import jsonschema_rs

from tests.described import operations
from tests.safeguarding.integration.visitor import Visitor


async def test_every_body_is_shown_and_fits_its_schema(visitor: Visitor) -> None:
    description = (await visitor.get("/openapi.json")).json()
    bodies = [
        (f"{method} {path}", operation["requestBody"]["content"]["application/json"]["schema"])
        for path, operations in description["paths"].items()
        for method, operation in operations.items()
        if "requestBody" in operation
    ]
    assert len(bodies) >= 4
    for place, schema in bodies:
        named = description["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        assert named.get("examples"), f"{place}: put its example beside its model"
        for shown in named["examples"]:
            jsonschema_rs.validator_for(named | {"components": description["components"]}).validate(shown)


async def test_whatever_changes_what_there_is_says_over_which_version(visitor: Visitor) -> None:
    """Beside what is only added, and what social care's own system says."""
    without = {
        operation["operationId"]
        for place, operation in operations((await visitor.get("/openapi.json")).json())
        if place.startswith("post") and "If-Match" not in {one["name"] for one in operation.get("parameters", ())}
    }
    assert without == {"refer", "acknowledged", "decided", "new_request", "add_marker"}
