"""An officer records orders and consents; intake hears of them, the record shows them, and joins take them along."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.register.integration.county import IMOGEN, Register
from tests.register.integration.desk import Desk
from tests.register.invented import SCHOOL, child, referral

ORDER = {"order_number": "SAO-2026-014", "school_urn": SCHOOL, "from": "2026-11-02"}
CONSENT: dict[str, Any] = {"kind": "special_school_deletion", "given": True, "decided_on": "2026-12-09"}


async def children(register: Register, *names: str) -> list[str]:
    await register.hear(*(referral(child(name)) for name in names))
    return [one.body["child_id"] for one in await register.said() if one.short == "submission.matched"]


async def test_an_order_is_recorded_changed_and_said(register: Register, desk: Callable[..., Desk]) -> None:
    (child_id,) = await children(register, "Isolde")
    await desk().do(f"/v1/children/{child_id}/orders", **ORDER)
    said = await register.only("attendance-order.recorded")
    assert {name: said[name] for name in ("child_id", "order_number", "school_urn", "in_force_from", "recorded_by")} == {
        "child_id": child_id, "order_number": "SAO-2026-014", "school_urn": SCHOOL, "in_force_from": "2026-11-02",
        "recorded_by": str(IMOGEN),
    }  # fmt: skip
    assert "in_force_to" not in said or said["in_force_to"] is None
    await desk().do(f"/v1/children/{child_id}/orders", **ORDER, to="2026-11-27")
    later = await register.last("attendance-order.recorded")
    assert (later["order_id"], later["in_force_to"]) == (said["order_id"], "2026-11-27")
    (shown,) = (await desk().read(f"/v1/children/{child_id}"))["orders"]
    assert (shown["order_id"], shown["in_force_to"]) == (said["order_id"], "2026-11-27")
    (case,) = (await desk().read(f"/v1/children/{child_id}"))["cases"]
    lines = [line["what"] for line in (await desk().read(f"/v1/cases/{case['case_id']}"))["chronology"]]
    assert lines.count("cme.attendance-order.recorded.v1") == 2


@pytest.mark.policy("5.3.3")
async def test_a_consent_refused_and_then_given_are_two_decisions(
    register: Register, desk: Callable[..., Desk]
) -> None:
    register.clock.at = datetime.fromisoformat("2026-12-10T09:00:00+00:00")
    (child_id,) = await children(register, "Isolde")
    for given in (False, True):
        register.clock.at += timedelta(minutes=5)
        answer = await desk().post(f"/v1/children/{child_id}/consents", CONSENT | {"given": given})
        assert answer.status_code == 200, answer.text
    said = [one for one in await register.said() if one.short == "consent.recorded"]
    assert [(one.key, one.body["given"], one.body["decided_on"]) for one in said] == [
        (child_id, False, "2026-12-09"), (child_id, True, "2026-12-09")
    ]  # fmt: skip
    shown = (await desk().read(f"/v1/children/{child_id}"))["consents"]
    assert [(one["kind"], one["given"]) for one in shown] == [
        ("special_school_deletion", False), ("special_school_deletion", True)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("orders", ORDER | {"from": "2 November"}, "from"),
        ("orders", ORDER | {"from": 1793577600}, "from"),
        ("orders", ORDER | {"school_urn": "12"}, "school_urn"),
        ("orders", ORDER | {"order_number": "Isolde Quillfeather"}, "order_number"),
        ("orders", ORDER | {"to": "2026-11-01"}, ""),
        ("orders", ORDER | {"until": "2026-12-01"}, "do not know"),
        ("consents", CONSENT | {"given": "yes"}, "given"),
        ("consents", CONSENT | {"kind": "all"}, "kind"),
        ("consents", {"kind": "joint_enquiries", "given": True}, "decided_on"),
    ],
)
async def test_what_cannot_be_meant_is_refused_with_its_field_and_nothing_is_recorded(
    register: Register, desk: Callable[..., Desk], path: str, body: dict[str, Any], field: str
) -> None:
    register.clock.at = datetime.fromisoformat("2026-12-10T09:00:00+00:00")
    (child_id,) = await children(register, "Isolde")
    before = await register.told()
    answer = await desk().post(f"/v1/children/{child_id}/{path}", body)
    assert answer.status_code == 422 and field in str(answer.json()["errors"])
    assert "Quillfeather" not in answer.text
    assert await register.told() == before


async def test_a_decision_of_tomorrow_has_not_been_made(register: Register, desk: Callable[..., Desk]) -> None:
    (child_id,) = await children(register, "Isolde")
    answer = await desk().post(f"/v1/children/{child_id}/consents", CONSENT)
    assert (answer.status_code, answer.json()["code"]) == (422, "decided-in-the-future")


async def test_an_order_number_is_one_childs(register: Register, desk: Callable[..., Desk]) -> None:
    isolde, merle = await children(register, "Isolde", "Merle")
    await desk().do(f"/v1/children/{isolde}/orders", **ORDER)
    assert await desk().refused(f"/v1/children/{merle}/orders", **ORDER) == (409, "order-of-another-child")
    assert (await register.told()).count("attendance-order.recorded") == 1


async def test_nobody_records_about_a_child_who_is_not_there_or_without_being_an_officer(
    register: Register, desk: Callable[..., Desk]
) -> None:
    (child_id,) = await children(register, "Isolde")
    assert (await desk().post(f"/v1/children/{uuid4()}/orders", ORDER)).status_code == 404
    for path, body in (("orders", ORDER), ("consents", CONSENT)):
        assert (await desk("school").post(f"/v1/children/{child_id}/{path}", body)).status_code == 404
        shared = await desk("lead_officer", "a-shared-account").post(f"/v1/children/{child_id}/{path}", body)
        assert (shared.status_code, shared.json()["code"]) == (403, "not-an-officer")


async def test_the_same_key_records_once(register: Register, desk: Callable[..., Desk]) -> None:
    (child_id,) = await children(register, "Isolde")
    body = CONSENT | {"decided_on": "2026-11-20"}
    first, second = [await desk().post(f"/v1/children/{child_id}/consents", body, key="k" * 16) for _ in range(2)]
    assert first.json() == second.json()
    assert (await register.told()).count("consent.recorded") == 1


@pytest.mark.policy("8.1")
async def test_what_was_recorded_of_a_joined_record_is_shown_with_the_other_and_goes_back(
    register: Register, desk: Callable[..., Desk]
) -> None:
    isolde, izzy = await children(register, "Isolde", "Izzy")
    await desk().do(f"/v1/children/{izzy}/orders", **ORDER)
    await desk("team_manager").do(f"/v1/children/{isolde}/join", absorbed_child_id=izzy)
    assert len((await desk().read(f"/v1/children/{isolde}"))["orders"]) == 1
    await desk().do(f"/v1/children/{izzy}/consents", **(CONSENT | {"decided_on": "2026-11-20", "given": True}))
    assert (await register.only("consent.recorded"))["child_id"] == isolde
    await desk("team_manager").do(f"/v1/children/{isolde}/separate", restored_child_id=izzy)
    (order,) = (await desk().read(f"/v1/children/{izzy}"))["orders"]
    assert (await register.only("records.separated"))["recorded_ids"] == [order["order_id"]]
    shown = {name: await desk().read(f"/v1/children/{name}") for name in (isolde, izzy)}
    assert [len(shown[name]["orders"]) for name in (isolde, izzy)] == [0, 1]
    assert [len(shown[name]["consents"]) for name in (isolde, izzy)] == [1, 0]
