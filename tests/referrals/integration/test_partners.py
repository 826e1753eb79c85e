"""Partners with an account: what they send, and that each sees their own only (policy 5.4, 10)."""

import pytest

from cme_referrals.entrypoints.views import Accepted
from tests.referrals.integration.visitor import Visitor
from tests.referrals.invented import CANARY, GP, NHS_NUMBER, SCHOOL, notification, referral

PATH = "/v1/partner-notifications"


def surgery(visitor: Visitor, kind: str | None = "health", sub: str = "surgery-1") -> dict[str, str]:
    return visitor.bearer("partner", sub=sub, partner_kind=kind)


@pytest.mark.policy("5.4.1")
@pytest.mark.policy("10.3")
async def test_a_gp_tells_of_a_child_and_sees_what_became_of_it(visitor: Visitor) -> None:
    """A free text and whoever wrote it stay sealed; another surgery learns nothing of it."""
    words = "Quillfeather told me at the surgery"
    body = notification(more=words, referrer=GP | {"kind": "police"})
    answer = await visitor.send(PATH, body, who=surgery(visitor))
    accepted = Accepted.model_validate_json(answer.text)
    assert answer.status_code == 202, answer.text
    assert not {"child.nhs_number", "child.forename", "referrer.name"} & set(accepted.still_missing)
    said = await visitor.said()
    assert [type_ for type_, _, _ in said] == ["cme.referrer.named.v1", "cme.referral.raised.v1"]
    assert (said[1][2]["referrer"], said[1][2]["reason"]) == ("health", "no_school_place")
    for table in ("submission", "outbox", "idempotency"):
        written = str(await visitor.pool.fetch(f"SELECT * FROM {table}"))
        for canary in (words, CANARY, NHS_NUMBER, "Invented Surgery", GP["email"]):
            assert canary not in written

    place = answer.headers["location"]
    seen = (await visitor.get(place, surgery(visitor))).json()
    assert seen["as_received"] == body and seen["kind"] == "partner_notification"
    listed = (await visitor.get("/v1/submissions", surgery(visitor))).json()["items"]
    assert [item["reference"] for item in listed] == [accepted.reference]
    for other in (
        surgery(visitor, sub="surgery-2"),
        visitor.school(),
        visitor.bearer("school", sub="surgery-1", urn=SCHOOL),
    ):
        assert (await visitor.get(place, other)).status_code == 404
        assert (await visitor.get("/v1/submissions", other)).json() == {"items": []}
    taken_back = await visitor.send(f"{place}/withdrawal", {"reason": "sent_twice"}, who=surgery(visitor))
    assert taken_back.status_code == 200


async def test_the_kind_of_a_partner_is_the_accounts_to_say(visitor: Visitor) -> None:
    for kind in (None, "school", "unknown", "wizard"):
        answer = await visitor.send(PATH, notification(), who=surgery(visitor, kind))
        assert (answer.status_code, answer.json()["code"]) == (403, "no-partner-kind")
    entered = visitor.bearer("lead_officer")  # by telephone: the form says who rang
    await visitor.accepted(PATH, notification(referrer=GP | {"kind": "housing"}), who=entered)
    assert (await visitor.said())[1][2]["referrer"] == "housing"
    assert (await visitor.send(PATH, notification())).status_code == 403  # a school has its own form
    refused = await visitor.send(PATH, notification(referrer=GP | {"kind": "school"}), who=entered)
    assert refused.status_code == 422 and refused.json()["errors"][0]["field"] == "referrer.kind"
    await visitor.accepted("/v1/referrals", referral(), who=surgery(visitor, "police"))
    assert (await visitor.said())[-1][2]["referrer"] == "police"


async def test_too_little_is_explained_where_the_field_is(visitor: Visitor) -> None:
    refused = await visitor.send(PATH, {"child": {}, "referrer": {"name": "Dr Invented"}}, who=surgery(visitor))
    assert refused.status_code == 422
    assert {one["field"] for one in refused.json()["errors"]} == {"child.description", "referrer.email"}
    checked = await visitor.client.post(
        "/v1/submissions/check", json={"kind": "partner_notification", **notification()}, headers=surgery(visitor)
    )
    assert checked.json()["would_be_taken"] and checked.json()["told_before"] is False
    described = {"child": {"description": "About nine, red coat, at the bus stop"}, "referrer": {"email": GP["email"]}}
    await visitor.accepted(PATH, described, who=surgery(visitor))
