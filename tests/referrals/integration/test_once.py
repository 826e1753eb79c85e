"""However often and however concurrently the same form comes, it is one submission."""

import asyncio

from tests.referrals.integration.visitor import Visitor
from tests.referrals.invented import OTHER_SCHOOL, referral


async def test_twenty_at_once_are_one_submission_with_one_answer(visitor: Visitor) -> None:
    body = referral(factors=["fgm"])
    answers = await asyncio.gather(*(visitor.send("/v1/referrals", body, key="the-same-key") for _ in range(20)))
    assert {answer.status_code for answer in answers} == {202}
    assert all(answer.json() == answers[0].json() for answer in answers)
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert sum("idempotency-replayed" not in answer.headers for answer in answers) == 1
    assert await visitor.count("submission") == 1
    token = answers[0].json()["follow"].rpartition("/")[2]
    assert (await visitor.client.get(f"/v1/progress/{token}")).json()["reference"] == answers[0].json()["reference"]
    kept = await visitor.pool.fetchval("SELECT body::text FROM idempotency")
    assert token.rpartition(".")[0] in kept and token.rpartition(".")[2] not in kept
    assert [type_ for type_, _, _ in await visitor.said()] == [
        "cme.referrer.named.v1", "cme.referral.raised.v1", "cme.concern.reported.v1",
    ]  # fmt: skip


async def test_another_body_under_the_same_key_is_a_mistake(visitor: Visitor) -> None:
    await visitor.send("/v1/referrals", referral(), key="the-same-key")
    answer = await visitor.send("/v1/referrals", referral(on_roll=True), key="the-same-key")
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-key-reused")
    assert await visitor.count("submission") == 1


async def test_two_schools_may_choose_the_same_key(visitor: Visitor) -> None:
    await visitor.send("/v1/referrals", referral(), key="the-same-key")
    answer = await visitor.send("/v1/referrals", referral(), who=visitor.school(OTHER_SCHOOL), key="the-same-key")
    assert answer.status_code == 202
    assert await visitor.count("submission") == 2


async def test_the_same_child_in_two_forms_is_two_submissions(visitor: Visitor) -> None:
    one, other = [await visitor.accepted("/v1/referrals", referral()) for _ in range(2)]
    assert one["submission_id"] != other["submission_id"] and one["reference"] != other["reference"]
