"""Before a form is sent and after: what it would lack, a correction, taking it back; only for whoever sent it."""

from typing import Any
from uuid import uuid4

import pytest

from tests.referrals.integration.conftest import Standing
from tests.referrals.integration.visitor import Visitor
from tests.referrals.invented import (
    CANARY,
    CHILD,
    MONDAY,
    OTHER_SCHOOL,
    WRONG_UPN,
    deletion,
    new_pupil,
    referral,
    whole_referral,
)  # fmt: skip

TUESDAY = MONDAY.replace(day=24)


async def checked(visitor: Visitor, body: dict[str, Any], who: dict[str, str] | None = None) -> dict[str, Any]:
    answer = await visitor.client.post(
        "/v1/submissions/check", json=body, headers=visitor.school() if who is None else who
    )
    assert answer.status_code == 200, answer.text
    assert CANARY not in answer.text
    found: dict[str, Any] = answer.json()
    return found


async def rows(visitor: Visitor) -> list[int]:
    tables = ("submission", "outbox", "idempotency", "told_child", "batch", "taken_row", "withdrawal", "deletion")
    return [await visitor.count(table) for table in tables]


@pytest.mark.parametrize(
    ("path", "kind", "body"),
    [
        ("referrals", "referral", referral(factors=["fgm"])),
        ("referrals", "referral", whole_referral()),
        ("new-pupil-returns", "new_pupil_return", new_pupil()),
        ("deletion-returns", "deletion_return", deletion(child=CHILD | {"upn": WRONG_UPN})),
        ("deletion-returns", "deletion_return", deletion(ground="f")),
    ],
)
async def test_a_check_says_what_sending_says_and_keeps_nothing(
    visitor: Visitor, path: str, kind: str, body: dict[str, Any]
) -> None:
    before = await rows(visitor)
    said = await checked(visitor, {"kind": kind} | body)
    assert await rows(visitor) == before
    sent = await visitor.accepted(f"/v1/{path}", body)
    assert said["would_be_taken"] and said["refused"] == []
    for name in ("still_missing", "data_quality"):
        assert said[name] == sent[name]
    assert said["due_on"] == sent.get("due_on")
    assert [one["rule"] for one in said["challenges"]] == [one["rule"] for one in sent.get("challenges", [])]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "referral", "child": CHILD}, "referrer"),
        ({"kind": "referral"} | referral(referrer={"name": "Sam Invented"}), "referrer.email"),
        ({"kind": "deletion_return"} | deletion(ground="z"), "ground"),
        ({"kind": "deletion_return"} | deletion(school_urn=OTHER_SCHOOL), "school_urn"),
        ({"kind": "referral"} | referral(last_attended_on="2027-01-01"), "last_attended_on"),
        ({"kind": "rumour"}, "kind"),
        (referral(), "kind"),
    ],
)
async def test_a_check_says_why_a_form_would_be_refused(visitor: Visitor, body: dict[str, Any], field: str) -> None:
    said = await checked(visitor, body)
    assert not said["would_be_taken"]
    (note,) = said["refused"]
    assert note["field"] == field and note["wrong"] and note["mend"]


async def test_a_check_says_whether_this_sender_has_told_us_of_the_child_and_never_whether_others_have(
    visitor: Visitor,
) -> None:
    body = {"kind": "deletion_return"} | deletion()
    assert (await checked(visitor, body))["told_before"] is False
    sent = await visitor.accepted("/v1/referrals", referral())
    written_otherwise = CHILD | {"surname": f" {CANARY.upper()}", "addresses": [{"postcode": "zz999zz"}]}
    clerk = visitor.bearer("school", sub="another-clerk", urn="990001")
    said = await checked(visitor, body | {"child": written_otherwise}, clerk)
    assert (said["told_before"], said["references"]) == (True, [sent["reference"]])
    assert (await checked(visitor, body, visitor.school(OTHER_SCHOOL)))["told_before"] is False
    officer = visitor.bearer("lead_officer", sub="imogen")
    assert (await checked(visitor, {"kind": "referral"} | referral(), officer))["told_before"] is False
    brother = CHILD | {"forename": "Rowan"}
    assert (await checked(visitor, body | {"child": brother}))["told_before"] is False
    nobody = {"surname": CANARY}
    assert (await checked(visitor, body | {"child": nobody}))["told_before"] is None


async def test_a_correction_is_a_new_fact_of_the_same_chain_and_the_old_one_stays(
    visitor: Visitor, clock: Standing
) -> None:
    first = await visitor.accepted("/v1/deletion-returns", deletion())
    clock.at = TUESDAY
    second = await visitor.accepted(f"/v1/submissions/{first['submission_id']}/correction", deletion(ground="f"))
    third = await visitor.accepted(f"/v1/submissions/{second['submission_id']}/correction", deletion(ground="h"))
    said = [body for type_, key, body in await visitor.said() if type_ == "cme.pupil.deleted.v1"]
    assert {key for _, key, _ in await visitor.said()} == {first["submission_id"]}
    assert [body["ground"] for body in said] == ["g", "f", "h"]
    assert {body["first_submission_id"] for body in said} == {first["submission_id"]}
    assert [body["submission_id"] for body in said] == [one["submission_id"] for one in (first, second, third)]
    assert len({body["reference"] for body in said}) == 3
    assert said[1]["received_at"].startswith("2026-11-24")
    old = (await visitor.get(f"/v1/submissions/{first['submission_id']}", visitor.school())).json()
    assert old["as_received"] == deletion()


