"""A table with a gap does not start, and nobody gets past a row without its proof."""

from typing import Any

import pytest
from fastapi import APIRouter
from starlette.applications import Starlette
from starlette.routing import Mount, WebSocketRoute

from cme_web import rates
from cme_web.access import AccessTable, Row, bearer, link, public, signature
from cme_web.app import make_app
from cme_web.guard import unguarded_routes
from cme_web.links import Links
from cme_web.problems import Problem
from cme_web.signatures import SharedSecret
from cme_web.tokens import CurrentCaller, TokenChecker
from tests.kit.issuer import Issuer
from tests.kit.web.conftest import Visit

OPEN = {"why": "a test", "per_minute": 1000}


def router_with(*places: tuple[str, str]) -> APIRouter:
    router = APIRouter()
    for method, path in places:

        async def endpoint() -> dict[str, str]:
            return {"done": "yes"}

        router.add_api_route(path, endpoint, methods=[method])
    return router


def test_a_route_without_a_row_is_refused() -> None:
    with pytest.raises(TypeError, match="GET /forgotten has no row"):
        make_app(title="t", routers=[router_with(("GET", "/forgotten"))])


def test_a_row_without_a_route_is_refused() -> None:
    with pytest.raises(TypeError, match=r"GET /gone has a row .* and no route"):
        make_app(title="t", access=AccessTable(Row("GET", "/gone", public, **OPEN)))


def test_a_row_for_another_method_does_not_count() -> None:
    with pytest.raises(TypeError, match="POST /here has no row"):
        make_app(
            title="t", access=AccessTable(Row("GET", "/here", public, **OPEN)), routers=[router_with(("POST", "/here"))]
        )


@pytest.mark.parametrize(
    ("row", "needs"),
    [
        ({"proof": bearer}, "roles"),
        ({"proof": link, "purpose": "progress"}, "{token}"),
        ({"proof": signature}, "callback"),
        ({"proof": public, "why": "a reason and no rate"}, "per_minute"),
        ({"proof": public, "per_minute": 5}, "why"),
    ],
)
def test_a_row_that_is_not_complete_is_refused(row: dict[str, Any], needs: str) -> None:
    with pytest.raises(TypeError, match=needs):
        Row("GET", "/x", **row)


def test_two_rows_for_one_endpoint_are_refused() -> None:
    with pytest.raises(TypeError, match="two rows"):
        AccessTable(Row("GET", "/x", public, **OPEN), Row("GET", "/x", bearer, roles={"officer"}))


@pytest.mark.parametrize(
    "row",
    [
        Row("GET", "/x", bearer, roles={"officer"}),
        Row("GET", "/x/{token}", link, purpose="progress"),
        Row("GET", "/x", signature, callback="notify"),
    ],
)
def test_a_proof_that_nobody_can_check_is_refused(row: Row) -> None:
    with pytest.raises(TypeError, match="nothing to check"):
        make_app(title="t", access=AccessTable(row), routers=[router_with((row.method, row.path))])


def test_what_a_row_cannot_speak_of_is_refused() -> None:
    outer = APIRouter()
    outer.include_router(router_with(("GET", "/x")))
    with pytest.raises(TypeError, match="cannot be guarded"):
        make_app(title="t", routers=[outer])

    async def socket(_: object) -> None: ...

    with pytest.raises(TypeError, match="cannot be guarded"):
        make_app(title="t", routes=[WebSocketRoute("/ws", socket)])


def test_a_route_added_behind_our_back_is_found() -> None:
    app = make_app(title="t")
    assert list(unguarded_routes(app)) == []
    app.include_router(router_with(("GET", "/later")))
    app.add_api_route("/latest", lambda: None, methods=["POST"])
    assert list(unguarded_routes(app)) == ["GET /later", "POST /latest"]


async def test_files_are_guarded_as_one_endpoint(visit: Visit, issuer: Issuer, tokens: TokenChecker) -> None:
    files = Mount("/files", Starlette(routes=router_with(("GET", "/plan")).routes))
    table = AccessTable(Row("GET", "/files/{path:path}", bearer, roles={"officer"}))
    async with visit(make_app(title="t", access=table, routes=[files], tokens=tokens)) as visitor:
        assert (await visitor.get("/files/plan")).status_code == 401
        assert (await visitor.get("/files/plan", headers=bearing(issuer.token("officer")))).json() == {"done": "yes"}
        assert (await visitor.post("/files/plan", headers=bearing(issuer.token("officer")))).status_code == 405


