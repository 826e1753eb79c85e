"""The door in front of every endpoint: it reads the endpoint's row, and lets in who brings the row's proof.

It stands before the body is read, so nobody learns anything, or costs anything, by sending a body they may not send.
"""

import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field

import structlog
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cme_web.access import AccessTable, Proof, Row
from cme_web.idempotency import checked_key
from cme_web.links import Links
from cme_web.problems import NotVisible, Problem
from cme_web.rates import Rate, tell
from cme_web.signatures import CallbackProof
from cme_web.tokens import InvalidToken, TokenChecker


@dataclass(frozen=True, slots=True)
class Proofs:
    """What the guard checks with."""

    tokens: TokenChecker | None = None
    links: Links | None = None
    callbacks: Mapping[str, CallbackProof] = field(default_factory=dict)
    senders: Rate | None = None
    """How often one sender may ask, whatever for."""

    def can_check(self, row: Row) -> bool:
        """Whether the row's proof can be checked with what we have."""
        match row.proof:
            case Proof.BEARER:
                return self.tokens is not None
            case Proof.LINK:
                return self.links is not None
            case Proof.SIGNATURE:
                return row.callback in self.callbacks
            case Proof.PUBLIC:
                return True


class Guarded:
    """An endpoint behind its row. Whatever the row asks for is checked here, and nowhere else."""

    def __init__(self, app: ASGIApp, rows: Mapping[str, Row], proofs: Proofs) -> None:
        self.app, self.rows, self._proofs = app, rows, proofs
        self._rates = {method: Rate("address", row.per_minute) for method, row in rows.items() if row.per_minute}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        row = self.rows.get(scope["method"])
        if row is None:  # a mount takes every method
            raise HTTPException(405)
        request = Request(scope, receive)
        if row.method in self._rates:
            tell(scope, self._rates[row.method].count(request.client.host if request.client else ""))
        match row.proof:
            case Proof.BEARER:
                await self._bearer(row, request)
            case Proof.LINK:
                assert self._proofs.links is not None
                request.state.link = self._proofs.links.read(request.path_params["token"], row.purpose)
            case Proof.SIGNATURE:
                body = await request.body()  # no longer than the limit make_app has set
                self._proofs.callbacks[row.callback].check(dict(request.headers), body)
                receive = again([{"type": "http.request", "body": body, "more_body": False}], receive)
            case Proof.PUBLIC:
                pass
        if row.idempotent:
            checked_key(request.headers.get("idempotency-key"))
        await self.app(scope, receive, send)

    async def _bearer(self, row: Row, request: Request) -> None:
        assert self._proofs.tokens is not None
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise InvalidToken(given=False)
        caller = await self._proofs.tokens.caller(token.strip())
        if self._proofs.senders is not None:  # a school's clerks are one sender
            tell(request.scope, self._proofs.senders.count(caller.urn or caller.subject))
        if not caller.may(*row.roles):
            if row.hidden:
                raise NotVisible
            raise Problem(403, "not-allowed", "Your role may not do this")
        request.state.caller = caller
        structlog.contextvars.bind_contextvars(caller=caller.subject)


def again(read: Sequence[Message], receive: Receive) -> Receive:
    """Hand what was read of a body over once more, and then what is still to come."""
    waiting = deque(read)

    async def replay() -> Message:
        return waiting.popleft() if waiting else await receive()

    return replay


def guard(route: BaseRoute, table: AccessTable, proofs: Proofs) -> BaseRoute:
    """A copy of the route behind its rows. Raises `TypeError` if one is missing or cannot be checked."""
    path, methods = place(route)
    rows = {}
    for method in methods:
        row = table.get(method, path) or (table.get("GET", path) if method == "HEAD" else None)
        if row is None:
            raise TypeError(f"{method} {path} has no row in the access table")
        if not proofs.can_check(row):
            raise TypeError(f"{method} {path}: there is nothing to check a {row.proof} proof with")
        rows[method] = row
    assert isinstance(route, Route | Mount)
    guarded = copy(route)  # the router it came from may serve another app, in a test
    guarded.app = Guarded(route.app, rows, proofs)
    return guarded


def literal_first(routes: Sequence[BaseRoute]) -> list[BaseRoute]:
    """A path that is written out is never taken for another's parameter, whatever the method: it answers 405 itself."""
    literal = sorted({path for path, _ in map(place, routes) if "{" not in path})
    for route in routes:
        if isinstance(route, Route) and "{" in route.path:
            hidden = [re.escape(path) for path in literal if route.path_regex.match(path)]
            if hidden:
                route.path_regex = re.compile(f"(?!(?:{'|'.join(hidden)})$){route.path_regex.pattern}")
    return list(routes)


def place(route: BaseRoute) -> tuple[str, set[str]]:
    """A route's path and methods. Raises `TypeError` for what a row cannot speak of: a nested router, a web socket."""
    match route:
        case Route(path=path, methods=methods) if methods:
            return path, set(methods)
        case Mount(path=path):
            return path + "/{path:path}", {"GET", "HEAD"}
        case _:
            raise TypeError(f"{type(route).__name__} cannot be guarded: give make_app plain routers and routes")


def unguarded_routes(app: FastAPI) -> Iterator[str]:
    """Every route of an app, however it got there, that is not behind a row. A test asserts there is none."""
    for context in iter_route_contexts(app.routes):
        if not isinstance(getattr(context, "app", None), Guarded):
            methods = " ".join(sorted(context.methods or {"?"}))
            yield f"{methods} {context.path or context}"
