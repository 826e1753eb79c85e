"""A day that no calendar reaches is refused with its field, wherever it is sent (a 422, and nothing is recorded)."""

from collections.abc import Callable
from typing import Any

import pytest

from cme_contracts.codes_intake import ReferralReason
from tests.register.integration.county import Register
from tests.register.integration.desk import Desk
from tests.register.invented import SCHOOL, addition, referral

EVIDENCE = {"kind": "letter"}


async def opened(register: Register) -> tuple[str, str]:
    await register.hear(referral(reason=ReferralReason.NO_SCHOOL_PLACE))
    told = await register.only("case.opened")
    return told["child_id"], told["case_id"]


def pointers(answer: Any) -> list[str]:
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), answer.text
    return [one.get("pointer", one["field"]) for one in answer.json()["errors"]]


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("home-education", {"suitable": False, "decided_on": "0001-01-01"}, "#/decided_on"),
        ("home-education", {"suitable": False, "decided_on": "2023-10-02"}, "#/decided_on"),
        ("placements", {"step": "applied", "on": "0001-01-01", "school_urn": SCHOOL, "school_la": "999"}, "#/on"),
        ("orders", {"order_number": "SAO-1", "school_urn": SCHOOL, "from": "9999-12-31"}, "#/from"),
    ],
)
async def test_of_a_child(
    register: Register, desk: Callable[..., Desk], path: str, body: dict[str, Any], pointer: str
) -> None:
    await register.hear(addition())
    child_id = (await register.only("submission.matched"))["child_id"]
    before = await register.told()
    assert pointers(await desk().post(f"/v1/children/{child_id}/{path}", body)) == [pointer]
    assert await register.told() == before


async def test_of_two_days_the_one_that_lies_beyond_is_named(register: Register, desk: Callable[..., Desk]) -> None:
    child_id, _ = await opened(register)
    place = {"step": "applied", "on": "2026-11-23", "school_urn": SCHOOL, "school_la": "999"}
    placement_id = (await desk().post(f"/v1/children/{child_id}/placements", place)).json()["placement_id"]
    steps = f"/v1/placements/{placement_id}/steps"
    assert (await desk().post(steps, {"step": "offered", "on": "2026-11-23"})).status_code == 200
    late = {"step": "start_expected", "on": "2026-11-23", "expected_on": "2061-09-01"}
    assert pointers(await desk().post(steps, late)) == ["#/expected_on"]


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
async def test_instants_at_the_ends_of_time(register: Register, desk: Callable[..., Desk], at: str) -> None:
    _, case_id = await opened(register)
    attempt = {"method": "telephone", "outcome": "spoke", "made_at": at}
    assert pointers(await desk().post(f"/v1/cases/{case_id}/attempts", attempt)) == ["#/made_at"]
    asked = await desk().post(f"/v1/cases/{case_id}/checks", {"check": "send", "how": "email"})
    answer = {"result": "nothing", "evidence": EVIDENCE, "answered_at": at}
    path = f"/v1/cases/{case_id}/checks/{asked.json()['check_id']}/answer"
    assert pointers(await desk().post(path, answer)) == ["#/answered_at"]


async def test_what_finds_children_is_counted_between_days_there_are(desk: Callable[..., Desk]) -> None:
    answer = await desk().get("/v1/checks/yield", **{"from": "0001-01-01", "to": "9999-12-31"})
    assert pointers(answer) == ["from", "to"]
    assert await desk().read("/v1/checks/yield", **{"from": "1990-01-01", "to": "2099-12-31"}) == {"items": []}


async def test_a_child_is_looked_for_by_a_birth_date_there_can_be(desk: Callable[..., Desk]) -> None:
    sought = {"surname": "Quillfeather", "date_of_birth": "9999-12-31"}
    assert pointers(await desk().post("/v1/children/search", sought)) == ["#/date_of_birth"]