async def test_a_correction_is_the_form_that_was_sent(visitor: Visitor) -> None:
    first = await visitor.accepted("/v1/deletion-returns", deletion())
    path = f"/v1/submissions/{first['submission_id']}/correction"
    for body, field in (
        (referral(), "body"),
        ({"kind": "referral"} | referral(), "kind"),
        (deletion(ground="z"), "ground"),
    ):
        answer = await visitor.send(path, body)
        assert answer.status_code == 422 and CANARY not in answer.text
        assert field in [error["field"] for error in answer.json()["errors"]]
    assert await visitor.count("submission") == 1


@pytest.mark.parametrize("what", ["correction", "withdrawal"])
async def test_the_same_change_however_often_is_one(visitor: Visitor, what: str) -> None:
    first = await visitor.accepted("/v1/deletion-returns", deletion())
    path = f"/v1/submissions/{first['submission_id']}/{what}"
    body: dict[str, Any] = deletion(ground="f") if what == "correction" else {"reason": "sent_in_error"}
    answers = [await visitor.send(path, body, key="the-same-key") for _ in range(3)]
    assert [answer.json() for answer in answers] == [answers[0].json()] * 3
    assert "idempotency-replayed" not in answers[0].headers and "idempotency-replayed" in answers[2].headers
    other = await visitor.accepted("/v1/deletion-returns", deletion())
    reused = await visitor.send(f"/v1/submissions/{other['submission_id']}/{what}", body, key="the-same-key")
    assert reused.json()["code"] == "idempotency-key-reused"


@pytest.mark.policy("7.3")
async def test_what_is_taken_back_stays_and_is_announced_once(visitor: Visitor, clock: Standing) -> None:
    first = await visitor.accepted("/v1/deletion-returns", deletion())
    second = await visitor.accepted(f"/v1/submissions/{first['submission_id']}/correction", deletion(ground="f"))
    clock.at = TUESDAY
    path = f"/v1/submissions/{second['reference'].lower().replace('-', ' ')}/withdrawal"  # as anybody writes it
    answer = await visitor.send(path, {"reason": "name_not_deleted"})
    assert answer.status_code == 200 and answer.json()["reference"] == second["reference"]
    type_, key, said = (await visitor.said())[-1]
    assert (type_, key) == ("cme.submission.withdrawn.v1", first["submission_id"])
    assert (said["submission_id"], said["reason"]) == (second["submission_id"], "name_not_deleted")
    assert said["withdrawn_at"].startswith("2026-11-24")
    again = await visitor.send(path, {"reason": "other"})
    late = await visitor.send(f"/v1/submissions/{first['submission_id']}/correction", deletion())
    assert [(one.status_code, one.json()["code"]) for one in (again, late)] == [(409, "withdrawn")] * 2
    assert await visitor.count("submission") == 2
    whole = (await visitor.get(f"/v1/submissions/{first['submission_id']}", visitor.school())).json()
    assert whole["as_received"] == deletion()


@pytest.mark.policy("10.3")
@pytest.mark.parametrize(("what", "body"), [("correction", deletion(ground="f")), ("withdrawal", {"reason": "other"})])
async def test_only_whoever_sent_it_may_change_it(visitor: Visitor, what: str, body: dict[str, Any]) -> None:
    sent = await visitor.accepted("/v1/deletion-returns", deletion())
    others = [visitor.school(OTHER_SCHOOL), visitor.bearer("lead_officer")]
    for who in others:
        answer = await visitor.send(f"/v1/submissions/{sent['submission_id']}/{what}", body, who=who)
        nothing = await visitor.send(f"/v1/submissions/{uuid4()}/{what}", body, who=who)
        assert answer.status_code == nothing.status_code == 404 and answer.json() == nothing.json()
        quoted = await visitor.send(f"/v1/submissions/{sent['reference']}/{what}", body, who=who)
        assert quoted.status_code == 404 and quoted.json() == nothing.json()
    clerk = visitor.bearer("school", sub="another-clerk", urn="990001")
    answer = await visitor.send(f"/v1/submissions/{sent['submission_id']}/{what}", body, who=clerk)
    assert answer.status_code in (200, 202)


async def test_a_withdrawal_needs_a_reason_that_is_known(visitor: Visitor) -> None:
    sent = await visitor.accepted("/v1/deletion-returns", deletion())
    answer = await visitor.send(f"/v1/submissions/{sent['submission_id']}/withdrawal", {"reason": CANARY})
    assert answer.status_code == 422 and CANARY not in answer.text and "sent_in_error" in answer.text
    assert await visitor.count("withdrawal") == 0
