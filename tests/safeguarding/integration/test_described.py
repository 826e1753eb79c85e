"""The API's description has an example of everything that is sent, each of them true; and says what is refused and over which version."""

from tests.described import every_refusal_is_a_problem, everything_is_shown, operations
from tests.safeguarding.integration.visitor import Visitor


async def test_every_body_is_shown_and_every_refusal_is_a_problem(visitor: Visitor) -> None:
    description = (await visitor.get("/openapi.json")).json()
    everything_is_shown(description)
    every_refusal_is_a_problem(description)


async def test_whatever_changes_what_there_is_says_over_which_version(visitor: Visitor) -> None:
    """Beside what is only added, and what social care's own system says."""
    without = {
        operation["operationId"]
        for place, operation in operations((await visitor.get("/openapi.json")).json())
        if place.startswith("post") and "If-Match" not in {one["name"] for one in operation.get("parameters", ())}
    }
    assert without == {"refer", "acknowledged", "decided", "new_request", "add_marker"}
