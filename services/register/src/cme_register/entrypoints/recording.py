"""Orders and consents over HTTP: an officer records what was decided about a child elsewhere."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Self
from uuid import UUID, uuid4

from fastapi import APIRouter, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from cme_bus.database import Database
from cme_calendars import local_date
from cme_register.adapters.postgres import RegisterTx
from cme_register.application.recording import record_consent, record_order
from cme_register.domain.recorded import Consent, ConsentKind, Order
from cme_register.entrypoints.officer import officer_of
from cme_timers import BusinessClock
from cme_web.idempotency import IdempotencyKey, idempotent
from cme_web.problems import Wrong
from cme_web.tokens import CurrentCaller


def _day(given: object) -> date:
    """A number would be read as seconds since 1970."""
    try:
        if isinstance(given, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", given):
            return date.fromisoformat(given)
    except ValueError:
        pass
    raise Wrong("is not a date", "Give it as YYYY-MM-DD.")


Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Urn = Annotated[
    str, Field(pattern="^[0-9]{6}$", description="Unique reference number of an establishment: six figures")
]


class NewOrder(BaseModel):
    """A school attendance order, or what has changed about the one with this number."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

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


class NewConsent(BaseModel):
    """A decision of an authority, given or refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    kind: ConsentKind = Field(
        description="joint_enquiries: the council's signature under the enquiries of grounds h and i."
    )
    given: bool = Field(strict=True, description="false: refused, or taken back.")
    decided_on: Day
    school_urn: Urn | None = Field(default=None, description="The school it is for. Left out: whichever asks.")


def recording_api(db: Database[RegisterTx], clock: BusinessClock) -> APIRouter:
    """The routes of orders and consents."""
    router = APIRouter()

    @router.post("/v1/children/{child_id}/orders")
    async def add_order(child_id: UUID, body: NewOrder, caller: CurrentCaller, key: IdempotencyKey) -> Response:
        """Record a school attendance order, or what has changed about it (Education Act 1996 s 437)."""
        by, route = officer_of(caller), f"POST /v1/children/{child_id}/orders"
        order = Order(
            number=body.order_number,
            school_urn=body.school_urn,
            in_force_from=body.in_force_from,
            in_force_to=body.in_force_to,
        )
        async with db.transaction() as tx, idempotent(tx, caller, route, key, body) as once:
            if not once.answered:
                order_id = await record_order(tx, child_id, order, order_id=uuid4(), by=by, at=clock.now())
                once.answer(200, {"child_id": str(child_id), "order_id": str(order_id)})
        return once.response()

    @router.post("/v1/children/{child_id}/consents")
    async def add_consent(child_id: UUID, body: NewConsent, caller: CurrentCaller, key: IdempotencyKey) -> Response:
        """Record what an authority decided (regulation 9)."""
        by, route, consent_id, now = officer_of(caller), f"POST /v1/children/{child_id}/consents", uuid4(), clock.now()
        consent = Consent(kind=body.kind, given=body.given, decided_on=body.decided_on, school_urn=body.school_urn)
        async with db.transaction() as tx, idempotent(tx, caller, route, key, body) as once:
            if not once.answered:
                await record_consent(tx, child_id, consent, consent_id=consent_id, by=by, at=now, today=local_date(now))
                once.answer(200, {"child_id": str(child_id), "consent_id": str(consent_id)})
        return once.response()

    return router
