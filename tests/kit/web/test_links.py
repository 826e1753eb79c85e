"""A link allows one thing, until a day, and some of them once."""

import asyncio
import hmac
from datetime import timedelta

import pytest
from fastapi import APIRouter

from cme_bus.database import Database, Tx
from cme_web.access import AccessTable, Row, link
from cme_web.app import make_app
from cme_web.links import CurrentLink, Link, Links, is_spent, spend
from cme_web.mac import Mac
from cme_web.problems import NotVisible, Problem
from tests.kit.web.conftest import Visit

OLD, NEW = "o" * 32, "n" * 32
WEEK = timedelta(days=7)


def test_a_link_is_read_for_its_purpose_only() -> None:
    links = Links(NEW)
    token = links.make("progress", "r1", WEEK)
    assert links.read(token, "progress").subject == "r1"
    with pytest.raises(NotVisible):
        links.read(token, "reply")


def test_what_is_kept_of_a_link_opens_nothing_until_it_is_signed_again() -> None:
    links = Links(NEW)
    kept = links.unsigned("progress", "r1", WEEK)
    assert links.read(links.signed(kept), "progress").subject == "r1"
    for forged in (kept, f"{kept}.", Links(OLD).signed(kept)):
        with pytest.raises(NotVisible):
            links.read(forged, "progress")


@pytest.mark.parametrize("length", [0, 1, 32, 63, 64, 65, 200])
def test_a_mac_is_what_the_library_makes(length: int) -> None:
    key, message = bytes(range(length)), b"a message" * length
    make = Mac(key)
    assert make(message) == make(bytearray(message)) == hmac.digest(key, message, "sha256")


def test_a_changed_secret_leaves_no_gap() -> None:
    before, between, after = Links(OLD), Links(NEW, OLD), Links(NEW)
    token = before.make("progress", "r1", WEEK)
    assert between.read(token, "progress").subject == "r1"
    assert after.read(between.make("progress", "r2", WEEK), "progress").subject == "r2"
    with pytest.raises(NotVisible):
        after.read(token, "progress")


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é", "eyJhbGciOiJub25lIn0.e30."])
def test_what_is_not_ours_does_not_exist(token: str) -> None:
    with pytest.raises(NotVisible):
        Links(NEW).read(token, "progress")


def test_a_link_that_is_over_says_so() -> None:
    links = Links(OLD, NEW)
    with pytest.raises(Problem) as caught:
        Links(NEW).read(Links(NEW).make("progress", "r1", -WEEK), "progress")
    assert (caught.value.status_code, caught.value.code) == (410, "link-expired")
    with pytest.raises(NotVisible):
        links.read(links.make("reply", "r1", -WEEK), "progress")  # it was never for this


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="32 characters"):
        Links("short")


async def test_a_one_time_link_works_once_however_many_try(db: Database[Tx]) -> None:
    links = Links(NEW)
    once = links.read(links.make("reply", "r1", WEEK, one_time=True), "reply")

    async def use(allowed: Link) -> str:
        try:
            async with db.transaction() as tx:
                await spend(tx, allowed)
                await tx.conn.execute("INSERT INTO effect DEFAULT VALUES")
        except Problem as problem:
            return problem.code
        return "done"

    assert sorted(await asyncio.gather(*(use(once) for _ in range(5)))) == ["done"] + ["link-used"] * 4
    async with db.transaction() as tx:
        assert await is_spent(tx, once)
    copy = links.read(links.make("reply", "r1", WEEK, one_time=True, id_=once.id), "reply")  # sent a second time
    assert await use(copy) == "link-used"
    many = links.read(links.make("progress", "r1", WEEK), "progress")
    assert [await use(many), await use(many)] == ["done", "done"]


async def test_the_endpoint_gets_the_link_it_was_opened_with(visit: Visit) -> None:
    router, links = APIRouter(), Links(NEW)

    @router.get("/progress/{token}")  # noqa: FAST003  # the guard reads it, and CurrentLink describes it
    async def progress(link: CurrentLink) -> str:
        return link.subject

    table = AccessTable(Row("GET", "/progress/{token}", link, purpose="progress"))
    async with visit(make_app(title="t", access=table, routers=[router], links=links)) as visitor:
        assert (await visitor.get(f"/progress/{links.make('progress', 'r1', WEEK)}")).json() == "r1"
        assert (await visitor.get(f"/progress/{links.make('reply', 'r1', WEEK)}")).status_code == 404
        assert (await visitor.get("/progress/made-up")).status_code == 404
