"""Somebody is held to an answer: social care decides, assesses, or declines and is asked again; other bodies the same way."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from cme_contracts.codes import Factor
from cme_contracts.safeguarding import EscalatedToSocialCare, SocialCareAcknowledged, SocialCareSilent
from cme_contracts.safeguarding_clocks import SafeguardingDeadlineMissed
from cme_contracts.safeguarding_requests import RequestStepTaken
from tests.safeguarding.integration.visitor import OFFICER, Visitor, open_case
from tests.safeguarding.support import CANARY, Safeguarding

ESCALATION = {"factors": ["exploitation"], "consent": "not_sought", "consent_reason": "nobody can be reached"}


async def until(safeguarding: Safeguarding, *instant: int) -> None:
    safeguarding.clock.at = datetime(*instant, tzinfo=UTC)  # type: ignore[misc,arg-type]
    await safeguarding.timers.fire_due()


async def missed(safeguarding: Safeguarding, about: str) -> list[tuple[str, int]]:
    said = await safeguarding.said(SafeguardingDeadlineMissed)
    return [(one["clock"], one["rung"]) for one in said if one["about"] == about]


async def escalated(visitor: Visitor, case_id: object, **more: Any) -> str:
    made = await visitor.post("/v1/escalations", ESCALATION | {"case_id": str(case_id)} | more)
    assert made.status_code == 201, made.text
    id_: str = made.json()["escalation_id"]
    return id_


@pytest.mark.policy("9.2")
async def test_a_rule_could_not_wait_so_somebody_telephones_writes_and_social_care_is_held_to_each_answer(
    safeguarding: Safeguarding, visitor: Visitor
) -> None:
    """As scenario 26: section 47 on Monday 23 November at 09:12; decided a day late; strategy discussion on the Thursday."""
    await open_case(safeguarding, Factor.SECTION_47)
    [told] = await safeguarding.said(EscalatedToSocialCare)
    id_, steps = told["escalation_id"], f"/v1/requests/{told['escalation_id']}/steps"
    await until(safeguarding, 2026, 11, 23, 10, 13)
    assert await missed(safeguarding, id_) == [("SOC-TEL", 1)]
    assert (await visitor.post(steps, {"step": "telephoned"})).status_code == 201
    await until(safeguarding, 2026, 11, 24, 9)
    written = await visitor.post(
        steps, {"step": "written", "form": {"concern": f"{CANARY} was not seen", "risks": "dogs"}}
    )
    assert written.status_code == 201
    await until(safeguarding, 2026, 11, 26, 8)
    assert await missed(safeguarding, id_) == [("SOC-TEL", 1), ("SW-DEC", 1), ("SW-DEC", 2)]
    assert len(await safeguarding.said(SocialCareSilent)) == 1

    decided = [await visitor.decide(id_, "section_47", "SC-9", message="msg_1") for _ in range(2)]
    assert [one.status_code for one in decided] == [201, 201]
    assert decided[0].json() == {"escalation_id": id_, "stands": "section_47"}
    [acknowledged] = await safeguarding.said(SocialCareAcknowledged)  # who decides has it
    assert (acknowledged["their_reference"], acknowledged["on_time"]) == ("SC-9", False)
    assert (await visitor.post(steps, {"step": "strategy_discussion"})).status_code == 201
    await until(safeguarding, 2026, 12, 18, 9)
    assert (await missed(safeguarding, id_))[3:] == [("ICPC", 1)]  # fifteen working days, to 17 December

    shown = (await visitor.get(f"/v1/requests/{id_}")).json()
    assert [one["step"] for one in shown["steps"]] == [
        "made", "telephoned", "written", "acknowledged", "section_47", "strategy_discussion",
    ]  # fmt: skip
    assert shown["steps"][2]["form"] == {"concern": f"{CANARY} was not seen", "risks": "dogs"}
    kept = str(await safeguarding.db.pool.fetch("SELECT * FROM request_step")) + str(await safeguarding.said())
    assert CANARY not in kept


@pytest.mark.policy("9.2")
async def test_what_is_declined_is_kept_with_its_reasons_and_raised_again_with_new_facts(
    safeguarding: Safeguarding, visitor: Visitor
) -> None:
    child = await open_case(safeguarding)
    first = await escalated(visitor, child.case_id)
    refused = await visitor.post("/v1/escalations", ESCALATION | {"case_id": str(child.case_id)})
    assert refused.json()["code"] == "already-escalated"
    too_early = {"case_id": str(child.case_id), "raises_again": first, "new_facts": "seen in a car park"}
    assert (await visitor.post("/v1/escalations", ESCALATION | too_early)).json()["code"] == "follows-nothing"

    unexplained = await visitor.decide(first, "declined", "SC-9", message="msg_1")
    assert (unexplained.status_code, unexplained.json()["code"]) == (422, "field-missing")
    declined = await visitor.decide(first, "declined", "SC-9", message="msg_2", reasons="known to early help")
    assert declined.status_code == 201
    again = await escalated(visitor, child.case_id, raises_again=first, new_facts="seen in a car park")
    shown = (await visitor.get(f"/v1/requests?case_id={child.case_id}")).json()["items"]
    assert [(one["request_id"], one["stands"], one["follows"]) for one in shown] == [
        (first, "declined", None), (again, "made", first),
    ]  # fmt: skip
    assert (await visitor.get(f"/v1/requests/{first}")).json()["steps"][-1]["form"] == {
        "reasons": "known to early help"
    }
    await until(safeguarding, 2027, 3, 1, 9)
    assert await missed(safeguarding, first) == []
    assert ("SW-ASMT", 1) in await missed(safeguarding, again)


async def test_what_a_person_takes_back_is_waited_for_no_more(safeguarding: Safeguarding, visitor: Visitor) -> None:
    await open_case(safeguarding, Factor.SECTION_47)
    [told] = await safeguarding.said(EscalatedToSocialCare)
    path = f"/v1/escalations/{told['escalation_id']}/confirmation"
    assert (await visitor.post(path, {"confirmed": False})).status_code == 201
    await until(safeguarding, 2027, 3, 1, 9)
    assert await missed(safeguarding, told["escalation_id"]) == []
    late = await visitor.call_back(told["escalation_id"], "SC-9", message="msg_1")
    assert late.status_code == 201  # that they have it is a fact
    assert (await visitor.get(f"/v1/requests/{told['escalation_id']}")).json()["stands"] == "taken_back"


@pytest.mark.parametrize(
    ("body", "form", "late", "clock", "answer"),
    [
        ("police", {"concern": "gone since Friday"}, (2026, 11, 23, 14), "POL-ACK", {"step": "acknowledged", "reference": "P-1"}),
        ("home_office", {"reasons": "left?", "legal_gateway": "s 11"}, (2026, 12, 8), "HOME-OFFICE", {"step": "answered"}),
        ("border_force", {"reasons": "left?", "legal_gateway": "s 11"}, (2026, 12, 8), "BORDER-FORCE", {"step": "answered"}),
        ("return_home_interview", {}, (2026, 11, 26, 10), "RHI", {"step": "offered"}),
    ],
)  # fmt: skip
async def test_other_bodies_follow_the_same_pattern_with_clocks_of_their_own(
    safeguarding: Safeguarding, visitor: Visitor, body: str, form: dict[str, str], late: tuple[int, ...], clock: str,
    answer: dict[str, str],
) -> None:  # fmt: skip
    child = await open_case(safeguarding)
    made = await visitor.post("/v1/requests", {"body": body, "case_id": str(child.case_id), "form": form})
    assert made.status_code == 201
    id_ = made.json()["request_id"]
    assert made.headers["location"] == f"/v1/requests/{id_}"
    await until(safeguarding, *late)
    assert (await missed(safeguarding, id_))[0] == (clock, 1)
    assert (await visitor.post(f"/v1/requests/{id_}/steps", answer)).status_code == 201
    said = [(one["body"], one["step"]) for one in await safeguarding.said(RequestStepTaken)]
    assert said == [(body, "made"), (body, answer["step"])]


async def test_a_disagreement_is_about_what_was_declined_and_goes_from_managers_to_the_partnership(
    safeguarding: Safeguarding, visitor: Visitor
) -> None:
    child = await open_case(safeguarding)
    first = await escalated(visitor, child.case_id)
    await visitor.decide(first, "declined", "SC-9", message="msg_1", reasons="below the threshold")
    asked = {"body": "professional_disagreement", "case_id": str(child.case_id), "form": {"reasons": "level 4"}}
    assert (await visitor.post("/v1/requests", asked)).json()["code"] == "follows-nothing"
    id_ = (await visitor.post("/v1/requests", asked | {"follows": first})).json()["request_id"]
    await until(safeguarding, 2026, 11, 26, 8)
    assert await missed(safeguarding, id_) == [("DISAGREE-1", 1)]
    for step in ({"step": "managers"}, {"step": "partnership"}, {"step": "resolved", "form": {"outcome": "assessed"}}):
        assert (await visitor.post(f"/v1/requests/{id_}/steps", step)).status_code == 201
    await until(safeguarding, 2027, 1, 11, 9)
    assert await missed(safeguarding, id_) == [("DISAGREE-1", 1)]


@pytest.mark.policy("9.1")
async def test_a_decision_not_to_share_is_kept_like_one_to_share_and_looked_at_again(
    safeguarding: Safeguarding, visitor: Visitor
) -> None:
    """Decided on Monday 23 November; nobody has looked again by Monday 21 December, twenty working days later."""
    child = await open_case(safeguarding)
    form = {
        "what": "where the family stays",
        "with_whom": "the previous school",
        "reasons": "a parent works there",
        "legal_basis": "UK GDPR article 5(1)(c)",
    }
    asked = {"body": "not_shared", "case_id": str(child.case_id), "form": form}
    for left_out in form:
        short = {name: said for name, said in form.items() if name != left_out}
        refused = await visitor.post("/v1/requests", asked | {"form": short})
        assert (refused.status_code, refused.json()["code"]) == (422, "field-missing"), left_out
    id_ = (await visitor.post("/v1/requests", asked)).json()["request_id"]

    [kept] = (await visitor.get(f"/v1/requests/{id_}")).json()["steps"]
    assert (kept["form"], kept["recorded_by"], kept["happened_at"][:10]) == (form, OFFICER, "2026-11-23")
    lines = (await visitor.get(f"/v1/children/{child.child_id}/chronology")).json()["items"]
    assert [one["decided_by"] for one in lines if one.get("body") == "not_shared"] == [OFFICER]
    [said] = await safeguarding.said(RequestStepTaken)
    assert (said["body"], said["step"], said["recorded_by"]) == ("not_shared", "made", OFFICER)

    await until(safeguarding, 2026, 12, 22, 8)
    assert await missed(safeguarding, id_) == [("NOT-SHARED", 1)]
    upheld = await visitor.post(
        f"/v1/requests/{id_}/steps", {"step": "upheld", "form": {"reasons": "she works there yet"}}
    )
    assert (upheld.status_code, upheld.json()["stands"]) == (201, "upheld")


async def test_what_is_no_request_is_refused_with_a_word_that_helps(
    safeguarding: Safeguarding, visitor: Visitor
) -> None:
    child = await open_case(safeguarding)
    good = {"body": "police", "case_id": str(child.case_id), "form": {"concern": "gone"}}
    for change, status, code in (
        ({"body": "nobody"}, 422, "no-such-body"),
        ({"body": "social_care"}, 422, "made-by-escalation"),
        ({"case_id": str(uuid4())}, 404, "no-such-case"),
        ({"form": {}}, 422, "field-missing"),
        ({"form": {"concern": "gone", "gossip": CANARY}}, 422, "field-unknown"),
        ({"form": {CANARY: "x"}}, 422, "invalid"),
        ({"happened_at": "2026-11-24T09:00:00Z"}, 422, "out-of-time"),
    ):
        answer = await visitor.post("/v1/requests", good | change)
        assert (answer.status_code, answer.json()["code"]) == (status, code), change
        assert CANARY not in answer.text
    assert await safeguarding.said(RequestStepTaken) == []
    first = await escalated(visitor, child.case_id)
    for step in ("made", "taken_back", "acknowledged", "forgotten"):
        answer = await visitor.post(f"/v1/requests/{first}/steps", {"step": step})
        assert (answer.status_code, answer.json()["code"]) == (422, "no-such-step")
    assert (await visitor.get(f"/v1/requests/{uuid4()}")).status_code == 404
    forged = await visitor.post(f"/v1/escalations/{first}/decision", {"decision": "section_47", "their_reference": "X"})
    assert forged.status_code == 401
    only_one = ESCALATION | {"case_id": str(child.case_id), "raises_again": first}
    assert (await visitor.post("/v1/escalations", only_one)).json()["code"] == "invalid"
    assert {row["body"] for row in (await visitor.get("/v1/bodies")).json()["items"]} >= {"police", "border_force"}
