"""Outside everything else: a person in a browser is shown a page, whatever is refused and whoever refuses it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from cme_referrals.entrypoints.pages.rendering import Pages
from cme_web.retold import Retold

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


class ProgressPages:
    """A middleware: a browser that opens the API's link is shown the page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(API) and _wants_a_page(scope):
            path = PAGE + scope["path"].removeprefix(API)
            scope = {**scope, "path": path, "raw_path": path.encode()}
        await self._app(scope, receive, send)


def answers_in_pages(app: FastAPI, pages: Pages) -> FastAPI:
    """The app, with this around all of it."""

    def page_of(status: int, problem: Mapping[str, Any]) -> tuple[bytes, Mapping[str, str]]:
        heading, said = SAID.get(problem.get("code", ""), OTHERWISE)
        page = pages.page("problem", status, heading=heading, said=said)
        headers = {name: page.headers[name] for name in ("content-type", "content-security-policy")}
        return bytes(page.body), headers

    app.add_middleware(Retold, under=FOR_PEOPLE, retell=page_of)
    app.add_middleware(ProgressPages)
    return app


def _wants_a_page(scope: Scope) -> bool:
    return scope["method"] in ("GET", "HEAD") and "text/html" in Headers(scope=scope).get("accept", "")
