"""The same request, however often and however concurrently, has one effect and one answer.

    @router.post("/v1/referrals", status_code=202)
    async def refer(body: NewReferral, caller: CurrentCaller, key: IdempotencyKey) -> Response:
        async with db.transaction() as tx, idempotent(tx, caller, "POST /v1/referrals", key, body) as once:
            if not once.answered:
                referral_id = await receive_referral(tx, ...)
                once.answer(202, {"reference": str(referral_id)}, location=f"/v1/referrals/{referral_id}")
        return once.response()

The record is written in the transaction of the effect: either both exist or neither does.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Annotated, Any, Protocol

import asyncpg
from fastapi import Depends, Header, Response
from pydantic import BaseModel
from pydantic_core import to_json

from cme_bus.database import Connection, Database, Tx
from cme_bus.gathering import StaleError
from cme_web.problems import Fault, Problem
from cme_web.tokens import Caller

RETENTION = timedelta(days=7)
JSON = "application/json"
FORM = re.compile(r"[A-Za-z0-9_-]{8,64}")


class Transaction(Protocol):
    """What is needed of a `cme_bus.database.Tx`."""

    @property
    def conn(self) -> Connection: ...


class Once:
    """The one answer of one request: there already, or to be given now."""

    def __init__(self) -> None:
        self.answered = False
        """True: it was handled before. Do nothing, `response()` is what was answered then."""
        self._answer: tuple[int, Any, dict[str, str]] | None = None

    def answer(self, status: int, body: Any = None, *, location: str | None = None) -> None:
        """What this request is answered, now and whenever it comes again. Identifiers only, no personal data."""
        self._answer = (status, body, {"Location": location} if location else {})

    def replay(self, status: int, body: Any, headers: dict[str, str]) -> None:
        """It was answered before, so."""
        self._answer, self.answered = (status, body, headers), True

    def filled(self, fill: Callable[[Any], Any]) -> Once:
        """The same with what is not kept of an answer, such as the signature of a link. Only after it has been written."""
        status, body, headers = self.given()
        self._answer = status, fill(body), headers
        return self

    def given(self) -> tuple[int, Any, dict[str, str]]:
        """Status, body, headers. Raises `RuntimeError` if the endpoint has not answered."""
        if self._answer is None:
            raise RuntimeError("an endpoint left idempotent() without an answer")
        return self._answer

    def response(self) -> Response:
        """The answer as it is sent. Raises `RuntimeError` if there is none."""
        status, body, headers = self.given()
        if self.answered:
            headers = headers | {"Idempotency-Replayed": "true"}
        return Response(None if body is None else to_json(body), status, headers, None if body is None else JSON)


FIND = "SELECT body_hash, status, body, headers FROM idempotency WHERE route = $1 AND caller = $2 AND key = $3"
GIVEN = """
INSERT INTO idempotency (route, caller, key, body_hash, status, body, headers) VALUES ($1, $2, $3, $4, $5, $6, $7)"""


async def once_at_once[T: Tx](
    db: Database[T],
    caller: Caller | str,
    route: str,
    key: str,
    body: BaseModel | bytes,
    carry_out: Callable[[T, Once], Awaitable[None]],
) -> Once:
    """The same as `idempotent` where the effect is one statement (`Database.at_once`): the answer is part of it.

    A request that came before is carried out once more before it is recognised, and what that comes to is thrown away:
    it answers as it was answered then, also where today it would be refused. Raises as `idempotent` does.
    """
    place = _place(caller, route, key)
    digest = _digest(body)
    once = Once()

    async def carried_out() -> None:
        async with db.at_once() as tx:
            await carry_out(tx, once)
            await tx.conn.execute(GIVEN, *place, digest, *once.given())

    try:
        try:
            await carried_out()
        except StaleError:
            await carried_out()  # with what is read anew: it cannot be stale
    except (asyncpg.LockNotAvailableError, asyncpg.QueryCanceledError) as error:
        raise _in_flight() from error
    except Exception as error:
        if not _answered_before(error) or (row := await db.pool.fetchrow(FIND, *place)) is None:
            raise
        once = Once()
        _replay(once, row, digest)
    return once


def _answered_before(error: Exception) -> bool:
    """Whether it may have been: its key is taken, or it is refused, which it need not have been then."""
    if isinstance(error, asyncpg.UniqueViolationError):
        return error.constraint_name == "idempotency_pkey"
    return isinstance(error, Problem) or isinstance(getattr(error, "code", None), str)


@asynccontextmanager
async def idempotent(
    tx: Transaction, caller: Caller | str, route: str, key: str, body: BaseModel | bytes
) -> AsyncIterator[Once]:
    """Handle a request once. A second one with its key waits for the first, then gets the same answer.

    `caller`: keys of different callers never meet; for an endpoint without a caller give the link's subject.
    Raises `Problem` 422 if the key came before with another body, 409 if the first takes too long.
    """
    place = _place(caller, route, key)
    digest = _digest(body)
    once = Once()
    if not await _first(tx.conn, place, digest):
        _replay(once, await tx.conn.fetchrow(FIND, *place), digest)
        yield once
        return
    yield once
    status, answer, headers = once.given()  # raises if the endpoint forgot, and nothing is committed
    await tx.conn.execute(
        "UPDATE idempotency SET status = $4, body = $5, headers = $6 WHERE route = $1 AND caller = $2 AND key = $3",
        *place,
        status,
        answer,
        headers,
    )


def _place(caller: Caller | str, route: str, key: str) -> tuple[str, str, str]:
    return route, caller.subject if isinstance(caller, Caller) else caller, key


def _digest(body: BaseModel | bytes) -> bytes:
    return hashlib.sha256(body.model_dump_json().encode() if isinstance(body, BaseModel) else body).digest()


def _replay(once: Once, row: asyncpg.Record | None, digest: bytes) -> None:
    """Raises `Problem` 422 where it was another body."""
    if row is None or row["body_hash"] != digest:
        raise Problem(
            422,
            "idempotency-key-reused",
            "This Idempotency-Key came before with another body",
            "Use a new key for a new request.",
        )
    once.replay(row["status"], row["body"], row["headers"])


async def _first(conn: Connection, place: tuple[str, str, str], digest: bytes) -> bool:
    """Claim the key. Another transaction that has claimed it is waited for: by `lock_timeout`, not for ever."""
    try:
        return bool(
            await conn.fetchval(
                "INSERT INTO idempotency (route, caller, key, body_hash) VALUES ($1, $2, $3, $4)"
                " ON CONFLICT DO NOTHING RETURNING true",
                *place,
                digest,
            )
        )
    except (asyncpg.LockNotAvailableError, asyncpg.QueryCanceledError) as error:
        raise _in_flight() from error


def _in_flight() -> Problem:
    return Problem(
        409,
        "in-flight",
        "The first request with this Idempotency-Key is still being handled",
        "Make the same request again.",
        headers={"Retry-After": "1"},
    )


async def idempotency_key(
    idempotency_key: Annotated[str | None, Header(description="8 to 64 of A-Z a-z 0-9 _ -; one per request")] = None,
) -> str:
    """The request's key. Raises `Problem` 400 if there is none; the guard has looked already where the row says so."""
    return checked_key(idempotency_key)


def checked_key(given: str | None) -> str:
    """A key that has the right form. Raises `Problem` 400."""
    if given is None or not FORM.fullmatch(given):
        raise Problem(
            400,
            "idempotency-key-required",
            "This request needs an Idempotency-Key",
            errors=[
                Fault(
                    "Idempotency-Key",
                    "is missing or has the wrong form",
                    "Send a new UUID with each new request, and the same one when repeating it.",
                    in_body=False,
                )
            ],
        )
    return given


IdempotencyKey = Annotated[str, Depends(idempotency_key)]
"""`async def endpoint(key: IdempotencyKey)`."""


async def forget(pool: asyncpg.Pool[asyncpg.Record], keep: timedelta = RETENTION) -> int:
    """Forget answers older than `keep` and links that are over. Returns how many. Technical time, not business time."""
    old = await pool.execute("DELETE FROM idempotency WHERE created_at < now() - $1::interval", keep)
    over = await pool.execute("DELETE FROM link_use WHERE expires_at < now() - interval '1 day'")
    return int(old.split()[-1]) + int(over.split()[-1])
