"""Whatever goes wrong: problem+json, a code, how to mend it, and nothing of what was sent."""

import logging
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

import asyncpg
import pytest
import structlog
from fastapi import APIRouter, FastAPI, Header, Query
from pydantic import BaseModel, ConfigDict, Field, field_validator
from starlette.responses import StreamingResponse

from cme_bus.errors import TryAgain
from cme_web.access import AccessTable, Row, public
from cme_web.app import make_app
from cme_web.problems import Answer, NotVisible, Problem, Wrong
from tests.kit.web.conftest import Visit

CANARY = "Zebedee"


class Reason(StrEnum):
    MOVED = "moved"
    UNKNOWN = "unknown"


class Child(BaseModel):
    model_config = ConfigDict(extra="forbid")

    forename: str = Field(max_length=5)
    born: date
    postcode: str = Field("AB1 2CD", pattern="^[A-Z0-9 ]+$")

    @field_validator("forename")
    @classmethod
    def _no_digits(cls, value: str) -> str:
        if value == "x1":
            raise Wrong("has a digit in it", "Write the name in letters.")
        if value == "x2":
            raise ValueError(f"{CANARY} {value}")
        return value


class Report(BaseModel):
    child: Child
    reasons: list[Reason] = []
    pupils: dict[str, int] = {}
    kind: Literal["a", "b"] = "a"


