"""Without its database intake says so, and has done nothing; without Kafka it goes on."""

import json
from collections.abc import AsyncIterator
from functools import partial

import asyncpg
import httpx2
import pytest

from cme_bus.database import Database, prepare
from cme_calendars import WorkingDays
from cme_referrals.adapters.postgres import ReferralsTx
from cme_referrals.application.authority import Authority
from cme_referrals.entrypoints.app import app_of
from cme_referrals.entrypoints.desk import Desk
from cme_referrals.entrypoints.pages.rendering import Pages
from cme_web.app import make_app
from cme_web.tokens import TokenChecker
from deploy.local.ports import free_port
from tests.kit.issuer import NAME, Issuer
from tests.referrals.integration.conftest import BLINDS, COUNCIL, KEYRING, LINKS, Standing
from tests.referrals.integration.visitor import URL, Visitor
from tests.referrals.invented import referral
from tests.referrals.messages import FHIR, message


@pytest.fixture
async def lonely(issuer: Issuer, clock: Standing) -> AsyncIterator[Visitor]:
    """A visitor of a door behind which no database answers."""
    async with asyncpg.create_pool(
        f"postgresql://nobody@127.0.0.1:{free_port()}/none", min_size=0, init=prepare
    ) as pool:
        db = Database(pool, ReferralsTx, source="/cme/referrals", keyring=KEYRING)
        desk = Desk(
            db=db,
            clock=clock,
            links=LINKS,
            authority=Authority(la_code=None, working_days=WorkingDays(), addresses=BLINDS),
            public_url=URL,
            blinds=BLINDS,
        )
        async with httpx2.AsyncClient(transport=issuer.transport) as keys:
            tokens = TokenChecker(issuer=NAME, audience="cme", jwks_url="https://issuer.test/jwks", client=keys)
            app = app_of(
                desk, Pages(COUNCIL, clock.now), partial(make_app, title="CME referrals", tokens=tokens, links=LINKS)
            )
            async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=URL) as client:
                yield Visitor(client, issuer, pool)


async def test_it_says_when_to_try_again(lonely: Visitor) -> None:
    answer = await lonely.send("/v1/referrals", referral())
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert int(answer.headers["retry-after"]) > 0


async def test_health_is_told_so_in_fhir(lonely: Visitor) -> None:
    partner = lonely.bearer("partner", sub="visits", partner_kind="health")
    answer = await lonely.client.post(FHIR, json=message(), headers=partner)
    assert (answer.status_code, answer.json()["issue"][0]["code"]) == (503, "transient")
    assert int(answer.headers["retry-after"]) > 0
    for _ in range(60):
        assert (await lonely.client.get("/fhir/R4/metadata")).status_code == 200, "it needs no database"
    answer = await lonely.client.get("/fhir/R4/metadata")
    assert (answer.status_code, answer.json()["issue"][0]["code"]) == (429, "throttled")
    assert int(answer.headers["retry-after"]) > 0


async def test_a_connection_that_breaks_half_way_leaves_nothing_behind(visitor: Visitor) -> None:
    """The outbox cannot be written: the submission and the answer that were, are not."""
    await visitor.pool.execute(
        "CREATE FUNCTION break_off() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$"
    )
    await visitor.pool.execute(
        "CREATE TRIGGER break_off BEFORE INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION break_off()"
    )
    answer = await visitor.send("/v1/referrals", referral(), key="the-same-key")
    assert answer.status_code == 503
    assert await visitor.count("submission") == await visitor.count("idempotency") == 0

    await visitor.pool.execute("DROP TRIGGER break_off ON outbox")
    assert (await visitor.send("/v1/referrals", referral(), key="the-same-key")).status_code == 202
    assert await visitor.count("submission") == 1


@pytest.mark.parametrize(("state", "means"), [("53100", "the disk is full"), ("25006", "it may only be read")])
@pytest.mark.parametrize("place", ["/v1/referrals", "/v1/batches"])
async def test_nothing_is_half_written_when_the_commit_fails(
    visitor: Visitor, place: str, state: str, means: str
) -> None:
    """PostgreSQL itself refuses at the very end, in the words it has for it."""
    await visitor.pool.execute(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{means}' USING ERRCODE = '{state}'; END $$"
    )
    await visitor.pool.execute(
        "CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON submission DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION refuse()"
    )

    async def send() -> httpx2.Response:
        if place == "/v1/referrals":
            return await visitor.send(place, referral(), key="the-same-key")
        row = json.dumps({"kind": "referral"} | referral())
        sheet = visitor.school() | {"Content-Type": "application/x-ndjson"}
        return await visitor.client.post(place, content=row, headers=sheet)

    answer = await send()
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert int(answer.headers["retry-after"]) > 0
    for table in ("submission", "idempotency", "outbox", "taken_row", "batch_accepted"):
        assert await visitor.count(table) == 0, table

    await visitor.pool.execute("DROP TRIGGER refuse ON submission")
    assert (await send()).status_code == 202
    assert await visitor.count("submission") == 1
