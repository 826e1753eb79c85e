"""Requests to bodies over HTTP: whom there is to ask, asking, what became of it; and social care's own decision, signed."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import JSONResponse

from cme_bus.database import Database
from cme_calendars import local_date
from cme_safeguarding.adapters.postgres import SafeguardingTx
from cme_safeguarding.application import read
from cme_safeguarding.application.ports import Practice
from cme_safeguarding.application.requests import ask, take_step
from cme_safeguarding.domain.requests import Body, Request
from cme_safeguarding.entrypoints.answers import plain
from cme_safeguarding.entrypoints.requests import NewRequest, NewSocialCareDecision, NewStep
from cme_safeguarding.entrypoints.who import officer
from cme_timers import BusinessClock
from cme_web.idempotency import IdempotencyKey, idempotent
from cme_web.tokens import CurrentCaller


def bodies_api(db: Database[SafeguardingTx], clock: BusinessClock, practice: Practice) -> APIRouter:
    """The routes of requests."""
    router = APIRouter()

    @router.get("/v1/bodies")
    async def bodies() -> Response:
        """Whom safeguarding asks today, what may happen to such a request, and what is written down with each step."""
        return JSONResponse({"items": [_body(row) for row in practice.bodies.in_force(local_date(clock.now()))]})

    @router.get("/v1/requests")
    async def requests(caller: CurrentCaller, case_id: Annotated[UUID, Query()]) -> Response:
        """What was asked about the child of a case, and how it stands. The reading is written down."""
        async with db.transaction() as tx:
            found = await read.requests(tx, caller.subject, case_id)
        return JSONResponse({"items": [_request(one) for one in found]})

    @router.get("/v1/requests/{request_id}")
    async def one_request(request_id: UUID, caller: CurrentCaller) -> Response:
        """One request, with what people wrote. The reading is written down."""
        async with db.transaction() as tx:
            found = await read.request(tx, caller.subject, request_id)
        return JSONResponse(_request(found) | {"steps": _steps(found)})

    @router.post("/v1/requests", status_code=201)
    async def new_request(body: NewRequest, caller: CurrentCaller, key: IdempotencyKey) -> Response:
        """Ask something of a body. Social care is asked by escalating."""
        async with db.transaction() as tx, idempotent(tx, caller, "POST /v1/requests", key, body) as once:
            if not once.answered:
                now = clock.now()
                made = await ask(
                    tx,
                    practice,
                    id=uuid4(),
                    body=body.body,
                    case_id=body.case_id,
                    follows=body.follows,
                    form=body.form,
                    happened_at=body.happened_at or now,
                    by=officer(caller),
                    now=now,
                )
                once.answer(201, _request(made), location=f"/v1/requests/{made.id}")
        return once.response()

    @router.post("/v1/requests/{request_id}/steps", status_code=201)
    async def new_step(request_id: UUID, body: NewStep, caller: CurrentCaller, key: IdempotencyKey) -> Response:
        """Record what happened to a request: telephoned, written, decided, declined, ended."""
        route = f"POST /v1/requests/{request_id}/steps"
        async with db.transaction() as tx, idempotent(tx, caller, route, key, body) as once:
            if not once.answered:
                now = clock.now()
                found = await take_step(
                    tx,
                    practice,
                    request_id=request_id,
                    step=body.step,
                    happened_at=body.happened_at or now,
                    reference=body.reference,
                    form=body.form,
                    by=officer(caller),
                    now=now,
                )
                once.answer(201, _request(found))
        return once.response()

    @router.post("/v1/escalations/{escalation_id}/decision", status_code=201)
    async def decided(
        escalation_id: UUID, body: NewSocialCareDecision, webhook_id: Annotated[str, Header(max_length=200)]
    ) -> Response:
        """Social care's system says what it has decided. The same webhook-id, however often, is one call."""
        route = f"POST /v1/escalations/{escalation_id}/decision"
        async with db.transaction() as tx, idempotent(tx, "social-care", route, webhook_id, body) as once:
            if not once.answered:
                now = clock.now()
                found = await take_step(
                    tx,
                    practice,
                    request_id=escalation_id,
                    step=body.decision,
                    happened_at=now,
                    reference=body.their_reference,
                    form={"reasons": body.reasons} if body.reasons else {},
                    by=None,
                    now=now,
                )
                once.answer(201, {"escalation_id": str(found.id), "stands": found.stands})
        return once.response()

    return router


def _body(row: Body) -> dict[str, Any]:
    return {
        "body": row.code,
        "by_escalation": row.by_escalation,
        "follows": row.follows,
        "source": row.source,
        "steps": [
            {
                "step": step.code,
                "asks": sorted(step.asks),
                "needs": sorted(step.needs),
                "reference": step.reference,
                "closes": step.closes,
            }
            for step in row.steps.values()
        ],
    }


def _request(one: Request) -> dict[str, Any]:
    return {
        "request_id": str(one.id),
        "body": one.body,
        "case_id": plain(one.case_id),
        "follows": plain(one.follows),
        "made_at": plain(one.made_at),
        "stands": one.stands,
        "ended_at": plain(one.ended_at),
    }


def _steps(one: Request) -> list[dict[str, Any]]:
    return [
        {
            "step": step.step,
            "happened_at": plain(step.happened_at),
            "recorded_at": plain(step.recorded_at),
            "recorded_by": plain(step.by),
            "reference": step.reference,
            "form": step.form,
        }
        for step in one.steps
    ]
