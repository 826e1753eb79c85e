"""One effect and one answer for one key, however often and however concurrently it comes."""

import asyncio
from datetime import timedelta
from itertools import count
from typing import Annotated
from uuid import uuid4

import httpx2
import pytest
from fastapi import APIRouter, FastAPI, Header, Response
from pydantic import BaseModel

from cme_bus.database import Database, Tx
from cme_web.access import AccessTable, Row, public
from cme_web.app import make_app
from cme_web.idempotency import IdempotencyKey, Once, forget, idempotent, once_at_once
from cme_web.problems import Problem
from tests.kit.web.conftest import Visit


class Order(BaseModel):
    text: str
    fail: bool = False


@pytest.fixture(params=["transaction", "at once"])
def app(db: Database[Tx], request: pytest.FixtureRequest) -> FastAPI:
    """The same promises, whether the effect is a transaction or one statement."""
    router = APIRouter()

    @router.post("/orders", status_code=202)
    async def order(body: Order, key: IdempotencyKey, x_caller: Annotated[str, Header()] = "me") -> Response:
        async with db.transaction() as tx, idempotent(tx, x_caller, "POST /orders", key, body) as once:
            if not once.answered:
                number = await tx.conn.fetchval("INSERT INTO effect DEFAULT VALUES RETURNING id")
                if body.fail:
                    raise ConnectionError
                once.answer(202, {"number": number}, location=f"/orders/{number}")
        return once.response()

    table = AccessTable(Row("POST", "/orders", public, why="a test", per_minute=10_000, idempotent=True))
    return make_app(title="t", access=table, routers=[router if request.param == "transaction" else _at_once(db)])


def _at_once(db: Database[Tx]) -> APIRouter:
    router, numbers = APIRouter(), count(1)

    @router.post("/orders", status_code=202)
    async def order(body: Order, key: IdempotencyKey, x_caller: Annotated[str, Header()] = "me") -> Response:
        async def carry_out(tx: Tx, once: Once) -> None:
            number = next(numbers)
            await tx.conn.execute("INSERT INTO effect (id) VALUES ($1)", number)
            if body.fail:
                raise ConnectionError
            once.answer(202, {"number": number}, location=f"/orders/{number}")

        return (await once_at_once(db, x_caller, "POST /orders", key, body, carry_out)).response()

    return router


async def post(visitor: httpx2.AsyncClient, key: str | None, text: str = "a", **headers: str) -> httpx2.Response:
    if key is not None:
        headers["Idempotency-Key"] = key
    return await visitor.post("/orders", json={"text": text}, headers=headers)


async def effects(db: Database[Tx]) -> int:
    return int(await db.pool.fetchval("SELECT count(*) FROM effect"))


async def test_twenty_at_once_have_one_effect_and_the_same_answer(visit: Visit, app: FastAPI, db: Database[Tx]) -> None:
    key = str(uuid4())
    async with visit(app) as visitor:
        answers = await asyncio.gather(*(post(visitor, key) for _ in range(20)))
        answers.append(await post(visitor, key))
    number = await db.pool.fetchval("SELECT id FROM effect")
    assert {(one.status_code, one.text, one.headers["Location"]) for one in answers} == {
        (202, f'{{"number":{number}}}', f"/orders/{number}")
    }
    assert sum("Idempotency-Replayed" in one.headers for one in answers) == 20
    assert await effects(db) == 1


async def test_another_body_under_the_same_key_is_refused(visit: Visit, app: FastAPI, db: Database[Tx]) -> None:
    key = str(uuid4())
    async with visit(app) as visitor:
        await post(visitor, key)
        other = await post(visitor, key, "b")
        same = await visitor.post("/orders", json={"fail": False, "text": "a"}, headers={"Idempotency-Key": key})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    assert same.status_code == 202  # what it means is the same, however it is written
    assert await effects(db) == 1


