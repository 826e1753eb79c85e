"""Every route of intake, for whoever builds its app."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter

from cme_referrals.entrypoints import batches, by_link, change, http
from cme_referrals.entrypoints.desk import Desk
from cme_referrals.entrypoints.fhir import api as fhir


def routers(desk: Desk) -> Sequence[APIRouter]:
    """Flat routers; each route has its row in access.py."""
    return [http.api(desk), batches.api(desk), change.api(desk), by_link.api(desk), fhir.api(desk)]
