"""Domain scenario 17: several children in one form, each a submission of its own, all or none."""

import json
from typing import Any
from uuid import uuid4

import pytest

from cme_contracts.referrals import ReferralRaised
from tests.referrals.integration.visitor import Visitor
from tests.referrals.invented import CHILD, SCHOOL, referral

KEY = str(uuid4())
TWINS = {"date_of_birth": "2016-05-04"}
ROWAN: dict[str, Any] = CHILD | TWINS | {"forename": "Rowan", "upn": "K830200126002"}
WREN: dict[str, Any] = {"forename": "Wren", "surname": CHILD["surname"], "upn": "W830200126001"} | TWINS


def twins(**more: Any) -> dict[str, Any]:
    return referral(child=ROWAN, siblings=[{"child": WREN, "on_roll": True}], on_roll=False, **more)


async def raised(visitor: Visitor) -> list[dict[str, Any]]:
    return [body for type_, _, body in await visitor.said() if type_ == ReferralRaised.type]


@pytest.mark.policy("7.1")
async def test_one_form_for_twins_is_two_submissions_with_a_reference_each(visitor: Visitor) -> None:
    body = twins(reason="whereabouts_unknown")
    answer = await visitor.send("/v1/referrals", body, key=KEY)
    first = answer.json()
    [second] = first["siblings"]
    assert answer.headers["location"] == f"/v1/submissions/{first['submission_id']}"
    assert first["reference"] != second["reference"] and first["follow"] != second["follow"]
    assert "on_roll" not in second["still_missing"] and "last_attended_on" in second["still_missing"]
    said = await raised(visitor)
    assert [one["submission_id"] for one in said] == [first["submission_id"], second["submission_id"]]
    assert [(one["on_roll"], one["reason"]) for one in said] == [(False, body["reason"]), (True, body["reason"])]
    assert {one["family_id"] for one in said} == {first["submission_id"]}
    assert (await visitor.send("/v1/referrals", body, key=KEY)).json() == first
    assert await visitor.count("submission") == 2
    kept = (await visitor.get(f"/v1/submissions/{second['submission_id']}", visitor.school())).json()["as_received"]
    assert kept["child"] == WREN | {"addresses": CHILD["addresses"]}  # they live together, unless it is said otherwise
    assert "siblings" not in kept


async def test_what_is_wrong_with_one_costs_all_and_says_with_whom(visitor: Visitor) -> None:
    body = twins()
    body["siblings"][0]["child"] = WREN | {"date_of_birth": "2036-05-04"}
    answer = await visitor.send("/v1/referrals", body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "siblings.0.child.date_of_birth")
    body["siblings"][0] = {"child": {"forename": "Wren"}}
    answer = await visitor.send("/v1/referrals", body)
    assert [one["field"] for one in answer.json()["errors"]] == ["siblings.0.child.date_of_birth"]
    too_many = await visitor.send("/v1/referrals", referral(siblings=[{"child": WREN}] * 13))
    assert too_many.status_code == 422
    assert await visitor.count("submission") == await visitor.count("outbox") == 0


async def test_a_correction_of_one_is_about_that_one(visitor: Visitor) -> None:
    sent = await visitor.accepted("/v1/referrals", twins())
    path = f"/v1/submissions/{sent['siblings'][0]['submission_id']}/correction"
    refused = await visitor.send(path, twins())
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "siblings")
    corrected = await visitor.accepted(path, referral(child=WREN | {"addresses": CHILD["addresses"]}))
    assert "siblings" not in corrected
    last = (await raised(visitor))[-1]
    assert last["first_submission_id"] == sent["siblings"][0]["submission_id"]
    assert last["family_id"] == sent["submission_id"]
    taken_back = await visitor.send(f"/v1/submissions/{sent['submission_id']}/withdrawal", {"reason": "sent_in_error"})
    assert taken_back.status_code == 200
    assert (await visitor.send(path, referral(child=ROWAN))).status_code == 202  # the other's chain stands


async def test_a_check_says_what_each_would_lack(visitor: Visitor) -> None:
    await visitor.accepted("/v1/referrals", referral(child=WREN | {"addresses": CHILD["addresses"]}))
    checked = await visitor.client.post(
        "/v1/submissions/check", json={"kind": "referral"} | twins(), headers=visitor.school()
    )
    said = checked.json()
    assert (said["told_before"], [one["told_before"] for one in said["siblings"]]) == (False, [True])
    assert await visitor.count("submission") == 1


async def test_a_row_about_twins_is_one_row_and_two_submissions_all_or_none(visitor: Visitor) -> None:
    good = {"kind": "referral", "key": "a"} | twins()
    bad = {"kind": "referral", "key": "b"} | twins()
    bad["siblings"] = [{"child": {"surname": "Nobody"}}]
    body = "\n".join(map(json.dumps, (good, bad))).encode()
    sent = {"content": body, "headers": visitor.school() | {"Content-Type": "application/x-ndjson"}}
    for repeated in (False, True):
        batch = (await visitor.client.post("/v1/batches", **sent)).json()
        assert (batch["accepted"], batch["repeated"], batch["refused"]) == (not repeated, repeated, 1)
        lines = (await visitor.get(f"{batch['results']}/accepted", visitor.school())).text.splitlines()
        rows = [json.loads(line) for line in lines]
        assert [(one["row"], one["repeated"]) for one in rows] == [(1, repeated)] * 2
        assert len({one["reference"] for one in rows}) == 2
        [wrong] = (await visitor.get(f"{batch['results']}/refused", visitor.school())).text.splitlines()
        assert '"siblings.0.child.date_of_birth"' in wrong
    assert await visitor.count("submission") == 2


async def test_a_spreadsheet_tells_of_brothers_and_sisters_in_columns_of_their_own(visitor: Visitor) -> None:
    names = "kind,child.forename,child.date_of_birth,child.addresses.1.postcode,referrer.email,"
    siblings = "siblings.1.child.forename,siblings.1.child.date_of_birth,siblings.1.on_roll,siblings.2.child.forename"
    row = "referral,Rowan,04/05/2016,ZZ99 9ZZ,sam@example.org,Wren,04/05/2016,yes,"
    answer = await visitor.client.post(
        "/v1/batches",
        content=f"{names}{siblings}\n{row}\n".encode(),
        headers=visitor.school() | {"Content-Type": "text/csv"},
    )
    assert answer.json()["accepted"] == 1, answer.text
    assert [one["on_roll"] for one in await raised(visitor)] == [None, True]
    assert {one["school_urn"] for one in await raised(visitor)} == {SCHOOL}
