"""All of intake's API: every router, the table that guards them, and what the description shows."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI

from cme_referrals.entrypoints import batches, by_link, calendars, change, http, punctuality
from cme_referrals.entrypoints.access import ACCESS
from cme_referrals.entrypoints.desk import Desk
from cme_referrals.entrypoints.examples import example
from cme_referrals.entrypoints.fhir import api as fhir
from cme_referrals.entrypoints.fhir.edge import answers_in_fhir
from cme_referrals.entrypoints.pages import api as pages
from cme_referrals.entrypoints.pages.edge import answers_in_pages
from cme_referrals.entrypoints.pages.rendering import Pages
from cme_referrals.entrypoints.refusals import ANSWERS

ROUTERS = (http.api, batches.api, change.api, by_link.api, fhir.api, calendars.api, punctuality.api)


def app_of(desk: Desk, shown: Pages, make_app: Callable[..., FastAPI]) -> FastAPI:
    """The app, made with `cme_web.app.make_app` or a context's own."""
    routers = [*(api(desk) for api in ROUTERS), pages.api(desk, shown)]
    app = make_app(access=ACCESS, routers=routers, answers=ANSWERS, examples=example)
    return answers_in_pages(answers_in_fhir(app), shown)
