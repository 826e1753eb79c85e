"""An endpoint that takes a form without the framework's dependencies answers as any other does."""

from collections.abc import AsyncIterator
from typing import Annotated

import pytest
from fastapi import APIRouter, FastAPI, Response
from pydantic import BaseModel, Field

from cme_web.access import AccessTable, Row, bearer
from cme_web.app import make_app
from cme_web.idempotency import IdempotencyKey
from cme_web.straight import StraightRoute
from cme_web.tokens import CurrentCaller, TokenChecker
from tests.kit.issuer import Issuer
from tests.kit.web.conftest import Visit

GOOD = b'{"text": "two"}'
ROW = Row("POST", "/orders", bearer, roles={"school"}, idempotent=True)


class Order(BaseModel):
    text: Annotated[str, Field(max_length=5)]


@pytest.fixture(params=[StraightRoute, None], ids=["straight", "as any other"])
def app(tokens: TokenChecker, request: pytest.FixtureRequest) -> FastAPI:
    router = APIRouter()

    async def order(body: Order, caller: CurrentCaller, key: IdempotencyKey) -> Response:
        return Response(f"{caller.subject} {key} {body.text}", 202)

    router.add_api_route("/orders", order, methods=["POST"], status_code=202, route_class_override=request.param)
    return make_app(title="t", access=AccessTable(ROW), routers=[router], tokens=tokens, per_sender=100)


@pytest.mark.parametrize(
    ("body", "besides", "status", "said"),
    [
        (GOOD, {}, 202, "someone 12345678 two"),
        (GOOD, {"Content-Type": "application/json; charset=utf-8"}, 202, "someone 12345678 two"),
        (b'{"text": "far too long"}', {}, 422, "#/text"),
        (b'{"text": ', {}, 422, "is not JSON"),
        (b"", {}, 422, "is missing"),
        (GOOD, {"Authorization": "Bearer x"}, 401, "not-signed-in"),
        (GOOD, {"Idempotency-Key": "short"}, 400, "Idempotency-Key"),
    ],
)
async def test_what_is_answered_is_the_same_also_where_the_body_comes_in_pieces(
    visit: Visit, app: FastAPI, issuer: Issuer, body: bytes, besides: dict[str, str], status: int, said: str
) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(body), 4):
            yield body[at : at + 4]

    headers = {
        "Authorization": f"Bearer {issuer.token('school')}",
        "Content-Type": "application/json",
        "Idempotency-Key": "12345678",
    } | besides
    async with visit(app) as visitor:
        for content in (body, pieces()):
            answer = await visitor.post("/orders", content=content, headers=headers)
            assert (answer.status_code, said in answer.text) == (status, True), answer.text
            assert answer.headers["cache-control"] == "no-store"
        asked = await visitor.post(
            "/orders", content=GOOD, headers=headers | {"Authorization": f"Bearer {issuer.token('x')}"}
        )
        assert asked.status_code == 403  # the guard stands before it
        other = await visitor.put("/orders", content=GOOD, headers=headers)
        assert (other.status_code, other.headers["allow"]) == (405, "POST")


async def test_a_form_that_is_mended_counts_once_each_time(visit: Visit, app: FastAPI, issuer: Issuer) -> None:
    headers = {"Authorization": f"Bearer {issuer.token('school')}", "Idempotency-Key": "12345678"}
    async with visit(app) as visitor:
        wrong = await visitor.post("/orders", json={"text": 7}, headers=headers)
        right = await visitor.post("/orders", json={"text": "two"}, headers=headers)
    assert ["r=99" in wrong.headers["ratelimit"], "r=98" in right.headers["ratelimit"]] == [True, True]