class CaseError(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(CANARY)
        self.code = code


FAILURES: dict[str, Exception] = {
    "domain": CaseError("case-closed"), "unmapped": CaseError("never-heard-of"), "defect": KeyError(CANARY),
    "database": ConnectionRefusedError(CANARY), "slow": TimeoutError(CANARY), "again": TryAgain("social care"),
    "deadlock": asyncpg.DeadlockDetectedError(CANARY), "locked": asyncpg.LockNotAvailableError(CANARY),
    "nul": asyncpg.CharacterNotInRepertoireError(CANARY),
    "unique": asyncpg.UniqueViolationError(f"DETAIL: Key (name)=({CANARY})"), "hidden": NotVisible(),
    "own": Problem(409, "own", "Our own", "Mend it."), "many": ExceptionGroup(CANARY, [ValueError(CANARY)]),
}  # fmt: skip


@pytest.fixture
def app() -> FastAPI:
    router = APIRouter()

    @router.post("/report")
    async def report(
        body: Report, limit: Annotated[int, Query(le=10)] = 1, x_day: Annotated[date | None, Header()] = None
    ) -> str:
        return "thanks"

    @router.get("/fail/{how}")
    async def fail(how: str) -> None:
        raise FAILURES[how]

    @router.get("/things/{thing_id}")
    async def thing(thing_id: UUID) -> None: ...

    @router.put("/report")
    async def again() -> None: ...

    @router.get("/stream")
    async def stream() -> StreamingResponse:
        async def pieces() -> Any:
            yield b"one"
            raise ValueError(CANARY)

        return StreamingResponse(pieces())

    rows = [
        Row(method, route.path, public, why="a test", per_minute=10_000)
        for route in router.routes
        for method in route.methods
    ]  # type: ignore[attr-defined]
    answers = {"case-closed": Answer(409, "The case is closed", "Raise a new referral.")}
    return make_app(title="t", access=AccessTable(rows), routers=[router], answers=answers, max_body=2000)


GOOD = {"child": {"forename": "Ann", "born": "2015-01-01"}}


@pytest.mark.parametrize(
    ("child", "expected"),
    [
        ({"forename": CANARY}, ("child.forename", "is too long", "Give at most 5 characters.")),
        ({"forename": 7}, ("child.forename", "is not text", "Give a string.")),
        ({"forename": "x1"}, ("child.forename", "has a digit in it", "Write the name in letters.")),
        ({"forename": "x2"}, ("child.forename", "is not valid", "See the API description for what it may be.")),
        ({"born": CANARY}, ("child.born", "is not a date", "Give it as YYYY-MM-DD.")),
        ({"born": "2015-02-30"}, ("child.born", "is not a date", "Give it as YYYY-MM-DD.")),
        ({"postcode": f"{CANARY}!"}, ("child.postcode", "does not have the right form", "Give text that matches ^[A-Z0-9 ]+$.")),
        ({CANARY: 1}, ("child.*", "has a field we do not know", "Leave it out, or check its spelling.")),
    ],
)  # fmt: skip
async def test_a_wrong_field_is_named_with_how_to_mend_it(
    visit: Visit, app: FastAPI, child: dict[str, Any], expected: tuple[str, str, str]
) -> None:
    async with visit(app) as visitor:
        answer = await visitor.post("/report", json={"child": GOOD["child"] | child})
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    (fault,) = answer.json()["errors"]
    assert (fault["field"], fault["wrong"], fault["mend"]) == expected
    assert fault["pointer"] == "#/" + expected[0].replace(".", "/").removesuffix("/*")
    assert CANARY not in answer.text


async def test_every_fault_is_named_at_once_and_a_key_of_the_callers_is_not(visit: Visit, app: FastAPI) -> None:
    body = {"reasons": ["moved", CANARY], "kind": CANARY, "pupils": {CANARY: CANARY}}
    async with visit(app) as visitor:
        answer = await visitor.post("/report?limit=11", json=body, headers={"X-Day": CANARY})
    errors = {error["field"]: error["mend"] for error in answer.json()["errors"]}
    assert errors == {
        "child": "Give this field.", "reasons.1": "Give one of 'moved' or 'unknown'.", "kind": "Give one of 'a' or 'b'.",
        "pupils.*": "Give a whole number.", "limit": "Give 10 or less.", "x-day": "Give it as YYYY-MM-DD.",
    }  # fmt: skip
    assert CANARY not in answer.text


@pytest.mark.parametrize(
    "content", [b"{" + CANARY.encode(), b"", b"\xff\xfe", b'"text"', b"[" * 900, b'{"child": \xff}']
)
async def test_what_is_not_a_json_object_is_refused(visit: Visit, app: FastAPI, content: bytes) -> None:
    async with visit(app) as visitor:
        answer = await visitor.post("/report", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"
    assert CANARY not in answer.text


@pytest.mark.parametrize(
    ("how", "status", "code"),
    [
        ("domain", 409, "case-closed"), ("unmapped", 500, "defect"), ("defect", 500, "defect"), ("unique", 500, "defect"),
        ("many", 500, "defect"), ("database", 503, "unavailable"), ("slow", 503, "unavailable"), ("again", 503, "unavailable"),
        ("deadlock", 503, "unavailable"), ("locked", 503, "unavailable"), ("hidden", 404, "not-found"), ("own", 409, "own"),
        ("nul", 422, "invalid"),
    ],
)  # fmt: skip
async def test_each_failure_has_its_answer(visit: Visit, app: FastAPI, how: str, status: int, code: str) -> None:
    with structlog.testing.capture_logs() as logs:
        async with visit(app) as visitor:
            answer = await visitor.get(f"/fail/{how}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert ("Retry-After" in answer.headers) == (status == 503)
    assert CANARY not in answer.text + str(answer.headers) + str(logs)


async def test_a_wrong_method_is_told_all_the_right_ones(visit: Visit, app: FastAPI) -> None:
    async with visit(app) as visitor:
        answer = await visitor.get("/report")
        assert (answer.status_code, answer.headers["Allow"]) == (405, "POST, PUT")
        assert (await visitor.get("/report/")).status_code == 404  # not sent elsewhere


async def test_a_path_that_is_not_an_identifier_is_not_repeated(visit: Visit, app: FastAPI) -> None:
    async with visit(app) as visitor:
        answer = await visitor.get(f"/things/{CANARY}")
    (fault,) = answer.json()["errors"]
    assert (answer.status_code, fault["field"]) == (422, "thing_id")
    assert "pointer" not in fault  # it stands in no body
    assert CANARY not in answer.text


async def test_a_body_that_is_too_large_is_not_read(visit: Visit, app: FastAPI) -> None:
    async def pieces() -> Any:
        for _ in range(30):
            yield b" " * 100

    async with visit(app) as visitor:
        declared = await visitor.post("/report", json=GOOD | {"note": "x" * 3000})
        counted = await visitor.post("/report", content=pieces(), headers={"Content-Type": "application/json"})
        fits = await visitor.post("/report", json=GOOD)
    assert [declared.json()["code"], counted.json()["code"], fits.json()] == ["too-large", "too-large", "thanks"]
    assert [declared.status_code, counted.status_code] == [413, 413]


async def test_an_answer_that_breaks_off_is_not_made_to_look_whole(visit: Visit, app: FastAPI) -> None:
    async with visit(app) as visitor:
        with pytest.raises(Exception, match=CANARY):  # the server sees it and cuts the connection
            await visitor.get("/stream")


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)
