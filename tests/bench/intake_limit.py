"""The limit for single referrals: the same server with the same door, and one bare insert of the body a request.

What is not intake's own is left as it is: uvicorn, FastAPI, kit/web with its token check and headers, the pool, the
database. `python -m tests.bench.intake_limit http`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, FastAPI, Request

from cme_referrals.adapters.postgres import ReferralsTx
from cme_referrals.settings import Settings
from cme_service import run
from cme_service.context import Context
from cme_service.definition import ServiceDefinition
from cme_web.access import AccessTable, Row, bearer

TABLE = "CREATE TABLE bare (id uuid PRIMARY KEY, body bytea NOT NULL)"
KEEP = "INSERT INTO bare (id, body) VALUES ($1, $2)"
ACCESS = AccessTable(Row("POST", "/v1/referrals", bearer, roles={"school"}))


def app(context: Context[Settings, ReferralsTx]) -> FastAPI:
    """One statement a request, which is its own transaction."""
    router = APIRouter()

    @router.post("/v1/referrals", status_code=202)
    async def keep(request: Request) -> dict[str, Any]:
        id_ = uuid4()
        await context.pool.execute(KEEP, id_, await request.body())
        return {"submission_id": str(id_)}

    return context.make_app(access=ACCESS, routers=[router])


BARE = ServiceDefinition(
    name="referrals", settings=Settings, tx=ReferralsTx, streams=(), migrations=Path(__file__).parent, http=app
)

if __name__ == "__main__":
    sys.exit(run.main(BARE))
