"""Around every request: an id, its trace, its log line, safe headers, and an answer even when everything fails."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from time import perf_counter
from traceback import extract_tb
from uuid import UUID, uuid4

import asyncpg
import structlog
from opentelemetry import context as otel
from starlette.datastructures import Headers, MutableHeaders
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cme_bus.errors import describe, passes
from cme_bus.meta import TRACE, current_correlation
from cme_web.problems import Answers, Problem, TooLarge, Unwell
from cme_web.rates import told

log = structlog.get_logger()

SAFE = {
    "cache-control": "no-store",  # unless an endpoint knows that what it answers is nobody's
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",  # a capability link must not travel on
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "x-content-type-options": "nosniff",
}

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""A caller may send any word as a method; these are told, any other might be anything."""
UNTOLD = frozenset({"/health/live", "/health/ready", "/metrics"})
"""Asked every few seconds: logged only when the answer is a bad one."""

type Observe = Callable[[str, str, int, float], None]
"""Told of each answer: method, route template, status, seconds."""


class Manners:
    """The outermost middleware."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        answers: Answers,
        max_body: int,
        longer: Mapping[tuple[str, str], int] | None = None,
        observe: Observe | None = None,
        straight: Mapping[tuple[str, str], Route] | None = None,
    ) -> None:
        self._app, self._answers, self._most, self._observe = app, answers, max_body, observe
        self._longer = longer or {}
        self._straight = straight or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        headers = Headers(scope=scope)
        request_id = _request_id(headers.get("x-request-id"))
        status, begun, started = 500, False, perf_counter()

        async def answer(message: Message) -> None:
            nonlocal status, begun
            if message["type"] == "http.response.start":
                status, begun = message["status"], True
                out = MutableHeaders(scope=message)
                out["x-request-id"] = request_id
                for name, value in (*SAFE.items(), *told(scope).items()):
                    out.setdefault(name, value)
            await send(message)

        span = otel.attach(
            TRACE.extract({name: headers[name] for name in ("traceparent", "tracestate") if name in headers})
        )
        try:
            with structlog.contextvars.bound_contextvars(request_id=request_id), correlated(request_id):
                try:
                    most = self._longer.get((scope["method"], scope["path"]), self._most)
                    await self._next(scope)(scope, _bounded(headers, receive, most), answer)
                except Exception as error:
                    if begun:
                        raise  # half an answer is out: the server cuts the connection
                    await problem_of(error, self._answers).response()(scope, receive, answer)
                finally:
                    self._tell(scope, status, perf_counter() - started)
        finally:
            structlog.contextvars.unbind_contextvars("caller")  # the guard has bound it
            otel.detach(span)

    def _next(self, scope: Scope) -> ASGIApp:
        """The framework with its router, or, where the place is enough to know it, the guarded endpoint itself."""
        route = self._straight.get((scope["method"], scope["path"]))
        if route is None:
            return self._app
        scope["route"] = route
        return route.app

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        route = scope.get("route")
        template = getattr(route, "path", None) or "(none)"  # never the path itself: it may hold a link
        method = scope["method"] if scope["method"] in METHODS else "(other)"
        if template not in UNTOLD or status >= HTTPStatus.BAD_REQUEST:
            log.info("request", method=method, route=template, status=status, ms=round(seconds * 1000, 1))
        if self._observe:
            self._observe(method, template, status, seconds)


def _bounded(headers: Headers, receive: Receive, most: int) -> Receive:
    """A body that is too long is refused by what it says of itself, or as soon as it has become so."""
    said, size = headers.get("content-length", ""), 0
    if said.isdecimal() and int(said) > most:
        raise TooLarge

    async def bounded() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > most:
            raise TooLarge
        return message

    return bounded


def problem_of(error: Exception, answers: Answers) -> Problem:
    """What an exception is answered with. Only texts of ours: the error's own may quote what was sent."""
    if isinstance(error, Problem):
        return error
    known = answers.get(code) if isinstance(code := getattr(error, "code", None), str) else None
    if known:
        return Problem(known.status, str(code), known.title, known.detail)
    if isinstance(error, UNKEPT):
        return Problem(
            422, "invalid", "The request does not validate", "A text holds the character U+0000: leave it out."
        )
    if passes(error) or isinstance(error, BUSY):
        log.warning("request.unavailable", error=describe(error))
        return Unwell()
    log.error("request.failed", error=describe(error), where=frames(error))
    return Problem(500, "defect", "Something went wrong here", "It has been recorded; quote the X-Request-Id.")


UNKEPT = (asyncpg.CharacterNotInRepertoireError, asyncpg.UntranslatableCharacterError)
"""JSON may carry U+0000 and PostgreSQL keeps it nowhere: what was sent is wrong, not we."""
BUSY = (asyncpg.LockNotAvailableError, asyncpg.QueryCanceledError)
"""Somebody else holds what this request needs, or the database is too slow for somebody who waits."""


@contextmanager
def correlated(request_id: str) -> Iterator[None]:
    """What is published meanwhile belongs to this request."""
    token = current_correlation.set(request_id)
    try:
        yield
    finally:
        current_correlation.reset(token)


def frames(error: BaseException) -> list[str]:
    """Where it happened: file, line, function. Not the text of the error, nor of any variable."""
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in extract_tb(error.__traceback__)][-12:]


def _request_id(given: str | None) -> str:
    """The caller's id if it is a UUID, and otherwise a new one: free text would reach our logs and events."""
    try:
        return str(UUID(given or ""))
    except ValueError:
        return str(uuid4())
