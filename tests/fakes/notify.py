"""A GOV.UK Notify that runs here: the official Python client cannot tell it from the real one, and a test holds it to that.

It checks tokens, validates what the real one validates, keeps what it took for look-ups by reference, sends receipts
on request, and fails on request: at the minute's or the day's limit, with a server error before or after it took the
message, or by never answering.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import Any
from uuid import UUID, uuid4

import httpx2
import uvicorn
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

SERVICE, SECRET = "26785a09-ab16-4eb0-8407-a37497a57506", "3d844edf-8d35-48ac-975b-e847b4f122b0"
KEY = f"pretend-{SERVICE}-{SECRET}"
TEMPLATE = "f33517ff-2a88-4f6e-b855-c550268ce08a"
CLOCKS_MAY_DIFFER = 30
PAGE = 250
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class Fault(Enum):
    """What the next request for a message meets."""

    MINUTE_LIMIT = "minute limit"
    DAY_LIMIT = "day limit"
    ERROR_BEFORE = "server error, nothing taken"
    ERROR_AFTER = "server error after it was taken"
    SILENCE_BEFORE = "no answer, nothing taken"
    SILENCE_AFTER = "no answer after it was taken"


@dataclass
class Template:
    """A template as its author wrote it."""

    id: str = TEMPLATE
    type: str = "email"
    name: str = "Any message"
    version: int = 1
    subject: str = "((subject))"
    body: str = "((body))"

    @property
    def placeholders(self) -> list[str]:
        return sorted(set(re.findall(r"\(\(([^)]+)\)\)", self.subject + self.body)))

    def filled(self, text: str, personalisation: dict[str, Any]) -> str:
        return re.sub(r"\(\(([^)]+)\)\)", lambda match: str(personalisation[match[1]]), text)


@dataclass
class FakeNotify:
    """The service. `taken` is everything it accepted, in order."""

    templates: dict[str, Template] = field(default_factory=lambda: {TEMPLATE: Template()})
    taken: list[dict[str, Any]] = field(default_factory=list)
    faults: deque[Fault] = field(default_factory=deque)
    asked: list[str] = field(default_factory=list)
    """Every request that came, as `METHOD path`."""
    url: str = ""

    @property
    def app(self) -> Starlette:
        """Its HTTP."""
        return Starlette(
            routes=[
                Route("/v2/notifications/{kind:str}", self._send, methods=["POST"]),
                Route("/v2/notifications", self._list),
                Route("/v2/notifications/{id:uuid}", self._one),
                Route("/v2/templates", self._templates),
                Route("/v2/template/{id:str}", self._template),
                Route("/v2/template/{id:str}/version/{version:int}", self._template),
                Route("/v2/template/{id:str}/preview", self._preview, methods=["POST"]),
            ]
        )

    def sent_to(self, reference: object) -> list[dict[str, Any]]:
        """What it took with this reference of the sender's."""
        return [one for one in self.taken if one["reference"] == str(reference)]

    async def send_receipt(self, reference: object, status: str, url: str, secret: str) -> httpx2.Response:
        """Tell the sender what became of a message, as the real one does."""
        one = self.sent_to(reference)[-1]
        one["status"] = status
        body = {
            "id": one["id"],
            "reference": one["reference"],
            "to": one["email_address"],
            "status": status,
            "created_at": one["created_at"],
            "completed_at": _now(),
            "sent_at": one["sent_at"],
            "notification_type": one["type"],
            "template_id": one["template"]["id"],
            "template_version": one["template"]["version"],
        }
        async with httpx2.AsyncClient() as client:
            return await client.post(url, json=body, headers={"Authorization": f"Bearer {secret}"})

    async def _send(self, request: Request) -> Response:
        if refused := self._entry(request):
            return refused
        fault = self.faults.popleft() if self.faults else None
        match fault:
            case Fault.MINUTE_LIMIT:
                return _error(
                    429, "RateLimitError", "Exceeded rate limit for key type LIVE of 3000 requests per 60 seconds"
                )
            case Fault.DAY_LIMIT:
                return _error(429, "TooManyRequestsError", "Exceeded send limits (email: 250000) for today")
            case Fault.ERROR_BEFORE:
                return _error(500, "Exception", "Internal server error")
            case Fault.SILENCE_BEFORE:
                await asyncio.sleep(3600)
        answer = self._take(request.path_params["kind"], await request.json())
        if fault is Fault.SILENCE_AFTER:
            await asyncio.sleep(3600)
        return _error(500, "Exception", "Internal server error") if fault is Fault.ERROR_AFTER else answer

    def _take(self, kind: str, body: dict[str, Any]) -> Response:
        where = {"email": "email_address", "sms": "phone_number"}.get(kind)
        if where is None:
            return _error(404, "NoResultFound", "No result found")
        if "template_id" not in body:
            return _error(400, "ValidationError", "template_id is a required property")
        if not _is_uuid(body["template_id"]):
            return _error(400, "ValidationError", "template_id is not a valid UUID")
        if where not in body:
            return _error(400, "ValidationError", f"{where} is a required property")
        if where == "email_address" and not ADDRESS.fullmatch(body[where]):
            return _error(400, "ValidationError", "email_address Not a valid email address")
        template = self.templates.get(body["template_id"])
        if template is None:
            return _error(400, "BadRequestError", "Template not found")
        given = body.get("personalisation") or {}
        if missing := [name for name in template.placeholders if name not in given]:
            return _error(400, "BadRequestError", f"Missing personalisation: {', '.join(missing)}")
        one = self._keep(kind, where, body, template, given)
        return JSONResponse(
            {
                "id": one["id"],
                "reference": one["reference"],
                "scheduled_for": None,
                "uri": self._uri(one["id"]),
                "content": {
                    "subject": one["subject"],
                    "body": one["body"],
                    "from_email": "pretend@notifications.example.org",
                    "one_click_unsubscribe_url": None,
                },
                "template": one["template"],
            },
            201,
        )

    def _keep(
        self, kind: str, where: str, body: dict[str, Any], template: Template, given: dict[str, Any]
    ) -> dict[str, Any]:
        one = {
            "id": str(uuid4()),
            "reference": body.get("reference"),
            "email_address": None,
            "phone_number": None,
            where: body[where],
            "type": kind,
            "status": "sending",
            "line_1": None,
            "postcode": None,
            "postage": None,
            "template": {
                "id": template.id,
                "version": template.version,
                "uri": f"{self.url}/v2/template/{template.id}",
            },
            "subject": template.filled(template.subject, given),
            "body": template.filled(template.body, given),
            "created_at": _now(),
            "sent_at": _now(),
            "completed_at": None,
            "scheduled_for": None,
            "created_by_name": None,
        }
        self.taken.append(one)
        return one

    async def _list(self, request: Request) -> Response:
        if refused := self._entry(request):
            return refused
        wanted = request.query_params
        found = [
            one
            for one in reversed(self.taken)
            if wanted.get("reference") in (None, one["reference"])
            and one["status"] in (wanted.getlist("status") or [one["status"]])
            and one["type"] in (wanted.getlist("template_type") or [one["type"]])
        ]
        if older := wanted.get("older_than"):
            ids = [one["id"] for one in found]
            found = found[ids.index(older) + 1 :] if older in ids else []
        page, links = found[:PAGE], {"current": str(request.url)}
        if page:  # the real one says where to go on even from its last page
            links["next"] = str(request.url.include_query_params(older_than=page[-1]["id"]))
        return JSONResponse({"notifications": page, "links": links})

    async def _one(self, request: Request) -> Response:
        if refused := self._entry(request):
            return refused
        found = [one for one in self.taken if one["id"] == str(request.path_params["id"])]
        return JSONResponse(found[0]) if found else _error(404, "NoResultFound", "No result found")

    async def _templates(self, request: Request) -> Response:
        return self._entry(request) or JSONResponse({"templates": [_shown(one) for one in self.templates.values()]})

    async def _template(self, request: Request) -> Response:
        if refused := self._entry(request):
            return refused
        if not _is_uuid(request.path_params["id"]):
            return _error(400, "ValidationError", "id is not a valid UUID")
        template = self.templates.get(request.path_params["id"])
        if template is None or request.path_params.get("version", template.version) != template.version:
            return _error(404, "NoResultFound", "No result found")
        return JSONResponse(_shown(template))

    async def _preview(self, request: Request) -> Response:
        if refused := self._entry(request):
            return refused
        template = self.templates.get(request.path_params["id"])
        if template is None:
            return _error(404, "NoResultFound", "No result found")
        given = (await request.json()).get("personalisation") or {}
        if missing := [name for name in template.placeholders if name not in given]:
            return _error(400, "BadRequestError", f"Missing personalisation: {', '.join(missing)}")
        return JSONResponse(
            {
                "id": template.id,
                "type": template.type,
                "version": template.version,
                "html": None,
                "postage": None,
                "subject": template.filled(template.subject, given),
                "body": template.filled(template.body, given),
            }
        )

    def _entry(self, request: Request) -> Response | None:
        """Count the request, and check its token as the real one does: ours, and not thirty seconds old."""
        self.asked.append(f"{request.method} {request.url.path}")
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or not token:
            return _error(401, "AuthError", "Unauthorized: authentication token must be provided")
        try:
            claims = jwt.decode(token, OctKey.import_key(SECRET), algorithms=["HS256"]).claims
        except (JoseError, ValueError):
            return _error(403, "AuthError", "Invalid token: API key not found")
        if claims.get("iss") != SERVICE:
            return _error(403, "AuthError", "Invalid token: service not found")
        if abs(time.time() - claims.get("iat", 0)) > CLOCKS_MAY_DIFFER:
            return _error(403, "AuthError", "Error: Your system clock must be accurate to within 30 seconds")
        return None

    def _uri(self, id_: str) -> str:
        return f"{self.url}/v2/notifications/{id_}"


