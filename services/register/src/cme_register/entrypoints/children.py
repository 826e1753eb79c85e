"""Children and officers over HTTP: what a record shows, and joining and separating records."""

from __future__ import annotations

from uuid import UUID, uuid4

from fastapi import APIRouter, Response

from cme_bus.database import Database
from cme_calendars import local_date
from cme_register.adapters import reading
from cme_register.adapters.postgres import RegisterTx
from cme_register.application import joining, separating, taking_out
from cme_register.application.rules import Rules
from cme_register.entrypoints.acting import Acting
from cme_register.entrypoints.bodies import Body, found
from cme_register.entrypoints.versions import etag
from cme_register.entrypoints.views import answers
from cme_register.entrypoints.views.children import ChildPage, OfficerList
from cme_register.entrypoints.views.done import Joined, Separated, TakenOut
from cme_timers import BusinessClock
from cme_web.idempotency import IdempotencyKey
from cme_web.tokens import CurrentCaller


class Join(Body):
    """Which record is no longer shown by itself."""

    absorbed_child_id: UUID


class TakeOut(Body):
    """Which submission is about another child."""

    submission_id: UUID


class Separate(Body):
    """Which record stands by itself again."""

    restored_child_id: UUID


def children_api(db: Database[RegisterTx], clock: BusinessClock, rules: Rules) -> APIRouter:
    """The routes of children and officers."""
    router = APIRouter()
    act = Acting(db)

    @router.get("/v1/children/{child_id}", responses=answers(ChildPage))
    async def show_child(child_id: UUID, response: Response) -> reading.View:
        """A child, and whom else the record may be about. Of an absorbed record, the one that absorbed it.

        Its ETag is the version of their case, the open one or else the latest.
        """
        page = found(await reading.child_page(db.pool, child_id, local_date(clock.now())))
        if case := await reading.case_in_hand(db.pool, child_id):
            case_id, version = case
            response.headers["ETag"] = etag(version, case_id)
        return page

    @router.get("/v1/officers", responses=answers(OfficerList))
    async def list_officers() -> reading.View:
        """Every officer, their load, and when they are away."""
        return {"items": await reading.officers(db.pool, local_date(clock.now()))}

    @router.post("/v1/children/{child_id}/join", responses=answers(Joined))
    async def join(child_id: UUID, body: Join, caller: CurrentCaller, key: IdempotencyKey) -> Response:
        """Two records are one child."""

        async def do(tx: RegisterTx, by: UUID) -> dict[str, str]:
            await joining.join(tx, child_id, body.absorbed_child_id, rules, by=by, at=clock.now(), new_id=uuid4)
            return {"child_id": str(child_id)}

        return await act.once(f"POST /v1/children/{child_id}/join", body, caller, key, do)

    @router.post("/v1/children/{child_id}/separate", responses=answers(Separated))
    async def separate(child_id: UUID, body: Separate, caller: CurrentCaller, key: IdempotencyKey) -> Response:
        """They are not: what is the other record's goes back to it."""

        async def do(tx: RegisterTx, by: UUID) -> dict[str, str]:
            await separating.separate(tx, child_id, body.restored_child_id, rules, by=by, at=clock.now(), new_id=uuid4)
            return {"child_id": str(child_id), "restored_child_id": str(body.restored_child_id)}

        return await act.once(f"POST /v1/children/{child_id}/separate", body, caller, key, do)

    @router.post("/v1/children/{child_id}/take-out", responses=answers(TakenOut))
    async def take_out(child_id: UUID, body: TakeOut, caller: CurrentCaller, key: IdempotencyKey) -> Response:
        """A submission that joined this child by itself is about another: it gets a record of its own, with its corrections."""

        async def do(tx: RegisterTx, by: UUID) -> dict[str, str]:
            own = await taking_out.take_out(
                tx, child_id, body.submission_id, rules, by=by, at=clock.now(), new_id=uuid4
            )
            return {"child_id": str(child_id), "new_child_id": str(own)}

        return await act.once(f"POST /v1/children/{child_id}/take-out", body, caller, key, do)

    return router
