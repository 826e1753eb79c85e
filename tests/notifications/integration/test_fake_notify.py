"""The fake is held to the real one by the client GDS publishes: what that client can do and say here, it can there."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from notifications_python_client.errors import HTTPError
from notifications_python_client.notifications import NotificationsAPIClient

from tests.fakes.notify import KEY, TEMPLATE, FakeNotify, Fault, fake_notify

WORDS = {"subject": "A subject", "body": "A text"}


official: Any = NotificationsAPIClient  # it has no types
every: Any = NotificationsAPIClient.get_all_notifications_iterator


def kind_of(error: HTTPError) -> str:
    """The class of what was refused, as Notify names it."""
    assert error.response is not None
    return str(error.response.json()["errors"][0]["error"])


@pytest.fixture
async def notify() -> AsyncIterator[FakeNotify]:
    async with fake_notify() as fake:
        yield fake


@pytest.fixture
def client(notify: FakeNotify) -> NotificationsAPIClient:
    client: NotificationsAPIClient = official(KEY, base_url=notify.url, timeout=5)
    return client


async def test_the_official_client_sends_and_looks_up_by_reference(client: NotificationsAPIClient) -> None:
    reference = str(uuid4())
    sent = await asyncio.to_thread(client.send_email_notification, "ada@example.org", TEMPLATE, WORDS, reference)
    assert sent["reference"] == reference and sent["content"]["subject"] == "A subject"

    found = await asyncio.to_thread(client.get_all_notifications, reference=reference)
    assert [one["id"] for one in found["notifications"]] == [sent["id"]]
    one = await asyncio.to_thread(client.get_notification_by_id, sent["id"])
    assert (one["email_address"], one["status"], one["body"]) == ("ada@example.org", "sending", "A text")


async def test_the_official_client_pages_through_everything(client: NotificationsAPIClient, notify: FakeNotify) -> None:
    for number in range(251):
        notify._take(
            "email",
            {
                "email_address": "ada@example.org",
                "template_id": TEMPLATE,
                "personalisation": WORDS,
                "reference": str(number),
            },
        )
    seen = await asyncio.to_thread(lambda: list(every(client)))
    assert [one["reference"] for one in seen] == [str(number) for number in reversed(range(251))]


async def test_the_official_client_reads_and_previews_templates(client: NotificationsAPIClient) -> None:
    template = await asyncio.to_thread(client.get_template, TEMPLATE)
    assert set(template["personalisation"]) == {"subject", "body"}
    assert await asyncio.to_thread(client.get_template_version, TEMPLATE, 1) == template
    assert (await asyncio.to_thread(client.get_all_templates))["templates"] == [template]
    preview = await asyncio.to_thread(client.post_template_preview, TEMPLATE, WORDS)
    assert preview["body"] == "A text"


@pytest.mark.parametrize(
    ("to", "template", "words", "kind"),
    [
        ("not an address", TEMPLATE, WORDS, "ValidationError"),
        ("ada@example.org", "not-an-id", WORDS, "ValidationError"),
        ("ada@example.org", "0b8f6a1e-93d4-4c1b-8a57-2f0e6c9d7b34", WORDS, "BadRequestError"),
        ("ada@example.org", TEMPLATE, {"subject": "only"}, "BadRequestError"),
    ],
)
async def test_the_official_client_is_told_what_is_wrong(
    client: NotificationsAPIClient, notify: FakeNotify, to: str, template: str, words: dict[str, str], kind: str
) -> None:
    with pytest.raises(HTTPError) as refused:
        await asyncio.to_thread(client.send_email_notification, to, template, words)
    assert refused.value.status_code == 400 and kind_of(refused.value) == kind
    assert notify.taken == []


async def test_the_official_client_with_another_key_is_refused(notify: FakeNotify) -> None:
    stranger = official(f"stranger-{uuid4()}-{uuid4()}", base_url=notify.url)
    with pytest.raises(HTTPError) as refused:
        await asyncio.to_thread(stranger.send_email_notification, "ada@example.org", TEMPLATE, WORDS)
    assert refused.value.status_code == 403 and kind_of(refused.value) == "AuthError"


@pytest.mark.parametrize(
    ("fault", "status", "taken"),
    [
        (Fault.MINUTE_LIMIT, 429, 0),
        (Fault.DAY_LIMIT, 429, 0),
        (Fault.ERROR_BEFORE, 500, 0),
        (Fault.ERROR_AFTER, 500, 1),
    ],
)
async def test_it_fails_when_asked_to(
    client: NotificationsAPIClient, notify: FakeNotify, fault: Fault, status: int, taken: int
) -> None:
    notify.faults.append(fault)
    with pytest.raises(HTTPError) as failed:
        await asyncio.to_thread(client.send_email_notification, "ada@example.org", TEMPLATE, WORDS)
    assert failed.value.status_code == status
    assert len(notify.taken) == taken