async def test_keys_of_different_callers_never_meet(visit: Visit, app: FastAPI, db: Database[Tx]) -> None:
    async with visit(app) as visitor:
        first = await post(visitor, "the-same-key", **{"X-Caller": "one"})
        second = await post(visitor, "the-same-key", "b", **{"X-Caller": "two"})
    assert [first.json()["number"], second.json()["number"]] == [1, 2]


async def test_what_failed_leaves_nothing_and_may_be_tried_again(visit: Visit, app: FastAPI, db: Database[Tx]) -> None:
    key = str(uuid4())
    async with visit(app) as visitor:
        failed = await visitor.post("/orders", json={"text": "a", "fail": True}, headers={"Idempotency-Key": key})
        assert (failed.status_code, await effects(db)) == (503, 0)
        assert (await post(visitor, key)).status_code == 202
    assert await effects(db) == 1


async def test_a_first_that_takes_too_long_is_not_waited_for_for_ever(
    visit: Visit, app: FastAPI, db: Database[Tx]
) -> None:
    key, body = str(uuid4()), Order(text="a")
    async with visit(app) as visitor, db.transaction() as tx, idempotent(tx, "me", "POST /orders", key, body) as once:
        waiting = await post(visitor, key)
        assert (waiting.status_code, waiting.json()["code"]) == (409, "in-flight")
        once.answer(202, {"number": 7})
    async with visit(app) as visitor:
        assert (await post(visitor, key)).json() == {"number": 7}


@pytest.mark.parametrize("key", [None, "", "short", "x" * 65, "with space", "two\tparts", "semi;colon;"])
async def test_a_request_without_a_proper_key_is_refused_before_its_body_is_read(
    visit: Visit, app: FastAPI, db: Database[Tx], key: str | None
) -> None:
    async with visit(app) as visitor:
        headers = {} if key is None else {"Idempotency-Key": key}
        answer = await visitor.post("/orders", content=b"{not json", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency-key-required")
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"


async def test_an_endpoint_that_forgets_its_answer_changes_nothing(db: Database[Tx]) -> None:
    with pytest.raises(RuntimeError, match="without an answer"):
        async with db.transaction() as tx, idempotent(tx, "me", "POST /orders", "a-good-key", b""):
            await tx.conn.execute("INSERT INTO effect DEFAULT VALUES")
    assert await effects(db) == 0


async def test_what_was_accepted_is_answered_so_also_where_today_it_is_refused(db: Database[Tx]) -> None:
    """Carried out before it is recognised: the refusal of the second time is nobody's answer."""

    async def accepted(tx: Tx, once: Once) -> None:
        await tx.conn.execute("INSERT INTO effect DEFAULT VALUES")
        once.answer(202, {"number": 1})

    async def refused(tx: Tx, once: Once) -> None:
        raise Problem(422, "not-any-more")

    await once_at_once(db, "me", "POST /orders", "a-good-key", b"", accepted)
    again = await once_at_once(db, "me", "POST /orders", "a-good-key", b"", refused)
    assert (again.answered, again.given()[:2]) == (True, (202, {"number": 1}))
    with pytest.raises(Problem) as new:
        await once_at_once(db, "me", "POST /orders", "another-key", b"", refused)
    assert new.value.code == "not-any-more"
    assert await effects(db) == 1


async def test_an_effect_that_forgets_its_answer_changes_nothing(db: Database[Tx]) -> None:
    async def forgetful(tx: Tx, _: Once) -> None:
        await tx.conn.execute("INSERT INTO effect DEFAULT VALUES")

    with pytest.raises(RuntimeError, match="without an answer"):
        await once_at_once(db, "me", "POST /orders", "a-good-key", b"", forgetful)
    assert await effects(db) == 0


async def test_answers_are_forgotten_in_time(db: Database[Tx]) -> None:
    async with db.transaction() as tx, idempotent(tx, "me", "POST /orders", "a-good-key", b"") as once:
        once.answer(204)
    assert await forget(db.pool) == 0
    assert await forget(db.pool, timedelta(0)) == 1
