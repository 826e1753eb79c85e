"""A page at a time, to the end, each row once, though rows come and go."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from fastapi import APIRouter, FastAPI, Request, Response

from cme_web.access import AccessTable, Row, public
from cme_web.app import make_app
from cme_web.paging import CurrentPage, Page, cursor, instant, number
from cme_web.problems import Problem
from tests.kit.web.conftest import Visit

ROWS = [(f"2026-01-{day:02}", f"id-{number}") for day in range(1, 10) for number in range(30)]


@pytest.fixture
def app() -> FastAPI:
    router = APIRouter()

    @router.get("/rows")
    async def rows(request: Request, page: CurrentPage) -> Response:
        found = sorted(row for row in ROWS if page.after is None or row > page.after)[: page.limit + 1]
        return page.response(request, found, show=lambda row: row, place=lambda row: row)

    return make_app(
        title="t", access=AccessTable(Row("GET", "/rows", public, why="a test", per_minute=1000)), routers=[router]
    )


async def test_following_the_links_meets_every_row_once(visit: Visit, app: FastAPI) -> None:
    met: list[Any] = []
    async with visit(app) as visitor:
        url: str | None = "/rows?limit=40&open=true"
        while url:
            answer = await visitor.get(url)
            met += map(tuple, answer.json()["items"])
            url = answer.links.get("next", {}).get("url")
            assert url is None or "open=true" in url
    assert met == sorted(ROWS)


async def test_nobody_gets_more_than_a_hundred(visit: Visit, app: FastAPI) -> None:
    async with visit(app) as visitor:
        assert len((await visitor.get("/rows")).json()["items"]) == 100
        assert (await visitor.get("/rows?limit=101")).status_code == 422


@pytest.mark.parametrize("after", ["x", "%ff", "e30", "WzFd", "W10x", "é"])
async def test_a_cursor_that_is_not_ours_is_refused(visit: Visit, app: FastAPI, after: str) -> None:
    async with visit(app) as visitor:
        answer = await visitor.get("/rows", params={"after": after})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "after")


def test_a_cursor_is_one_word() -> None:
    assert cursor(("2026-01-01", "id/1 é")).isascii()


ID = "5f0c1c8e-0000-4000-8000-000000000001"


def test_a_place_is_read_part_by_part() -> None:
    page = Page(10, ("7", "2026-11-23T09:12:00+00:00", ID))
    assert page.seen(number, instant, UUID) == (7, datetime(2026, 11, 23, 9, 12, tzinfo=UTC), UUID(ID))
    assert Page(10, None).seen(number) is None


@pytest.mark.parametrize(
    "place",
    [
        ("7",),
        ("7", "2026-11-23T09:12:00+00:00", ID, "8"),
        ("seven", "2026-11-23T09:12:00+00:00", ID),
        ("²", "2026-11-23T09:12:00+00:00", ID),
        ("-1", "2026-11-23T09:12:00+00:00", ID),
        ("9" * 19, "2026-11-23T09:12:00+00:00", ID),
        ("7", "2026-11-23T09:12:00", ID),
        ("7", "0001-01-01T00:00:00+14:00", ID),
        ("7", "noon", ID),
        ("7", "2026-11-23T09:12:00+00:00", "x"),
    ],
)
def test_a_place_of_another_list_is_the_callers_mistake(place: tuple[str, ...]) -> None:
    with pytest.raises(Problem) as refused:
        Page(10, place).seen(number, instant, UUID)
    assert (refused.value.status_code, refused.value.errors[0].field) == (422, "after")
