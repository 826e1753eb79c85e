"""Orders and consents over HTTP: an officer records what was decided about a child elsewhere."""

from __future__ import annotations

from typing import Annotated, Any, Self
from uuid import UUID, uuid4

from fastapi import APIRouter, Response
from pydantic import Field, model_validator

from cme_bus.database import Database
from cme_calendars import local_date
from cme_register.adapters.postgres import RegisterTx
from cme_register.application.recording import record_consent, record_order
from cme_register.domain.recorded import Consent, ConsentKind, Order
from cme_register.entrypoints.acting import Acting
from cme_register.entrypoints.bodies import Body, Day, Urn
from cme_register.entrypoints.versions import Seen
from cme_register.entrypoints.views import answers
from cme_register.entrypoints.views.done import ConsentKept, OrderKept
from cme_timers import BusinessClock
from cme_web.idempotency import IdempotencyKey
from cme_web.problems import Wrong
from cme_web.tokens import CurrentCaller


class NewOrder(Body):
    """A school attendance order, or what has changed about the one with this number."""

    order_number: Annotated[
        str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9/._-]{0,39}$", description="The council's; never the child's name.")
    ]
    school_urn: Urn
    in_force_from: Day = Field(alias="from", description="The first day on which it is in force.")
    in_force_to: Day | None = Field(
        default=None, alias="to", description="The last day. Left out: until further notice."
    )

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.in_force_to is not None and self.in_force_to < self.in_force_from:
            raise Wrong(
                "ends before it begins", "Give in `to` the last day on which the order is in force, or leave it out."
            )
        return self


class NewConsent(Body):
    """A decision of an authority, given or refused."""

    kind: ConsentKind = Field(
        description="joint_enquiries: the council's signature under the enquiries of grounds h and i."
    )
    given: bool = Field(strict=True, description="false: refused, or taken back.")
    decided_on: Day
    school_urn: Urn | None = Field(default=None, description="The school it is for. Left out: whichever asks.")


def recording_api(db: Database[RegisterTx], clock: BusinessClock) -> APIRouter:
    """The routes of orders and consents."""
    router = APIRouter()
    act = Acting(db)

    @router.post("/v1/children/{child_id}/orders", responses=answers(OrderKept))
    async def add_order(
        child_id: UUID, body: NewOrder, caller: CurrentCaller, key: IdempotencyKey, seen: Seen = None
    ) -> Response:
        """Record a school attendance order, or what has changed about it (Education Act 1996 s 437)."""
        order = Order(
            number=body.order_number,
            school_urn=body.school_urn,
            in_force_from=body.in_force_from,
            in_force_to=body.in_force_to,
        )

        async def do(tx: RegisterTx, by: UUID) -> dict[str, Any]:
            return {"order_id": str(await record_order(tx, child_id, order, order_id=uuid4(), by=by, at=clock.now()))}

        return await act.on_child("orders", child_id, body, caller, key, do, seen=seen, fields={"orders"})

    @router.post("/v1/children/{child_id}/consents", responses=answers(ConsentKept))
    async def add_consent(
        child_id: UUID, body: NewConsent, caller: CurrentCaller, key: IdempotencyKey, seen: Seen = None
    ) -> Response:
        """Record what an authority decided (regulation 9)."""
        consent = Consent(kind=body.kind, given=body.given, decided_on=body.decided_on, school_urn=body.school_urn)

        async def do(tx: RegisterTx, by: UUID) -> dict[str, Any]:
            consent_id, now = uuid4(), clock.now()
            await record_consent(tx, child_id, consent, consent_id=consent_id, by=by, at=now, today=local_date(now))
            return {"consent_id": str(consent_id)}

        return await act.on_child("consents", child_id, body, caller, key, do, seen=seen, fields={"consents"})

    return router
