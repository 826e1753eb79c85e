"""What every request gets: an id, a trace, safe headers, and one line in the log that gives nobody away."""

import json
from typing import ClassVar
from uuid import UUID, uuid4

import pytest
import structlog
from fastapi import APIRouter, FastAPI, Request, Response

from cme_bus.database import Database, Tx
from cme_bus.meta import TRACE
from cme_contracts.base import CATALOG, Event, Service
from cme_web.access import AccessTable, Row, public
from cme_web.app import make_app
from tests.kit.web.conftest import Visit


class Told(Event):
    type: ClassVar[str] = "cme.web-test.told.v1"
    stream: ClassVar[str] = "cme.web-test"
    owner: ClassVar[Service] = "register"
    source_clause: ClassVar[str] = "a test's own"

    @property
    def key(self) -> str:
        return "one"


del CATALOG[Told.type]  # no event of the product: other tests count those


SEEN: list[tuple[str, str, int]] = []


@pytest.fixture
def app() -> FastAPI:
    router = APIRouter()

    @router.get("/children/{name}")
    async def child(name: str) -> dict[str, str]:
        carrier: dict[str, str] = {}
        TRACE.inject(carrier)
        structlog.get_logger().info("inside")
        return carrier

    @router.get("/terms")
    async def terms(response: Response) -> None:
        response.headers["Cache-Control"] = "public, max-age=3600"

    SEEN.clear()
    rows = [Row("GET", path, public, why="a test", per_minute=1000) for path in ("/children/{name}", "/terms")]
    return make_app(
        title="t", access=AccessTable(rows), routers=[router],
        observe=lambda method, route, status, seconds: SEEN.append((method, route, status)),
    )  # fmt: skip


async def test_a_request_keeps_its_id_and_trace(visit: Visit, app: FastAPI) -> None:
    request_id, trace = str(uuid4()), "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    async with visit(app) as visitor:
        answer = await visitor.get("/children/x", headers={"X-Request-Id": request_id, "traceparent": trace})
    assert answer.headers["X-Request-Id"] == request_id
    assert answer.json() == {"traceparent": trace}


async def test_an_id_that_could_be_anything_is_replaced(visit: Visit, app: FastAPI) -> None:
    async with visit(app) as visitor:
        answer = await visitor.get("/children/x", headers={"X-Request-Id": "Zebedee", "traceparent": "Zebedee"})
    assert UUID(answer.headers["X-Request-Id"])


async def test_the_log_names_the_route_and_not_the_path(visit: Visit, app: FastAPI) -> None:
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as logs:
        async with visit(app) as visitor:
            answer = await visitor.get("/children/Zebedee?upn=Zebedee")
            await visitor.get("/Zebedee")
            await visitor.request("ZEBEDEE", "/terms")
            await visitor.get("/health/live")
    assert "zebedee" not in str(logs).lower()
    assert len(logs) == 4  # a probe is not worth a line
    assert {line["request_id"] for line in logs[:2]} == {answer.headers["X-Request-Id"]}
    assert SEEN == [("GET", "/children/{name}", 200), ("GET", "(none)", 404), ("(other)", "/terms", 405), ("GET", "/health/live", 200)]  # fmt: skip


async def test_answers_are_safe_to_have(visit: Visit, app: FastAPI) -> None:
    async with visit(app) as visitor:
        for path in ("/children/x", "/nothing"):
            headers = (await visitor.get(path)).headers
            assert headers["Cache-Control"] == "no-store"
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Referrer-Policy"] == "no-referrer"
            assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert (await visitor.get("/terms")).headers["Cache-Control"] == "public, max-age=3600"


async def test_probes_say_what_is_missing(visit: Visit) -> None:
    said: list[str | None] = [None, "does not answer"]

    async def database() -> str | None:
        return said.pop()

    async with visit(make_app(title="t", ready={"database": database})) as visitor:
        ill, well = await visitor.get("/health/ready"), await visitor.get("/health/ready")
        assert (await visitor.get("/health/live")).json() == {"status": "live"}
    assert (ill.status_code, ill.json()["missing"]) == (503, {"database": "does not answer"})
    assert (well.status_code, well.json()) == (200, {"status": "ready"})


async def test_what_a_request_publishes_belongs_to_it(visit: Visit, db: Database[Tx]) -> None:
    router, request_id = APIRouter(), str(uuid4())

    @router.post("/told")
    async def told() -> None:
        async with db.transaction() as tx:
            tx.publish(Told(), Told())

    app = make_app(
        title="t", access=AccessTable(Row("POST", "/told", public, why="a test", per_minute=1000)), routers=[router]
    )
    async with visit(app) as visitor:
        await visitor.post("/told", headers={"X-Request-Id": request_id})
    rows = [json.loads(row["headers"]) for row in await db.pool.fetch("SELECT headers FROM outbox")]
    assert [row["ce_correlationid"] for row in rows] == [request_id] * 2
    assert not any("ce_causationid" in row for row in rows)


async def test_one_endpoint_may_take_more_than_the_others_when_its_row_says_so(visit: Visit) -> None:
    router = APIRouter()
    for path in ("/large", "/small"):

        @router.post(path)
        async def count(request: Request) -> int:
            return sum([len(piece) async for piece in request.stream()])

    row = {"why": "a test", "per_minute": 1000}
    rows = [Row("POST", "/large", public, max_body=5000, **row), Row("POST", "/small", public, **row)]
    app = make_app(title="t", access=AccessTable(rows), routers=[router], max_body=1000)
    async with visit(app) as visitor:
        answers = [
            await visitor.post(path, content=bytes(size))
            for path, size in (("/large", 5000), ("/large", 5001), ("/small", 1000), ("/small", 1001))
        ]
    assert [answer.status_code for answer in answers] == [200, 413, 200, 413]
    assert answers[0].json() == 5000


def test_a_longer_body_needs_a_path_without_parameters() -> None:
    with pytest.raises(TypeError, match="max_body"):
        Row("POST", "/large/{name}", public, why="a test", per_minute=1, max_body=5000)
