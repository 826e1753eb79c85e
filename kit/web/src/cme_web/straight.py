"""An endpoint that takes a form, called without the framework's dependencies: they cost more than validating the form.

router.add_api_route("/v1/referrals", refer, methods=["POST"], route_class_override=StraightRoute)

async def refer(body: NewReferral, caller: CurrentCaller, key: IdempotencyKey) -> Response: ...
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Response
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from fastapi.routing import APIRoute
from pydantic import BaseModel
from pydantic_core import from_json
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cme_web.guard import again
from cme_web.idempotency import checked_key
from cme_web.tokens import Caller


class StraightRoute(APIRoute):
    """A route of an endpoint with just these three: the body's model, the caller, the key.

    The signature describes it, as it does any other. Whatever is not a good form in JSON takes the framework's way, which
    says what is wrong with it; so does the caller who sends it, as the guard has checked both already.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        self.app = _Straight(endpoint, self.app)


class _Straight:
    """The endpoint as an application of its own, with the framework's way beside it."""

    def __init__(self, endpoint: Callable[[Any, Caller, str], Awaitable[Response]], usual: ASGIApp) -> None:
        self._endpoint, self._usual = endpoint, usual
        self._model: type[BaseModel] = endpoint.__annotations__["body"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(reversed(scope["headers"]))  # of one that comes twice the first counts, as elsewhere
        read: list[Message] = []
        body = None
        if headers.get(b"content-type") == b"application/json":
            try:
                body = self._model.model_validate(from_json(await _whole(receive, read)))
            except ValueError:
                pass
        if body is None:
            await _within(scope["app"], self._usual)(scope, again(read, receive), send)
            return
        key = checked_key(headers.get(b"idempotency-key", b"").decode("latin-1"))
        response = await self._endpoint(body, scope["state"]["caller"], key)
        await response(scope, receive, send)


def straight_routes(routes: Sequence[BaseRoute]) -> Mapping[tuple[str, str], Route]:
    """Those that can be found by method and path alone, and called without the framework's middleware."""
    return {
        (method, route.path): route
        for route in routes
        if isinstance(route, StraightRoute) and "{" not in route.path
        for method in route.methods or ()
    }


def _within(app: FastAPI, usual: ASGIApp) -> ASGIApp:
    """What the framework has around every endpoint of its own."""
    return ExceptionMiddleware(AsyncExitStackMiddleware(usual), handlers=app.exception_handlers)


async def _whole(receive: Receive, read: list[Message]) -> bytes:
    """The body, each message of which is noted in `read`. Empty where the sender has gone."""
    more = True
    while more:
        message = await receive()
        read.append(message)
        more = message.get("more_body", False)
    return b"".join([message.get("body", b"") for message in read]) if message["type"] == "http.request" else b""
