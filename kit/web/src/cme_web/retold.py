"""Where problem+json is not the reader's language: under some paths every refusal, whoever raised it, is told otherwise.

app.add_middleware(Retold, under=("/fhir/",), retell=as_operation_outcome)

It must be added after the app is made, so that it stands outside of everything that refuses.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cme_web.problems import MEDIA_TYPE

type Retell = Callable[[int, Mapping[str, Any]], tuple[bytes, Mapping[str, str]]]
"""Status and problem to the body that is sent instead, and its headers. HEAD has no body: then the problem is empty."""


class Retold:
    """The middleware."""

    def __init__(self, app: ASGIApp, *, under: tuple[str, ...], retell: Retell) -> None:
        self._app, self._under, self._retell = app, under, retell

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(self._under):
            await self._app(scope, receive, send)
            return
        start: Message | None = None
        body = b""

        async def told(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                if Headers(raw=message["headers"]).get("content-type", "").startswith(MEDIA_TYPE):
                    start = message
                    return
            elif start is not None and message["type"] == "http.response.body":
                body += message.get("body", b"")
                if message.get("more_body"):
                    return
                said, named = self._retell(start["status"], json.loads(body) if body else {})
                headers = MutableHeaders(scope=start)
                headers.update({**named, "content-length": str(len(said))})
                await send(start)
                message = {"type": "http.response.body", "body": said if body else b""}
            await send(message)

        await self._app(scope, receive, told)
