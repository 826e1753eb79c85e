"""Every route of intake and what stands around them, for whoever builds its app."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, FastAPI

from cme_referrals.entrypoints import batches, by_link, change, http
from cme_referrals.entrypoints.desk import Desk
from cme_referrals.entrypoints.fhir import api as fhir
from cme_referrals.entrypoints.fhir.edge import answers_in_fhir
from cme_referrals.entrypoints.pages import api as pages
from cme_referrals.entrypoints.pages.edge import answers_in_pages
from cme_referrals.entrypoints.pages.rendering import Pages


def routers(desk: Desk, shown: Pages) -> Sequence[APIRouter]:
    """Flat routers; each route has its row in access.py."""
    return [
        http.api(desk),
        batches.api(desk),
        change.api(desk),
        by_link.api(desk),
        fhir.api(desk),
        pages.api(desk, shown),
    ]


def with_edges(app: FastAPI, shown: Pages) -> FastAPI:
    """The app, whose refusals speak as each visitor does: in FHIR to health's systems, in pages to people."""
    return answers_in_pages(answers_in_fhir(app), shown)
