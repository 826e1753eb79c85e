"""An officer escalates, social care answers with its signature, and a person confirms or takes back what a rule did."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from cme_contracts.codes import Factor
from cme_contracts.safeguarding import EscalatedToSocialCare, EscalationConfirmed, SocialCareAcknowledged
from tests.safeguarding.integration.visitor import MANAGER, Visitor, open_case
from tests.safeguarding.support import CANARY, Safeguarding


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