@asynccontextmanager
async def fake_notify(**options: Any) -> AsyncIterator[FakeNotify]:
    """It runs on a free port of this machine, at `url`."""
    fake = FakeNotify(**options)
    server = uvicorn.Server(
        uvicorn.Config(
            fake.app, host="127.0.0.1", port=0, log_level="error", lifespan="off", timeout_graceful_shutdown=0
        )
    )
    server.capture_signals = _leave_signals  # type: ignore[method-assign, assignment]  # they are the test runner's
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    fake.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield fake
    finally:
        server.should_exit = server.force_exit = True
        await running


class _leave_signals:
    def __enter__(self) -> None: ...
    def __exit__(self, *_: object) -> None: ...


def _shown(template: Template) -> dict[str, Any]:
    return {
        "id": template.id,
        "name": template.name,
        "type": template.type,
        "version": template.version,
        "created_at": "2026-04-11T09:00:00.000000Z",
        "updated_at": None,
        "created_by": "pretend@example.org",
        "subject": template.subject,
        "body": template.body,
        "letter_contact_block": None,
        "postage": None,
        "personalisation": {name: {"required": True} for name in template.placeholders},
    }


def _error(status: int, kind: str, message: str) -> JSONResponse:
    return JSONResponse({"status_code": status, "errors": [{"error": kind, "message": message}]}, status)


def _is_uuid(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