def bearing(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_roles_decide_and_a_hidden_endpoint_is_not_there_for_others(
    visit: Visit, issuer: Issuer, tokens: TokenChecker
) -> None:
    router = APIRouter()

    @router.get("/cases")
    async def cases(caller: CurrentCaller) -> dict[str, Any]:
        return {"subject": caller.subject, "urn": caller.urn}

    @router.get("/secrets")
    async def secrets(caller: CurrentCaller) -> None: ...

    table = AccessTable(
        Row("GET", "/cases", bearer, roles={"officer", "school"}),
        Row("GET", "/secrets", bearer, roles={"dsl"}, hidden=True),
    )
    async with visit(make_app(title="t", access=table, routers=[router], tokens=tokens)) as visitor:
        school = bearing(issuer.token("school", urn="123456"))
        assert (await visitor.get("/cases", headers=school)).json() == {"subject": "someone", "urn": "123456"}
        assert (await visitor.get("/cases", headers=bearing(issuer.token("parent")))).status_code == 403
        assert (await visitor.get("/cases", headers=bearing(issuer.token()))).status_code == 403
        hidden, absent = await visitor.get("/secrets", headers=school), await visitor.get("/nothing", headers=school)
        assert (hidden.status_code, hidden.content) == (404, absent.content)


@pytest.mark.parametrize("header", [{}, {"Authorization": "Basic abc"}, {"Authorization": "Bearer "}])
async def test_without_a_token_it_says_how_to_come_back(
    visit: Visit, tokens: TokenChecker, header: dict[str, str]
) -> None:
    table = AccessTable(Row("GET", "/x", bearer, roles={"officer"}))
    async with visit(make_app(title="t", access=table, routers=[router_with(("GET", "/x"))], tokens=tokens)) as visitor:
        answer = await visitor.get("/x", headers=header)
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


async def test_a_body_is_not_read_before_the_proof(visit: Visit, tokens: TokenChecker) -> None:
    router = APIRouter()

    @router.post("/x")
    async def take(body: dict[str, str]) -> None: ...

    table = AccessTable(Row("POST", "/x", bearer, roles={"officer"}))
    async with visit(make_app(title="t", access=table, routers=[router], tokens=tokens)) as visitor:
        assert (await visitor.post("/x", content=b"{not json")).status_code == 401


async def test_a_public_endpoint_brakes_who_asks_too_often(visit: Visit) -> None:
    table = AccessTable(Row("GET", "/x", public, why="a test", per_minute=3))
    async with visit(make_app(title="t", access=table, routers=[router_with(("GET", "/x"))])) as visitor:
        answers = [await visitor.get("/x") for _ in range(7)]  # a minute may turn once meanwhile
        assert 429 in {answer.status_code for answer in answers}
        braked = next(answer for answer in answers if answer.status_code == 429)
        assert 0 < int(braked.headers["Retry-After"]) <= 60


async def test_the_api_description_says_what_the_table_says(visit: Visit, tokens: TokenChecker) -> None:
    table = AccessTable(
        Row("GET", "/x", bearer, roles={"officer"}), Row("POST", "/c", signature, callback="notify"),
        Row("GET", "/p/{token}", link, purpose="progress"),
    )  # fmt: skip
    app = make_app(
        title="t", access=table, routers=[router_with(*(row.place for row in table))], tokens=tokens,
        callbacks={"notify": SharedSecret("secret")}, links=Links("s" * 32),
    )  # fmt: skip
    async with visit(app) as visitor:
        paths = (await visitor.get("/openapi.json")).json()["paths"]
    assert (paths["/x"]["get"]["x-roles"], paths["/x"]["get"]["security"]) == (["officer"], [{"bearer": []}])
    assert paths["/c"]["post"]["x-proof"] == "signature"
    assert paths["/p/{token}"]["get"]["x-proof"] == "link"
    assert "/metrics" not in paths


def test_a_rate_is_for_a_minute_and_says_how_long_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = 6000.0
    monkeypatch.setattr(rates, "monotonic", lambda: seconds)
    rate = rates.Rate("address", 2)
    for address in ("a", "a", "b", "b"):
        rate.count(address)
    seconds = 6015.0
    with pytest.raises(Problem) as refused:
        rate.count("a")
    assert refused.value.status_code == 429
    assert refused.value.headers == {
        "RateLimit-Policy": '"address";q=2;w=60',
        "RateLimit": '"address";r=0;t=45',
        "Retry-After": "45",
    }
    seconds = 6060.0
    rate.count("a")


async def test_each_sender_has_a_minute_of_their_own_and_is_told_what_is_left(
    visit: Visit, issuer: Issuer, tokens: TokenChecker
) -> None:
    table = AccessTable(Row("GET", "/x", bearer, roles={"school"}), Row("GET", "/y", bearer, roles={"officer"}))
    app = make_app(
        title="t", access=table, routers=[router_with(("GET", "/x"), ("GET", "/y"))], tokens=tokens, per_sender=2
    )

    async with visit(app) as visitor:

        async def ask(path: str, sub: str, urn: str | None = None) -> tuple[int, str]:
            token = issuer.token("school", sub=sub, urn=urn)
            answer = await visitor.get(path, headers={"Authorization": f"Bearer {token}"})
            assert answer.headers["RateLimit-Policy"] == '"sender";q=2;w=60'
            assert answer.status_code != 429 or 1 <= int(answer.headers["Retry-After"]) <= 60
            return answer.status_code, answer.headers["RateLimit"].partition(";t=")[0]

        assert await ask("/x", "one clerk", "990001") == (200, '"sender";r=1')
        assert await ask("/y", "another clerk", "990001") == (403, '"sender";r=0')  # a refusal has cost something too
        assert await ask("/x", "a third", "990001") == (429, '"sender";r=0')
        assert await ask("/x", "one clerk", "990002") == (200, '"sender";r=1')


async def test_a_path_that_is_written_out_is_never_anothers_parameter(visit: Visit) -> None:
    router = APIRouter()

    @router.get("/things/{thing}")
    async def thing(thing: str) -> dict[str, str]:
        return {"thing": thing}

    @router.post("/things/check")
    async def check() -> dict[str, str]:
        return {"checked": "yes"}

    table = AccessTable(Row("GET", "/things/{thing}", public, **OPEN), Row("POST", "/things/check", public, **OPEN))
    async with visit(make_app(title="t", access=table, routers=[router])) as visitor:
        assert (await visitor.get("/things/checkers")).json() == {"thing": "checkers"}
        assert (await visitor.post("/things/check")).status_code == 200
        refused = await visitor.get("/things/check")
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
