"""A callback is believed for its signature alone."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import APIRouter
from standardwebhooks.webhooks import Webhook

from cme_web.access import AccessTable, Row, signature
from cme_web.app import make_app
from cme_web.signatures import SharedSecret, StandardWebhooks
from tests.kit.web.conftest import Visit

OLD, NEW = (base64.b64encode(bytes([number] * 24)).decode() for number in (1, 2))
BODY = '{"status": "delivered"}'


def signed(secret: str, body: str = BODY, *, ago: timedelta = timedelta()) -> dict[str, str]:
    at = datetime.now(UTC) - ago
    return {
        "webhook-id": "m1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign("m1", at, body),
        "content-type": "application/json",
    }


async def post(visit: Visit, headers: dict[str, str], body: str | bytes = BODY) -> tuple[int, object]:
    router = APIRouter()

    @router.post("/callback")
    async def called(told: dict[str, str]) -> dict[str, str]:
        return told

    app = make_app(
        title="t", access=AccessTable(Row("POST", "/callback", signature, callback="sender")), routers=[router],
        callbacks={"sender": StandardWebhooks(NEW, OLD)},
    )  # fmt: skip
    async with visit(app) as visitor:
        answer = await visitor.post("/callback", content=body, headers=headers)
    return answer.status_code, answer.json()


@pytest.mark.parametrize("secret", [NEW, OLD])
async def test_either_secret_is_accepted_and_the_body_reaches_the_endpoint(visit: Visit, secret: str) -> None:
    assert await post(visit, signed(secret)) == (200, {"status": "delivered"})


async def test_what_is_altered_old_or_early_is_refused(visit: Visit) -> None:
    other = base64.b64encode(bytes(24)).decode()
    for headers in (
        signed(NEW, "{}"), signed(other), signed(NEW, ago=timedelta(minutes=6)), signed(NEW, ago=timedelta(minutes=-6)), {},
        signed(NEW) | {"webhook-signature": "v1,%%%"}, signed(NEW) | {"webhook-signature": "nonsense"},
        signed(NEW) | {"webhook-signature": "v1,w6k"},
    ):  # fmt: skip
        status, body = await post(visit, headers)
        assert (status, "delivered" in str(body)) == (401, False)
    assert (await post(visit, signed(NEW), b"\xff\xfe"))[0] == 401


async def test_a_sender_that_can_only_carry_a_secret(visit: Visit) -> None:
    router = APIRouter()

    @router.post("/callback")
    async def called() -> None: ...

    app = make_app(
        title="t", access=AccessTable(Row("POST", "/callback", signature, callback="notify")), routers=[router],
        callbacks={"notify": SharedSecret("new", "old")},
    )  # fmt: skip
    async with visit(app) as visitor:
        for token, status in {"new": 200, "old": 200, "": 401, "other": 401}.items():
            answer = await visitor.post("/callback", headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code == status
