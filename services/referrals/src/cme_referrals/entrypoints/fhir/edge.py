"""Outside everything else: under /fhir every refusal, whoever raised it, is an OperationOutcome."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cme_referrals.entrypoints.fhir.issues import Issue, outcome
from cme_referrals.entrypoints.fhir.notification import element_of
from cme_referrals.entrypoints.fhir.wire import MEDIA_TYPE
from cme_web.problems import MEDIA_TYPE as PROBLEM

UNDER = "/fhir/"
CODES: Mapping[int, str] = {
    400: "structure",
    401: "login",
    403: "forbidden",
    404: "not-found",
    405: "not-supported",
    409: "conflict",
    413: "too-long",
    415: "not-supported",
    422: "value",
    429: "throttled",
    503: "transient",
}
"""Of http://hl7.org/fhir/issue-type, a required binding."""
NOTHING_HERE = "There is nothing here, or it is not yours to see. GET /fhir/R4/metadata says what there is."


class FhirAnswers:
    """A middleware. It must be the outermost one: the others refuse too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(UNDER):
            await self._app(scope, receive, send)
            return
        start: Message | None = None
        body = b""

        async def translated(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                if Headers(raw=message["headers"]).get("content-type", "").startswith(PROBLEM):
                    start = message
                    return
            elif start is not None and message["type"] == "http.response.body":
                body += message.get("body", b"")
                if message.get("more_body"):
                    return
                said = json.dumps(outcome(issues_of(json.loads(body)))).encode() if body else b""
                headers = MutableHeaders(scope=start)
                headers["content-type"], headers["content-length"] = MEDIA_TYPE, str(len(said))
                await send(start)
                message = {"type": "http.response.body", "body": said}
            await send(message)

        await self._app(scope, receive, translated)


def answers_in_fhir(app: FastAPI) -> FastAPI:
    """The app, with this around all of it."""
    app.add_middleware(FhirAnswers)
    return app


def issues_of(problem: Mapping[str, Any]) -> list[Issue]:
    """What a problem says, as issues. All its texts are ours."""
    code = CODES.get(problem["status"], "exception" if problem["status"] >= 500 else "processing")
    if problem["status"] == 404:
        return [Issue("error", code, NOTHING_HERE)]
    if errors := problem.get("errors"):
        return [Issue("error", code, f"It {one['wrong']}. {one['mend']}", element_of(one["field"])) for one in errors]
    return [
        Issue(
            "error", code, " ".join(f"{one.rstrip('.')}." for one in (problem["title"], problem.get("detail")) if one)
        )
    ]
