"""The queue shows what waits and why, and a person decides."""

from uuid import uuid4

import pytest

from cme_contracts.codes import Factor
from cme_contracts.safeguarding import EscalatedToSocialCare
from cme_web.paging import cursor
from tests.safeguarding.integration.visitor import OFFICER, Visitor, open_case
from tests.safeguarding.support import CANARY, Safeguarding


@pytest.mark.policy("9.1")
async def test_the_queue_shows_what_waits_the_most_urgent_first_and_why(
    safeguarding: Safeguarding, visitor: Visitor
) -> None:
    calm, urgent = await open_case(safeguarding), await open_case(safeguarding, Factor.CHILD_PROTECTION_PLAN)
    officer = uuid4()
    await safeguarding.hear(urgent.assigned(officer))

    items = (await visitor.get("/v1/considerations?undecided=true")).json()["items"]
    assert [item["case_id"] for item in items] == [str(urgent.case_id), str(calm.case_id)]
    assert items[0]["lead_officer_id"] == str(officer)
    assert items[0]["recommendation"] == "at_once"
    [plan] = [row for row in items[0]["because"] if row["code"] == "child_protection_plan"]
    assert plan["at_once"] is True
    assert plan["reason"]
    assert plan["source"].startswith("policy 9")


async def test_the_queue_is_read_a_page_at_a_time(safeguarding: Safeguarding, visitor: Visitor) -> None:
    children = [await open_case(safeguarding) for _ in range(5)]
    seen, path = [], "/v1/considerations?limit=2"
    while path:
        answer = await visitor.get(path)
        seen += [item["case_id"] for item in answer.json()["items"]]
        path = answer.headers.get("link", "").partition("<")[2].partition(">")[0]

    assert sorted(seen) == sorted(str(child.case_id) for child in children)


@pytest.mark.parametrize(
    "place", [("x",), ("x", "y", "z"), ("1", "2026-11-23", str(uuid4())), ("1", "2026-11-23T09:12:00Z", "x")]
)
async def test_a_place_in_the_queue_that_somebody_made_up_is_refused(visitor: Visitor, place: tuple[str, ...]) -> None:
    assert (await visitor.get(f"/v1/considerations?after={cursor(place)}")).status_code == 422


async def test_a_text_that_no_database_keeps_is_the_senders_mistake(
    safeguarding: Safeguarding, visitor: Visitor
) -> None:
    child = await open_case(safeguarding)
    [item] = (await visitor.get(f"/v1/considerations?case_id={child.case_id}")).json()["items"]
    path = f"/v1/considerations/{item['consideration_id']}/decision"
    refused = await visitor.post(path, {"decision": "no_further_action", "reasons": [f"{CANARY}\0"]})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    assert CANARY not in refused.text
    assert (await visitor.get(f"/v1/considerations?case_id={child.case_id}")).json()["items"] == [item]


@pytest.mark.policy("9.1")
async def test_a_person_decides_and_both_recommendation_and_decision_are_kept(
    safeguarding: Safeguarding, visitor: Visitor
) -> None:
    child = await open_case(safeguarding)
    [item] = (await visitor.get(f"/v1/considerations?case_id={child.case_id}")).json()["items"]
    path = f"/v1/considerations/{item['consideration_id']}/decision"
    body = {"decision": "no_further_action", "reasons": ["Seen by the health visitor on Friday"]}
    key = str(uuid4())
    first, repeated = await visitor.post(path, body, key=key), await visitor.post(path, body, key=key)
    other = await visitor.post(path, body)

    assert (first.status_code, repeated.status_code, first.json()) == (201, 201, repeated.json())
    assert (other.status_code, other.json()["code"]) == (409, "already-decided")
    [kept] = (await visitor.get(f"/v1/considerations?child_id={child.child_id}")).json()["items"]
    assert (kept["recommendation"], kept["decision"], kept["decided_by"]) == ("consider", "no_further_action", OFFICER)
    assert kept["reasons"] == body["reasons"]
    assert (await visitor.get("/v1/considerations?undecided=true")).json()["items"] == []


@pytest.mark.policy("9.2")
async def test_a_decision_to_escalate_tells_social_care_in_the_same_step(
    safeguarding: Safeguarding, visitor: Visitor
) -> None:
    child = await open_case(safeguarding, Factor.EXPLOITATION)
    [item] = (await visitor.get("/v1/considerations?undecided=true")).json()["items"]
    answer = await visitor.post(
        f"/v1/considerations/{item['consideration_id']}/decision",
        {"decision": "escalate", "reasons": ["Seen with adults she does not know"]},
    )

    assert answer.status_code == 201
    [said] = await safeguarding.said(EscalatedToSocialCare)
    assert said["escalation_id"] == answer.json()["escalation_id"]
    assert said["factors"] == ["exploitation", "whereabouts_unknown"]
    assert (said["decided_by"], said["case_id"]) == (OFFICER, str(child.case_id))
    shown = (await visitor.get(f"/v1/escalations/{said['escalation_id']}")).json()
    assert shown["consent_reason"] == "Seen with adults she does not know"


async def test_the_published_factors_say_why(visitor: Visitor) -> None:
    items = (await visitor.get("/v1/factors")).json()["items"]
    assert {item["code"] for item in items} == {factor.value for factor in Factor}
    assert all(item["reason"] and item["source"] for item in items)
