"""Children and officers over HTTP: what a record shows, and joining and separating records."""

from __future__ import annotations

from uuid import UUID, uuid4

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict

from cme_bus.database import Database
from cme_calendars import local_date
from cme_register.adapters import reading
from cme_register.adapters.postgres import RegisterTx
from cme_register.application import joining, separating, taking_out
from cme_register.application.rules import Rules
from cme_register.entrypoints.officer import officer_of
from cme_timers import BusinessClock
from cme_web.idempotency import IdempotencyKey, idempotent
from cme_web.problems import NotVisible
from cme_web.tokens import CurrentCaller


class Join(BaseModel):
    """Which record is no longer shown by itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    absorbed_child_id: UUID


class TakeOut(BaseModel):
    """Which submission is about another child."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    submission_id: UUID


class Separate(BaseModel):
    """Which record stands by itself again."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    restored_child_id: UUID


def children_api(db: Database[RegisterTx], clock: BusinessClock, rules: Rules) -> APIRouter:
    """The routes of children and officers."""
    router = APIRouter()

    @router.get("/v1/children/{child_id}")
    async def show_child(child_id: UUID) -> reading.View:
        """A child, and whom else the record may be about. Of an absorbed record, the one that absorbed it."""
        found = await reading.child_page(db.pool, child_id, local_date(clock.now()))
        if found is None:
            raise NotVisible
        return found

    @router.get("/v1/officers")
    async def list_officers() -> reading.View:
        """Every officer, their load, and when they are away."""
        return {"items": await reading.officers(db.pool, local_date(clock.now()))}

    @router.post("/v1/children/{child_id}/join")
    async def join(child_id: UUID, body: Join, caller: CurrentCaller, key: IdempotencyKey) -> Response:
        """Two records are one child."""
        by, route = officer_of(caller), f"POST /v1/children/{child_id}/join"
        async with db.transaction() as tx, idempotent(tx, caller, route, key, body) as once:
            if not once.answered:
                await joining.join(tx, child_id, body.absorbed_child_id, rules, by=by, at=clock.now(), new_id=uuid4)
                once.answer(200, {"child_id": str(child_id)})
        return once.response()

    @router.post("/v1/children/{child_id}/separate")
    async def separate(child_id: UUID, body: Separate, caller: CurrentCaller, key: IdempotencyKey) -> Response:
        """They are not: what is the other record's goes back to it."""
        by, route = officer_of(caller), f"POST /v1/children/{child_id}/separate"
        async with db.transaction() as tx, idempotent(tx, caller, route, key, body) as once:
            if not once.answered:
                await separating.separate(
                    tx, child_id, body.restored_child_id, rules, by=by, at=clock.now(), new_id=uuid4
                )
                once.answer(200, {"child_id": str(child_id), "restored_child_id": str(body.restored_child_id)})
        return once.response()

    @router.post("/v1/children/{child_id}/take-out")
    async def take_out(child_id: UUID, body: TakeOut, caller: CurrentCaller, key: IdempotencyKey) -> Response:
        """A submission that joined this child by itself is about another: it gets a record of its own, with its corrections."""
        by, route, sent = officer_of(caller), f"POST /v1/children/{child_id}/take-out", body.submission_id
        async with db.transaction() as tx, idempotent(tx, caller, route, key, body) as once:
            if not once.answered:
                own = await taking_out.take_out(tx, child_id, sent, rules, by=by, at=clock.now(), new_id=uuid4)
                once.answer(200, {"child_id": str(child_id), "new_child_id": str(own)})
        return once.response()

    return router
