"""The API's description has an example of everything, and each of them is true."""

from datetime import timedelta
from typing import Any

import pytest

from cme_referrals.domain.completeness import Kind
from cme_referrals.entrypoints.access import ACCESS
from cme_referrals.entrypoints.examples import example
from cme_referrals.entrypoints.kinds import KINDS
from tests.described import every_refusal_is_a_problem, everything_is_shown
from tests.referrals.integration.conftest import Standing
from tests.referrals.integration.visitor import Visitor


@pytest.fixture
async def description(visitor: Visitor) -> dict[str, Any]:
    found: dict[str, Any] = (await visitor.client.get("/openapi.json")).json()
    return found


async def test_every_body_and_every_answer_is_shown_and_fits_its_schema(description: dict[str, Any]) -> None:
    everything_is_shown(description)


async def test_every_refusal_is_a_problem_and_every_operation_has_its_name(description: dict[str, Any]) -> None:
    spoken = {
        path: one for path, one in description["paths"].items() if not path.startswith("/fhir")
    }  # OperationOutcome
    every_refusal_is_a_problem(description | {"paths": spoken})


@pytest.mark.parametrize("kind", Kind)
async def test_the_example_of_a_form_is_taken(visitor: Visitor, kind: Kind) -> None:
    row = ACCESS.get("POST", KINDS[kind].path)
    assert row is not None
    who = visitor.school() if "school" in row.roles else visitor.bearer(*row.roles)
    accepted = await visitor.accepted(row.path, example(f"send_{kind}"), who=who)
    assert accepted["data_quality"] == [] and not accepted.get("challenges")


async def test_a_submission_is_found_by_its_reference_however_it_is_written(visitor: Visitor) -> None:
    accepted = await visitor.accepted("/v1/referrals", example("send_referral"))
    reference = accepted["reference"].lower().replace("-", " ")
    found = (await visitor.get(f"/v1/submissions/{reference}", visitor.school())).json()
    assert (found["submission_id"], found["stage"], found["with_whom"]) == (
        accepted["submission_id"], "received", "referral_intake"
    )  # fmt: skip
    for nobodys in (reference[:-1], "0000-0000-000", f"{reference}x"):
        assert (await visitor.get(f"/v1/submissions/{nobodys}", visitor.school())).status_code == 404
    assert (await visitor.get(f"/v1/submissions/{reference}", visitor.school("990002"))).status_code == 404


async def test_a_submission_says_that_it_was_corrected_and_withdrawn(visitor: Visitor, clock: Standing) -> None:
    first = await visitor.accepted("/v1/referrals", example("send_referral"))
    clock.at += timedelta(hours=1)
    place = f"/v1/submissions/{first['submission_id']}"
    second = await visitor.accepted(f"{place}/correction", example("correct"))
    found = (await visitor.get(place, visitor.school())).json()
    assert (found["corrected_by"], found["withdrawn_at"]) == (second["reference"], None)
    taken_back = await visitor.send(f"{place}/withdrawal", example("take_back"))
    assert taken_back.status_code == 200
    for one in (first, second):
        found = (await visitor.get(f"/v1/submissions/{one['reference']}", visitor.school())).json()
        assert found["withdrawn_at"] == taken_back.json()["withdrawn_at"]
    assert found["corrected_by"] is None
