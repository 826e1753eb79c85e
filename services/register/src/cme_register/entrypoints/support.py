"""Support offered to families, and whether it was taken up, over HTTP (policy 5.1)."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID, uuid4

from fastapi import APIRouter, Response
from pydantic import Field

from cme_bus.database import Database
from cme_calendars import local_date
from cme_contracts.codes_work import SupportAnswer
from cme_register.adapters import reading_work
from cme_register.adapters.postgres import RegisterTx
from cme_register.adapters.reading import View
from cme_register.application import work
from cme_register.application.ports_work import Offer
from cme_register.application.rules import Rules
from cme_register.entrypoints.acting import Acting
from cme_register.entrypoints.bodies import Body, Code, Day, Words, found
from cme_register.entrypoints.versions import Seen
from cme_register.entrypoints.views import answers
from cme_register.entrypoints.views.done import SupportDone
from cme_register.entrypoints.views.work import SupportTable, SupportView
from cme_timers import BusinessClock
from cme_web.idempotency import IdempotencyKey
from cme_web.tokens import CurrentCaller


class NewOffer(Body):
    """Help that a family was offered (policy 5.1)."""

    support: Code
    offered_on: Day
    note: Words | None = Field(default=None, description="Kept as a note of the case.")


class NewSupportAnswer(Body):
    """Whether it was taken up. A later answer stands for an earlier one."""

    answer: Literal["taken_up", "declined", "no_reply"]
    answered_on: Day


def support_api(db: Database[RegisterTx], clock: BusinessClock, rules: Rules) -> APIRouter:
    """The routes of support."""
    router = APIRouter()
    act = Acting(db)

    @router.get("/v1/cases/{case_id}/support", responses=answers(SupportView))
    async def show_support(case_id: UUID) -> View:
        """What the family was offered, and what it took up."""
        return found(await reading_work.support(db.pool, case_id))

    @router.get("/v1/support", responses=answers(SupportTable))
    async def list_support() -> View:
        """The help that families can be offered."""
        today = local_date(clock.now())
        rows = {row.code: row for row in rules.support if row.valid_from <= today}
        return {"items": [{"support": row.code, "label": row.label, "source": row.source} for row in rows.values()]}

    @router.post("/v1/cases/{case_id}/support", responses=answers(SupportDone))
    async def offer_support(
        case_id: UUID, body: NewOffer, caller: CurrentCaller, key: IdempotencyKey, seen: Seen = None
    ) -> Response:
        """Record help that the family was offered."""

        async def do(tx: RegisterTx, by: UUID) -> dict[str, Any]:
            now = clock.now()
            offer = Offer(
                id=uuid4(),
                case_id=case_id,
                record_id=case_id,
                support=body.support,
                offered_on=body.offered_on,
                offered_by=by,
            )
            await work.offer_support(tx, offer, rules, at=now, today=local_date(now))
            await work.note_beside(tx, case_id, offer.id, body.note, note_id=uuid4(), by=by, at=now)
            return {"support_id": str(offer.id)}

        return await act("support", case_id, body, caller, key, do, seen=seen, fields={"status"})

    @router.post("/v1/cases/{case_id}/support/{support_id}/answer", responses=answers(SupportDone))
    async def answer_support(
        case_id: UUID,
        support_id: UUID,
        body: NewSupportAnswer,
        caller: CurrentCaller,
        key: IdempotencyKey,
        seen: Seen = None,
    ) -> Response:
        """Record whether it was taken up."""

        async def do(tx: RegisterTx, by: UUID) -> dict[str, Any]:
            now = clock.now()
            await work.answer_support(
                tx,
                case_id,
                support_id,
                SupportAnswer(body.answer),
                body.answered_on,
                by=by,
                at=now,
                today=local_date(now),
            )
            return {"support_id": str(support_id)}

        what = f"support/{support_id}/answer"
        return await act(what, case_id, body, caller, key, do, seen=seen, fields={f"support.{support_id}"})

    return router
