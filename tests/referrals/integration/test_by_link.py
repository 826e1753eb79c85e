"""Somebody without an account: a link proves their address; with it they tell us once, and follow it (policy 5.4, 7)."""

import asyncio
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from cme_bus.sealing import open_box
from cme_contracts.referrals import LinkRequested
from cme_referrals.adapters.contact_links import forget_links
from tests.referrals.integration.conftest import KEYRING, LINKS, Standing
from tests.referrals.integration.visitor import URL, Visitor
from tests.referrals.invented import CANARY, GP, notification

ADDRESS = "gp@surgery.nhs.uk"


async def asked(visitor: Visitor, address: str = ADDRESS, purpose: str = "tell") -> str | None:
    """The id of the link that was said, if one was. A minute goes by first."""
    await visitor.pool.execute("UPDATE contact_link SET asked_at = asked_at - interval '1 minute'")
    before = await visitor.count("outbox")
    answer = await visitor.client.post("/v1/partner-links", json={"email": address, "purpose": purpose})
    assert (answer.status_code, answer.json()) == (202, SAME)
    said = (await visitor.said())[before:]
    return str(said[0][2]["link_id"]) if said else None


SAME = {"message": "If mail can reach this address, a link is on its way."}


async def link_to(visitor: Visitor, address: str = ADDRESS, purpose: str = "tell") -> str:
    """What notifications makes of what was said."""
    id_ = await asked(visitor, address, purpose)
    assert id_ is not None
    return LINKS.make(purpose, id_, timedelta(hours=24), one_time=purpose == "tell", id_=UUID(id_))


async def tell(visitor: Visitor, token: str, body: Any = None) -> Any:
    return await visitor.client.post(f"/v1/partner-notifications/by-link/{token}", json=body or notification())


@pytest.mark.policy("5.4.1")
@pytest.mark.policy("7.3")
async def test_a_surgery_asks_tells_and_follows(visitor: Visitor, clock: Standing) -> None:
    token = await link_to(visitor)
    answer = await tell(visitor, token, notification(referrer=GP | {"kind": "health"}))
    assert answer.status_code == 202, answer.text
    accepted = answer.json()
    named, raised = (await visitor.said())[1:]
    assert (named[0], raised[2]["referrer"]) == ("cme.referrer.named.v1", "health")
    kept = (await visitor.get(f"/v1/submissions/{accepted['submission_id']}", visitor.bearer("lead_officer"))).json()
    assert kept["as_received"]["referrer"]["email"] == ADDRESS  # not what the form said
    progress = await visitor.get(accepted["follow"].removeprefix(URL))
    assert progress.json()["reference"] == accepted["reference"]

    clock.at += timedelta(hours=1)
    await tell(visitor, await link_to(visitor, "somebody@example.org"))
    await tell(visitor, await link_to(visitor, ADDRESS.upper()), notification(more="a second child"))
    followed = (await visitor.get(f"/v1/submissions/by-link/{await link_to(visitor, purpose='follow')}")).json()
    assert len(followed["items"]) == 2
    assert (followed["items"][1]["reference"], followed["items"][1]["stage"]) == (accepted["reference"], "received")
    assert CANARY not in str(followed)
    nobody = await visitor.get(f"/v1/submissions/by-link/{await link_to(visitor, 'new@example.org', 'follow')}")
    assert nobody.json() == {"items": []}


async def test_a_link_works_once_and_only_when_the_form_is_taken(visitor: Visitor) -> None:
    token = await link_to(visitor)
    refused = await tell(visitor, token, {"child": {}, "referrer": {}})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (
        422,
        "child.description",
    )  # the address is known
    clicks = await asyncio.gather(*(tell(visitor, token) for _ in range(4)))
    assert {click.status_code for click in clicks} == {202} and all(
        click.json() == clicks[0].json() for click in clicks
    )
    assert await visitor.count("submission") == 1
    another = await tell(visitor, token, notification(more="something else"))
    assert (another.status_code, another.json()["code"]) == (410, "link-used")
    assert await visitor.count("submission") == 1


async def test_a_link_is_for_what_it_was_made_for(visitor: Visitor) -> None:
    tell_token, follow_token = await link_to(visitor), await link_to(visitor, purpose="follow")
    assert (await tell(visitor, follow_token)).status_code == 404
    assert (await visitor.get(f"/v1/submissions/by-link/{tell_token}")).status_code == 404
    other_way = LINKS.make("follow", LINKS.read(tell_token, "tell").subject, timedelta(hours=1))
    assert (await visitor.get(f"/v1/submissions/by-link/{other_way}")).status_code == 404
    over = LINKS.make("tell", LINKS.read(tell_token, "tell").subject, timedelta(seconds=-1), one_time=True)
    assert (await tell(visitor, over)).status_code == 410
    await visitor.pool.execute("UPDATE contact_link SET asked_at = asked_at - interval '15 days'")
    assert await forget_links(visitor.pool, timedelta(days=14)) == 2
    assert (await tell(visitor, tell_token)).status_code == 404


@pytest.mark.policy("10.3")
async def test_whoever_claims_to_be_the_police_is_told_what_the_public_is(visitor: Visitor) -> None:
    await tell(visitor, await link_to(visitor, "pc@example.org"), notification(referrer={"kind": "police"}))
    assert [body.get("referrer", body.get("kind")) for _, _, body in await visitor.said()][1:] == ["public", "public"]


@pytest.mark.policy("10.1")
async def test_nobody_is_flooded_and_nobody_learns_who_was_written_to(visitor: Visitor, clock: Standing) -> None:
    """Anybody may give anybody's address: one a minute, five an hour, and the answer is always the same."""
    clicks = [
        visitor.client.post("/v1/partner-links", json={"email": ADDRESS}, headers={"x-click": str(n)}) for n in range(3)
    ]
    answers = await asyncio.gather(*clicks)
    assert {(answer.status_code, answer.text) for answer in answers} == {(202, answers[0].text)}
    assert await visitor.count("contact_link") == await visitor.count("outbox") == 1
    sent = [await asked(visitor) for _ in range(5)]
    assert [link is not None for link in sent] == [True] * 4 + [False]
    for table in ("contact_link", "outbox"):
        assert "surgery" not in str(await visitor.pool.fetch(f"SELECT * FROM {table}"))
    row = await visitor.pool.fetchrow("SELECT headers::text, payload FROM outbox ORDER BY seq LIMIT 1")
    event = LinkRequested.model_validate_json(row["payload"])
    said_id = UUID(json.loads(row["headers"])["ce_id"])
    open_box(event, said_id, await KEYRING.for_opening({"k1"}))
    assert (event.personal.plain.email, event.requested_at) == (ADDRESS, clock.now())
    refused = await visitor.client.post("/v1/partner-links", json={"email": f"{CANARY} no address"})
    assert refused.status_code == 422 and CANARY not in refused.text
