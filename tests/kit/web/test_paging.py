"""A page at a time, to the end, each row once, though rows come and go."""

from typing import Any

import pytest
from fastapi import APIRouter, FastAPI, Request, Response

from cme_web.access import AccessTable, Row, public
from cme_web.app import make_app
from cme_web.paging import CurrentPage, cursor
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
