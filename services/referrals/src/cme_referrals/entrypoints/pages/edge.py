"""Outside everything else: a person in a browser is shown a page, whatever is refused and whoever refuses it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cme_referrals.entrypoints.pages.rendering import Pages
from cme_web.problems import MEDIA_TYPE as PROBLEM

FOR_PEOPLE = ("/tell-us", "/following/", "/progress/")
API, PAGE = "/v1/progress/", "/progress/"
"""A link in a message leads to the API's answer; a browser that opens it is shown the page of the same thing."""
LINK_IS_OVER = "A link to tell us works once, for 24 hours; a link to follow works for longer. Ask for a new one."
SAID: Mapping[str, tuple[str, str]] = {
    "link-used": ("This link has been used", "What you sent is safe with us. To tell us more, ask for a new link."),
    "link-expired": ("This link no longer works", LINK_IS_OVER),
    "not-found": ("We cannot find this page", "Check that the whole address was copied from the message."),
    "too-many-requests": ("Too many requests", "Go back, wait a minute, and try again."),
    "too-large": ("This is too much at once", "What you wrote was not sent. Go back, write less, and send it again."),
    "unavailable": (
        "Sorry, there is a problem here",
        "What you wrote was not sent. Go back, and send it again in a minute.",
    ),
}
OTHERWISE = ("Sorry, there is a problem here", "Try again later, or telephone us.")


class PageAnswers:
    """A middleware. It must be outside of those that refuse."""

    def __init__(self, app: ASGIApp, pages: Pages) -> None:
        self._app, self._pages = app, pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(API) and _wants_a_page(scope):
            path = PAGE + scope["path"].removeprefix(API)
            scope = {**scope, "path": path, "raw_path": path.encode()}
        if scope["type"] != "http" or not scope["path"].startswith(FOR_PEOPLE):
            await self._app(scope, receive, send)
            return
        start: Message | None = None
        body = b""

        async def shown(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                if Headers(raw=message["headers"]).get("content-type", "").startswith(PROBLEM):
                    start = message
                    return
            elif start is not None and message["type"] == "http.response.body":
                body += message.get("body", b"")
                if message.get("more_body"):
                    return
                message = await self._page_of(start, body, send)
            await send(message)

        await self._app(scope, receive, shown)

    async def _page_of(self, start: Message, body: bytes, send: Send) -> Message:
        problem: Mapping[str, Any] = json.loads(body) if body else {}
        heading, said = SAID.get(problem.get("code", ""), OTHERWISE)
        page = self._pages.page("problem", start["status"], heading=heading, said=said)
        headers = MutableHeaders(scope=start)
        for name in ("content-type", "content-length", "content-security-policy"):
            headers[name] = page.headers[name]
        await send(start)
        return {"type": "http.response.body", "body": page.body}


def answers_in_pages(app: FastAPI, pages: Pages) -> FastAPI:
    """The app, with this around all of it."""
    app.add_middleware(PageAnswers, pages=pages)
    return app


def _wants_a_page(scope: Scope) -> bool:
    return scope["method"] in ("GET", "HEAD") and "text/html" in Headers(scope=scope).get("accept", "")
