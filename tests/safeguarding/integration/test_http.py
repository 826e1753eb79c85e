"""The API over its whole ASGI stack, with real tokens and real signatures."""

import json
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from standardwebhooks import Webhook

from cme_contracts.codes import Factor
from cme_contracts.safeguarding import (
    CaseConsidered,
    EscalatedToSocialCare,
    EscalationConfirmed,
    SocialCareAcknowledged,
)
from cme_safeguarding.entrypoints import http
from cme_safeguarding.entrypoints.access import ACCESS, SOCIAL_CARE
from cme_safeguarding.entrypoints.answers import ANSWERS
from cme_web.app import make_app
from cme_web.paging import cursor
from cme_web.signatures import StandardWebhooks
from cme_web.tokens import TokenChecker
from tests.kit.issuer import NAME, Issuer
from tests.safeguarding.support import CANARY, PRACTICE, Safeguarding, Someone

OFFICER, MANAGER = "00000000-0000-4000-8000-00000000000f", "00000000-0000-4000-8000-0000000000ff"
SECRET = "whsec_" + "c29jaWFsLWNhcmUtc29jaWFsLWNhcmUtc2VjcmV0"
ISSUER = Issuer()


class Visitor:
    """Somebody with a token, or social care's system with its secret."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self._http = http

    async def get(self, path: str, *, role: str = "lead_officer", sub: str = OFFICER) -> httpx2.Response:
        return await self._http.get(path, headers={"Authorization": f"Bearer {ISSUER.token(role, sub=sub)}"})

    async def post(
        self,
        path: str,
        body: Mapping[str, Any],
        *,
        role: str = "lead_officer",
        sub: str = OFFICER,
        key: str | None = None,
    ) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {ISSUER.token(role, sub=sub)}", "Idempotency-Key": key or str(uuid4())}
        return await self._http.post(path, json=dict(body), headers=headers)

    async def call_back(
        self, escalation_id: str, reference: str, *, message: str, secret: str = SECRET, sent: datetime | None = None
    ) -> httpx2.Response:
        body, at = json.dumps({"their_reference": reference}), sent or datetime.now(UTC)
        headers = {
            "webhook-id": message,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(secret).sign(message, at, body),
            "content-type": "application/json",
        }
        return await self._http.post(f"/v1/escalations/{escalation_id}/acknowledgement", content=body, headers=headers)


@pytest.fixture
async def visitor(safeguarding: Safeguarding) -> AsyncIterator[Visitor]:
    keys = httpx2.AsyncClient(transport=ISSUER.transport)
    app = make_app(
        title="CME safeguarding",
        access=ACCESS,
        routers=http.api(safeguarding.db, safeguarding.clock, PRACTICE),
        answers=ANSWERS,
        tokens=TokenChecker(issuer=NAME, audience="cme", jwks_url="https://issuer.test/jwks", client=keys),
        callbacks={SOCIAL_CARE: StandardWebhooks(SECRET)},
    )
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="https://cme.test") as client:
        yield Visitor(client)


async def open_case(safeguarding: Safeguarding, *factors: Factor) -> Someone:
    child, submission = Someone(), uuid4()
    await safeguarding.hear(child.matched(submission), child.opened(submission, *factors))
    return child


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


@pytest.mark.parametrize("place", [("x",), ("9" * 30,), ("1", "2")])
async def test_a_place_among_the_readings_that_somebody_made_up_is_refused(
    safeguarding: Safeguarding, visitor: Visitor, place: tuple[str, ...]
) -> None:
    child = await open_case(safeguarding)
    path = f"/v1/children/{child.child_id}/accesses?after={cursor(place)}"
    assert (await visitor.get(path, role="team_manager")).status_code == 422


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


@pytest.mark.policy("7.5")
async def test_an_officer_escalates_and_social_care_acknowledges(safeguarding: Safeguarding, visitor: Visitor) -> None:
    child = await open_case(safeguarding)
    body = {
        "case_id": str(child.case_id),
        "factors": ["whereabouts_unknown", "homeless_or_refuge"],
        "consent": "not_sought",
        "consent_reason": "nobody can be reached",
        "threshold_level": 4,
        "telephoned_at": "2026-11-23T09:00:00+00:00",
    }
    key = str(uuid4())
    made = await visitor.post("/v1/escalations", body, key=key)
    assert made.status_code == 201
    assert (await visitor.post("/v1/escalations", body, key=key)).json() == made.json()
    again = await visitor.post("/v1/escalations", body)
    assert (again.status_code, again.json()["code"]) == (409, "already-escalated")

    id_ = made.json()["escalation_id"]
    assert made.headers["location"] == f"/v1/escalations/{id_}"
    answers = [await visitor.call_back(id_, "SC-77", message="msg_1") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert answers[0].json() == answers[1].json() == answers[2].json()
    assert ["idempotency-replayed" in answer.headers for answer in answers] == [False, True, True]
    [acknowledged] = await safeguarding.said(SocialCareAcknowledged)
    assert (acknowledged["their_reference"], acknowledged["on_time"]) == ("SC-77", True)
    [shown] = (await visitor.get(f"/v1/escalations?case_id={child.case_id}")).json()["items"]
    assert (shown["state"], shown["their_reference"], shown["threshold_level"]) == ("acknowledged", "SC-77", 4)


async def test_a_callback_that_social_care_has_not_signed_changes_nothing(
    safeguarding: Safeguarding, visitor: Visitor
) -> None:
    await open_case(safeguarding, Factor.SECTION_47)
    id_ = (await safeguarding.said(EscalatedToSocialCare))[0]["escalation_id"]
    wrong = "whsec_" + "bm90LXNvY2lhbC1jYXJlLW5vdC1zb2NpYWwtY2Fy"

    forged = await visitor.call_back(id_, "SC-1", message="msg_1", secret=wrong)
    old = await visitor.call_back(id_, "SC-1", message="msg_2", sent=datetime.now(UTC) - timedelta(hours=1))
    assert (forged.status_code, old.status_code) == (401, 401)
    assert (
        await visitor.post(f"/v1/escalations/{id_}/acknowledgement", {"their_reference": "SC-1"})
    ).status_code == 401
    assert await safeguarding.said(SocialCareAcknowledged) == []


async def test_social_care_answers_for_what_exists_and_with_one_reference(
    safeguarding: Safeguarding, visitor: Visitor
) -> None:
    await open_case(safeguarding, Factor.SECTION_47)
    id_ = (await safeguarding.said(EscalatedToSocialCare))[0]["escalation_id"]

    assert (await visitor.call_back(str(uuid4()), "SC-1", message="msg_0")).status_code == 404
    assert (await visitor.call_back(id_, "a name with spaces", message="msg_1")).status_code == 422
    assert (await visitor.call_back(id_, "SC-1", message="msg_2")).status_code == 201
    assert (await visitor.call_back(id_, "SC-1", message="msg_3")).status_code == 201
    other = await visitor.call_back(id_, "SC-2", message="msg_4")
    assert (other.status_code, other.json()["code"]) == (409, "already-acknowledged")
    assert len(await safeguarding.said(SocialCareAcknowledged)) == 1


@pytest.mark.parametrize("confirmed", [True, False])
async def test_a_person_confirms_or_takes_back_what_a_rule_did(
    safeguarding: Safeguarding, visitor: Visitor, *, confirmed: bool
) -> None:
    await open_case(safeguarding, Factor.SECTION_47)
    id_ = (await safeguarding.said(EscalatedToSocialCare))[0]["escalation_id"]
    assert (await visitor.get(f"/v1/escalations/{id_}")).json()["to_be_confirmed"] is True

    path = f"/v1/escalations/{id_}/confirmation"
    answer = await visitor.post(path, {"confirmed": confirmed}, role="team_manager", sub=MANAGER)
    assert answer.status_code == 201
    [said] = await safeguarding.said(EscalationConfirmed)
    assert (said["confirmed"], said["decided_by"]) == (confirmed, MANAGER)
    refused = await visitor.post(path, {"confirmed": confirmed}, role="team_manager", sub=MANAGER)
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing-to-confirm")
    assert (await visitor.get("/v1/considerations?undecided=true")).json()["items"] == []
    assert (await visitor.get(f"/v1/escalations/{id_}")).json()["state"] == (
        "awaiting_answer" if confirmed else "withdrawn"
    )


async def test_what_cannot_be_escalated_is_refused_with_a_word_that_helps(
    safeguarding: Safeguarding, visitor: Visitor
) -> None:
    child = await open_case(safeguarding)
    good = {"case_id": str(child.case_id), "factors": ["fgm"], "consent": "given"}
    for change, status, code in (
        ({"case_id": str(uuid4())}, 404, "no-such-case"),
        ({"factors": ["made_up"]}, 422, "invalid"),
        ({"factors": []}, 422, "invalid"),
        ({"consent": "refused"}, 422, "consent-reason-missing"),
        ({"consent": "not_sought"}, 422, "consent-reason-missing"),
        ({"threshold_level": 5}, 422, "invalid"),
        ({"telephoned_at": "2026-11-24T09:00:00+00:00"}, 422, "telephoned-in-future"),
        ({"narrative": CANARY}, 422, "invalid"),
    ):
        answer = await visitor.post("/v1/escalations", good | change)
        assert (answer.status_code, answer.json()["code"]) == (status, code), change
        assert CANARY not in answer.text
    assert await safeguarding.said(EscalatedToSocialCare) == []
    assert (await visitor.post("/v1/escalations", good, sub="not-an-officer")).json()["code"] == "not-an-officer"


@pytest.mark.policy("10.3")
async def test_who_has_no_business_here_finds_nothing(safeguarding: Safeguarding, visitor: Visitor) -> None:
    child = await open_case(safeguarding)
    paths = (
        "/v1/considerations",
        f"/v1/escalations?case_id={child.case_id}",
        f"/v1/children/{child.child_id}/chronology",
        f"/v1/children/{child.child_id}/accesses",
    )
    for path in paths:
        assert (await visitor.get(path, role="school", sub="a-school")).status_code == 404
        assert (await visitor.get(path, role="head_of_service")).status_code == 404
    assert (await visitor.get(paths[-1], role="lead_officer")).status_code == 404
    assert await safeguarding.db.pool.fetchval("SELECT count(*) FROM access") == 0


@pytest.mark.policy("10.3")
async def test_every_reading_is_written_down_and_can_be_read(safeguarding: Safeguarding, visitor: Visitor) -> None:
    child = await open_case(safeguarding, Factor.SECTION_47)
    id_ = (await safeguarding.said(EscalatedToSocialCare))[0]["escalation_id"]
    chronology = await visitor.get(f"/v1/children/{child.child_id}/chronology")
    assert [item["what"] for item in chronology.json()["items"]] == [
        "considered", "concern_raised", "escalated", "matched", "case_opened",
    ]  # fmt: skip
    await visitor.get("/v1/considerations")
    await visitor.get(f"/v1/escalations/{id_}")
    await visitor.get(f"/v1/escalations?case_id={child.case_id}")

    path = f"/v1/children/{child.child_id}/accesses"
    first = await visitor.get(path, role="team_manager", sub=MANAGER)
    assert [(row["who"], row["what"]) for row in first.json()["items"]] == [
        (OFFICER, "escalations"), (OFFICER, "escalation"), (OFFICER, "considerations"), (OFFICER, "chronology"),
    ]  # fmt: skip
    page = await visitor.get(f"{path}?limit=1", role="safeguarding", sub=MANAGER)
    assert [(row["who"], row["what"]) for row in page.json()["items"]] == [(MANAGER, "accesses")]
    assert 'rel="next"' in page.headers["link"]
    assert (await visitor.get(f"/v1/children/{uuid4()}/accesses", role="team_manager")).status_code == 404


@pytest.mark.policy("10.3")
async def test_the_reported_child_is_shown_to_safeguarding_alone(safeguarding: Safeguarding, visitor: Visitor) -> None:
    child, submission = Someone(), uuid4()
    await safeguarding.hear(child.concern(Factor.FGM, submission=submission), child.matched(submission))
    path = f"/v1/children/{child.child_id}/reports"

    assert (await visitor.get(path, role="team_manager", sub=MANAGER)).status_code == 404
    [item] = (await visitor.get(path, role="safeguarding", sub=MANAGER)).json()["items"]
    assert (UUID(item["submission_id"]), item["child"]["surname"]) == (submission, CANARY)
    [row] = (await visitor.get(f"/v1/children/{child.child_id}/accesses", role="team_manager")).json()["items"]
    assert (row["who"], row["what"]) == (MANAGER, "reported_child")


async def test_the_published_factors_say_why(visitor: Visitor) -> None:
    items = (await visitor.get("/v1/factors")).json()["items"]
    assert {item["code"] for item in items} == {factor.value for factor in Factor}
    assert all(item["reason"] and item["source"] for item in items)


async def test_no_name_stands_in_any_table_in_the_clear(safeguarding: Safeguarding, visitor: Visitor) -> None:
    child, submission = Someone(), uuid4()
    await safeguarding.hear(
        child.concern(Factor.SECTION_47, submission=submission),
        child.hidden_at(CANARY, submission=submission),
        child.incident(submission=uuid4()),
        child.matched(submission),
        child.opened(submission),
    )
    await visitor.get("/v1/considerations")
    tables = await safeguarding.db.pool.fetch(
        "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'"
    )
    found = {
        row["name"]: await safeguarding.db.pool.fetchval(
            f'SELECT count(*) FROM "{row["name"]}" AS t'
            f" WHERE strpos(t::text, $1) > 0 OR strpos(t::text, encode($1::bytea, 'hex')) > 0",
            CANARY,
        )
        for row in tables
    }
    assert len(found) > 10
    assert set(found.values()) == {0}, found


@pytest.mark.policy("10.3")
async def test_a_confidential_address_is_shown_to_safeguarding_alone_and_the_reading_is_written_down(
    safeguarding: Safeguarding, visitor: Visitor
) -> None:
    child, submission = Someone(), uuid4()
    await safeguarding.hear(child.hidden_at(CANARY, submission=submission), child.matched(submission))
    path = f"/v1/children/{child.child_id}/confidential-addresses"

    for role in ("lead_officer", "team_manager", "service_lead"):
        assert (await visitor.get(path, role=role, sub=OFFICER)).status_code == 404
    [item] = (await visitor.get(path, role="safeguarding", sub=MANAGER)).json()["items"]
    assert UUID(item["submission_id"]) == submission
    assert item["given"]["addresses"] == [
        {
            "lines": [f"4 {CANARY} Row"],
            "postcode": "ZZ99 7QX",
            "uprn": None,
            "kind": "new",
            "held_by_safeguarding": False,
        }
    ]
    [row] = (await visitor.get(f"/v1/children/{child.child_id}/accesses", role="team_manager")).json()["items"]
    assert (row["who"], row["what"]) == (MANAGER, "confidential_addresses")
    chronology = await visitor.get(f"/v1/children/{child.child_id}/chronology")
    assert [one["what"] for one in chronology.json()["items"]] == ["confidential_address_given", "matched"]
    assert CANARY not in chronology.text


@pytest.mark.policy("9.1")
@pytest.mark.policy("10.3")
async def test_an_encompass_notice_is_considered_and_the_incident_is_shown_to_safeguarding_alone(
    safeguarding: Safeguarding, visitor: Visitor
) -> None:
    child, submission = Someone(), uuid4()
    await safeguarding.hear(child.incident(submission=submission), child.matched(submission))
    assert [one["prompted_by"] for one in await safeguarding.said(CaseConsidered)] == ["cme.encompass.notified.v1"]
    path = f"/v1/children/{child.child_id}/encompass-notices"

    assert (await visitor.get(path, role="team_manager", sub=MANAGER)).status_code == 404
    [item] = (await visitor.get(path, role="safeguarding", sub=MANAGER)).json()["items"]
    assert (item["source"], item["recipient"], item["on_time"]) == ("police", "setting", False)
    assert (item["notice"]["incident_on"], item["notice"]["child"]["surname"]) == ("2026-11-21", CANARY)
    [row] = (await visitor.get(f"/v1/children/{child.child_id}/accesses", role="team_manager")).json()["items"]
    assert (row["who"], row["what"]) == (MANAGER, "encompass_notices")
    chronology = (await visitor.get(f"/v1/children/{child.child_id}/chronology")).text
    assert "encompass_notice" in chronology and "2026-11-21" not in chronology
