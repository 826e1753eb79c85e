"""Builds a service's HTTP app: every route behind its row, every failure a problem, probes and metrics at hand.

    app = make_app(
        title="CME register", version="0.1.0",
        access=ACCESS, routers=[api(db)], answers=ANSWERS,
        tokens=TokenChecker(issuer=..., audience=..., jwks_url=...), links=Links(secret),
        ready={"database": database_answers}, metrics=render,
    )

Raises `TypeError` if a route has no row, a row has no route, or a proof cannot be checked.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import BaseRoute, Match
from starlette.types import Lifespan

from cme_web.access import AccessTable, Row, public
from cme_web.faults import invalid
from cme_web.guard import Proofs, guard, literal_first, place, unguarded_routes
from cme_web.links import Links
from cme_web.problems import Answers, Problem, TooLarge
from cme_web.rates import Rate
from cme_web.request import Manners, Observe
from cme_web.schema import Examples, describe_access, known_names, name_operations
from cme_web.signatures import CallbackProof
from cme_web.straight import straight_routes
from cme_web.tokens import TokenChecker

MOST = 1024 * 1024
"""Bytes of a request's body, unless its row says `max_body`."""

type Check = Callable[[], Awaitable[str | None]]
"""Says what is missing, or None if all is well."""
type Metrics = Callable[[], Awaitable[tuple[bytes, str]]]
"""The metrics' text and its media type."""

BUILT_IN = AccessTable(
    Row("GET", "/health/live", public, why="a probe has no account; says only that we run", per_minute=1200),
    Row("GET", "/health/ready", public, why="a probe has no account; names what is missing, no data", per_minute=1200),
    Row("GET", "/metrics", public, why="a scraper has no account; counts and ages only", per_minute=600),
    Row("GET", "/openapi.json", public, why="the API's description is open to its users", per_minute=60),
)


def make_app(
    *,
    title: str,
    version: str = "0",
    access: AccessTable | None = None,
    routers: Sequence[APIRouter] = (),
    routes: Sequence[BaseRoute] = (),
    answers: Answers | None = None,
    tokens: TokenChecker | None = None,
    links: Links | None = None,
    callbacks: Mapping[str, CallbackProof] | None = None,
    ready: Mapping[str, Check] | None = None,
    metrics: Metrics | None = None,
    observe: Observe | None = None,
    max_body: int = MOST,
    per_sender: int | None = None,
    examples: Examples = lambda _name: None,
    lifespan: Lifespan[FastAPI] | None = None,
) -> FastAPI:
    """The app. `routers` are flat; `routes` takes a `Mount` of static files, guarded as `GET <path>/{path:path}`.

    `per_sender`: requests that one caller, or one school, may make in a minute, in each process; None: any number.
    `examples`: what the API's description shows, by the name of an operation or a schema.
    """
    table = (access or AccessTable()) + BUILT_IN
    proofs = Proofs(tokens, links, callbacks or {}, Rate("sender", per_sender) if per_sender else None)
    app = FastAPI(
        title=title,
        version=version,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=lifespan,
        redirect_slashes=False,  # a redirect would answer before the guard
    )
    wanted = [
        *(route for router in routers for route in router.routes),
        *routes,
        *_built_in(app, ready or {}, metrics).routes,
    ]
    app.router.routes[:] = literal_first([guard(route, table, proofs) for route in wanted])
    served = {(method, path) for path, methods in map(place, wanted) for method in methods}
    if dead := [row for row in table if row.place not in served]:
        raise TypeError(f"{dead[0].method} {dead[0].path} has a row in the access table and no route")
    if bare := list(unguarded_routes(app)):
        raise TypeError(f"{bare[0]} is not guarded")
    name_operations(app.router.routes)
    describe_access(app, table, examples)
    _answer_problems(app)
    longer = {row.place: row.max_body for row in table if row.max_body is not None}
    app.add_middleware(
        Manners,
        answers=answers or {},
        observe=observe,
        max_body=max_body,
        longer=longer,
        straight=straight_routes(app.router.routes),
    )
    return app


def _answer_problems(app: FastAPI) -> None:
    @app.exception_handler(RequestValidationError)
    async def unreadable(request: Request, error: RequestValidationError) -> Response:
        return invalid(error.errors(), known_names(app)).response()

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        return _of_http(request, error).response()


def _of_http(request: Request, error: HTTPException) -> Problem:
    """The framework's own refusals, in our form and without its texts."""
    if isinstance(error, Problem):
        return error
    match error.status_code:
        case 404:
            return Problem(404, "not-found", "Not found")
        case 405:
            return Problem(405, "method-not-allowed", "Not with this method", headers={"Allow": _allowed(request)})
        case 413:
            return TooLarge()
        case 400:
            return Problem(400, "unreadable", "The body cannot be read", "Send a JSON object as application/json.")
        case status:
            return Problem(status, "refused", headers=error.headers)


def _allowed(request: Request) -> str:
    """Every method the path has. The framework names those of the first route only."""
    scope = {name: value for name, value in request.scope.items() if name != "path_params"}
    found: set[str] = set()
    for route in request.app.routes:
        if route.matches(scope)[0] is not Match.NONE:
            found |= set(getattr(route, "methods", None) or {"GET", "HEAD"})
    return ", ".join(sorted(found))


def _built_in(app: FastAPI, ready: Mapping[str, Check], metrics: Metrics | None) -> APIRouter:
    router = APIRouter()

    @router.get("/health/live", include_in_schema=False)
    async def live() -> dict[str, str]:
        """The event loop turns."""
        return {"status": "live"}

    @router.get("/health/ready", include_in_schema=False)
    async def is_ready() -> Response:
        """All that is needed is there, or what is missing."""
        missing = {}
        for name, check in ready.items():
            if said := await check():
                missing[name] = said
        if missing:
            return JSONResponse({"status": "not ready", "missing": missing}, 503, {"Retry-After": "5"})
        return JSONResponse({"status": "ready"})

    @router.get("/metrics", include_in_schema=False)
    async def scrape() -> Response:
        """Prometheus text."""
        text, media_type = await metrics() if metrics else (b"", "text/plain")
        return Response(text, media_type=media_type)

    @router.get("/openapi.json", include_in_schema=False)
    async def description() -> Response:
        """The API's description, with what each endpoint asks for."""
        return JSONResponse(app.openapi())

    return router
