"""The API through ASGI: who may read what was sent, receipts, and a mailbox that only a local run has."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from cme_notifications.adapters.notify import Notify
from cme_notifications.adapters.postgres import NotificationsTx
from cme_notifications.application.ports import Letter
from cme_notifications.domain.messages import Taken
from cme_notifications.entrypoints import http
from cme_notifications.settings import Settings
from cme_service.context import Context
from cme_service.metrics import Metrics
from cme_service.settings import SettingsError, load
from cme_timers import SystemClock
from cme_web.guard import unguarded_routes
from cme_web.paging import cursor
from cme_web.tokens import TokenChecker
from tests.fakes.notify import KEY, TEMPLATE, fake_notify
from tests.kit.issuer import NAME, Issuer
from tests.notifications import invented
from tests.notifications.integration.conftest import KEYRING, LINKS, Service

SECRET = "the token we gave Notify"
MADE_UP = [{"case_id": str(uuid4()), "after": cursor(place)} for place in (("x",), ("²",), ("9" * 30,), ("1", "2"))]
"""Places in the list that are not ours."""
READERS = ("lead_officer", "team_manager", "service_lead")
OTHERS = ("school", "safeguarding", "operator", "head_of_service")


def settings(**given: Any) -> Settings:
    """Settings as the environment would give them."""
    return load(
        Settings,
        **{
            "database": "postgresql://notifications@127.0.0.1/notifications",
            "kafka": "127.0.0.1:9092",
            "keyring": "k1:" + "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=",
            "issuer": NAME,
            "jwks": "https://issuer.test/jwks",
            "link_secret": "a secret that signs links in tests only",
            "port": 8003,
            "url": "https://n.example.org",
            "referrals_url": "https://r.example.org",
            "register_url": "https://g.example.org",
            "safeguarding_url": "https://s.example.org",
            "council": "deploy/county.toml",
            "notify_callback_secret": SECRET,
            "profile": "local",
        }
        | given,
    )


PRODUCTION = {"profile": "production", "notify_key": KEY, "notify_templates": TEMPLATE}


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


type Ask = Callable[..., httpx2.AsyncClient]


@pytest.fixture
async def ask(service: Service, issuer: Issuer) -> AsyncIterator[Ask]:
    """A client with a token of these roles, of an app with these settings."""
    async with AsyncExitStack() as stack:
        keys = await stack.enter_async_context(httpx2.AsyncClient(transport=issuer.transport))

        def make(*roles: str, **given: Any) -> httpx2.AsyncClient:
            context: Context[Settings, NotificationsTx] = Context(
                settings=settings(**given),
                pool=service.pool,
                db=service.db,
                clock=SystemClock(),
                keyring=KEYRING,
                links=LINKS,
                tokens=TokenChecker(issuer=NAME, audience="cme", jwks_url="https://issuer.test/jwks", client=keys),
                metrics=Metrics("notifications"),
                checks={},
            )
            app = http.app(context)
            assert list(unguarded_routes(app)) == []
            headers = {"Authorization": f"Bearer {issuer.token(*roles)}"} if roles else {}
            client = httpx2.AsyncClient(
                transport=httpx2.ASGITransport(app), base_url="https://n.example.org", headers=headers
            )
            stack.push_async_callback(client.aclose)
            return client

        yield make


@pytest.mark.parametrize("role", READERS)
async def test_officers_see_what_was_sent_and_what_became_of_it(service: Service, ask: Ask, role: str) -> None:
    referral, child, case = uuid4(), uuid4(), uuid4()
    await service.hear(
        invented.referrer_named(referral),
        invented.matched(referral, child),
        invented.case_opened(child, case, referral),
        invented.warned(child, case),
    )
    await service.send_all()
    client = ask(role)
    of_child = (await client.get("/v1/messages", params={"child_id": str(child)})).json()["items"]
    assert [(one["template"], one["state"]) for one in of_child] == [
        ("referral-received", "sent"),
        ("deadline-near", "queued"),
    ]
    assert of_child[0]["template_version"] == 1 and of_child[0]["channel"] == "mailbox" and of_child[0]["sent_at"]
    assert of_child[0]["recipient"] == str(referral) and of_child[1]["recipient"] == "team_manager"
    of_case = (await client.get("/v1/messages", params={"case_id": str(case)})).json()["items"]
    of_submission = (await client.get("/v1/messages", params={"submission_id": str(referral)})).json()["items"]
    assert (of_submission, of_case) == ([of_child[0]], [of_child[1]])


async def test_nobody_is_shown_an_address_or_a_name(service: Service, ask: Ask) -> None:
    referral = uuid4()
    await service.hear(invented.referrer_named(referral))
    await service.send_all()
    for role in READERS:
        answer = await ask(role).get("/v1/messages", params={"submission_id": str(referral)})
        assert len(answer.json()["items"]) == 1
        assert "Ada" not in answer.text and "@" not in answer.text  # small letters alone may stand in an id


@pytest.mark.parametrize("role", OTHERS)
async def test_to_everybody_else_there_is_nothing_there(ask: Ask, role: str) -> None:
    assert (await ask(role).get("/v1/messages", params={"child_id": str(uuid4())})).status_code == 404


async def test_without_a_token_one_signs_in_first(ask: Ask) -> None:
    assert (await ask().get("/v1/messages", params={"child_id": str(uuid4())})).status_code == 401


@pytest.mark.parametrize(
    "query", [{}, {"child_id": str(uuid4()), "case_id": str(uuid4())}, {"child_id": "x"}, {"after": "x"}, *MADE_UP]
)
async def test_a_question_that_is_not_one_is_refused(ask: Ask, query: dict[str, str]) -> None:
    answer = await ask("lead_officer").get("/v1/messages", params=query)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_a_long_list_comes_in_pages_without_gap_or_repeat(service: Service, ask: Ask) -> None:
    child, case = uuid4(), uuid4()
    await service.hear(*(invented.warned(child, case) for _ in range(5)))
    client, seen, url = ask("team_manager"), [], f"/v1/messages?case_id={case}&limit=2"
    while url:
        answer = await client.get(url)
        seen += [one["id"] for one in answer.json()["items"]]
        url = answer.links.get("next", {}).get("url", "")
    assert seen == [str(row["id"]) for row in await service.rows()] and len(seen) == 5


async def test_a_receipt_is_believed_only_with_our_token(service: Service, ask: Ask) -> None:
    body = {"reference": str(uuid4()), "status": "delivered", "to": "ada@example.org", "id": str(uuid4())}
    client = ask()
    assert (await client.post("/v1/receipts", json=body)).status_code == 401
    wrong = await client.post("/v1/receipts", json=body, headers={"Authorization": "Bearer guess"})
    right = await client.post("/v1/receipts", json=body, headers={"Authorization": f"Bearer {SECRET}"})
    assert (wrong.status_code, right.status_code) == (401, 204)  # a message that is not ours changes nothing
    unset = ask(notify_callback_secret=None)
    assert (await unset.post("/v1/receipts", json=body, headers={"Authorization": "Bearer "})).status_code == 401


@pytest.mark.parametrize(
    ("status", "state", "said"),
    [("delivered", "delivered", []), ("permanent-failure", "permanently failed", ["permanent-failure"])],
)
async def test_a_receipt_says_what_became_of_a_message_once(
    service: Service, ask: Ask, status: str, state: str, said: list[str]
) -> None:
    await service.hear(invented.referrer_named())
    async with fake_notify() as fake, httpx2.AsyncClient() as client:
        await service.send_all(Notify(KEY, {"": TEMPLATE}, client, url=fake.url))
        (row,) = await service.rows()
        body = {
            "id": fake.taken[0]["id"],
            "reference": str(row["id"]),
            "to": "ada@example.org",
            "status": status,
            "created_at": "2026-12-07T12:00:00.000000Z",
            "completed_at": None,
            "sent_at": None,
            "notification_type": "email",
        }
        for _ in range(2):
            answer = await ask().post("/v1/receipts", json=body, headers={"Authorization": f"Bearer {SECRET}"})
            assert answer.status_code == 204
    (row,) = await service.rows()
    assert row["state"] == state
    assert [one.event.reason for one in (await service.say())[1:]] == said


async def test_a_receipt_that_is_quicker_than_our_own_record_is_asked_for_again(service: Service, ask: Ask) -> None:
    """The channel says at once that the address is none; we have not written down yet that it took the message."""
    await service.hear(invented.referrer_named())
    early = []

    class Quick:
        name = "email"

        async def send(self, letter: Letter) -> Taken:
            body = {"reference": str(letter.id), "status": "permanent-failure"}
            early.append(await ask().post("/v1/receipts", json=body, headers={"Authorization": f"Bearer {SECRET}"}))
            return Taken("1")

    await service.send_all(Quick())
    assert [(one.status_code, "Retry-After" in one.headers) for one in early] == [(503, True)]
    (row,) = await service.rows()
    body = {"reference": str(row["id"]), "status": "permanent-failure"}
    await ask().post("/v1/receipts", json=body, headers={"Authorization": f"Bearer {SECRET}"})
    (row,) = await service.rows()
    assert row["state"] == "permanently failed"


async def test_the_local_runs_mail_can_be_read_by_its_operator_and_as_a_page(service: Service, ask: Ask) -> None:
    await service.hear(
        invented.referrer_named(email="ada@example.org"), invented.referrer_named(email="ben@example.org")
    )
    await service.send_all()
    (mail,) = (await ask("operator").get("/v1/mailbox", params={"to": "Ben@example.org"})).json()["items"]
    assert mail["address"] == "ben@example.org" and "/v1/progress/" in mail["body"]
    assert len((await ask("operator").get("/v1/mailbox")).json()["items"]) == 2
    assert (await ask("lead_officer").get("/v1/mailbox")).status_code == 404

    page = await ask().get("/mailbox", params={"to": "ada@example.org"})
    assert page.headers["content-type"].startswith("text/html")
    assert "We have received your referral" in page.text and "ben@example.org" not in page.text
    assert "<a href='https://r.example.org/v1/progress/" in page.text


async def test_the_page_shows_what_was_written_and_runs_none_of_it(service: Service, ask: Ask) -> None:
    await service.pool.execute(
        "INSERT INTO mailbox (message_id, address, subject, body) VALUES ($1, $2, $3, $4)",
        uuid4(),
        "ada@example.org",
        "<script>alert(1)</script>",
        "https://x.example.org/'onclick='alert(1)\n<b>bold</b>",
    )
    page = (await ask().get("/mailbox")).text
    assert "<script>" not in page and "<b>" not in page and "'onclick=" not in page


async def test_production_has_no_mailbox(ask: Ask) -> None:
    for path in ("/mailbox", "/v1/mailbox"):
        assert (await ask("operator").get(path)).status_code == 200
        assert (await ask("operator", **PRODUCTION).get(path)).status_code == 404


async def test_the_measures_count_what_waits(service: Service, ask: Ask) -> None:
    from cme_notifications.adapters.measures import announce_measures

    metrics = Metrics("notifications")
    announce_measures(metrics, service.pool)
    await service.hear(invented.referrer_named(), invented.concern(uuid4()))
    text = (await metrics.render())[0].decode()
    assert 'cme_messages_open{service="notifications"} 2.0' in text
    assert 'cme_messages_failed{service="notifications"} 0.0' in text


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"profile": "production"}, "CME_NOTIFY_KEY"),
        ({"notify_key": KEY}, "CME_NOTIFY_TEMPLATES"),
        ({"notify_key": "short"}, "CME_NOTIFY_KEY"),
        ({"notify_templates": "outcome=x"}, "CME_NOTIFY_TEMPLATES"),
        ({"council": None}, "CME_COUNCIL"),
        ({"referrals_url": None}, "CME_REFERRALS_URL"),
    ],
)
def test_settings_that_cannot_work_are_named(given: dict[str, Any], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        settings(**given)
    assert settings(**PRODUCTION).templates_of_notify == {"": TEMPLATE}
