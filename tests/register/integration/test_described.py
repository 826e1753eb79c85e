"""The register's description of its API has an example of everything, each of them true, and says what is answered."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.described import JSON, every_refusal_is_a_problem, everything_is_shown, operations
from tests.register.integration.desk import Desk


@pytest.fixture
async def description(desk: Callable[..., Desk]) -> dict[str, Any]:
    found: dict[str, Any] = await desk().read("/openapi.json")
    return found


async def test_every_body_and_every_answer_is_shown_and_fits_its_schema(description: dict[str, Any]) -> None:
    everything_is_shown(description)
    for place, operation in operations(description):
        assert "$ref" in operation["responses"]["200"]["content"][JSON]["schema"], (
            f"{place}: say what it answers in entrypoints/views"
        )


async def test_every_refusal_is_a_problem_and_every_operation_has_its_name(description: dict[str, Any]) -> None:
    every_refusal_is_a_problem(description)


async def test_whatever_changes_a_case_or_a_part_of_it_says_over_which_version(description: dict[str, Any]) -> None:
    """Beside what is only added: a note, an attempt, a new contact, what was considered; and records, which have no version."""
    without = {
        operation["operationId"]
        for place, operation in operations(description)
        if place.startswith("post") and "If-Match" not in {one["name"] for one in operation.get("parameters", ())}
    }
    assert without == {
        "search_children", "decide_pair", "join", "separate", "take_out", "link_sibling", "add_absence",
        "write_note", "record_attempt", "add_contact", "consider",
    }  # fmt: skip
