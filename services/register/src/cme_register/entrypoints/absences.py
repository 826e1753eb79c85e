"""Absences of officers over HTTP: who is away from when to when, and who covers."""

from __future__ import annotations

from typing import Self
from uuid import UUID, uuid4

from fastapi import APIRouter, Response
from pydantic import Field, model_validator

from cme_bus.database import Database
from cme_register.adapters.postgres import RegisterTx
from cme_register.application.absences import record_absence
from cme_register.domain.absence import Absence
from cme_register.entrypoints.acting import Acting
from cme_register.entrypoints.bodies import Body, Day
from cme_register.entrypoints.views import answers
from cme_register.entrypoints.views.done import AbsenceKept
from cme_timers import BusinessClock
from cme_web.idempotency import IdempotencyKey
from cme_web.problems import Wrong
from cme_web.tokens import CurrentCaller


class NewAbsence(Body):
    """An absence, or what has changed about the one that begins on this day."""

    first_day: Day = Field(alias="from", description="The first day of the absence.")
    last_day: Day | None = Field(default=None, alias="to", description="The last day. Left out: until further notice.")
    cover_id: UUID | None = Field(
        default=None, description="The Lead Officer who is warned meanwhile. Left out: nobody covers."
    )
    cancelled: bool = Field(default=False, strict=True, description="true: it does not take place after all.")

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.last_day is not None and self.last_day < self.first_day:
            raise Wrong("ends before it begins", "Give in `to` the last day of the absence, or leave it out.")
        return self


def absences_api(db: Database[RegisterTx], clock: BusinessClock) -> APIRouter:
    """The route of absences."""
    router = APIRouter()
    act = Acting(db)

    @router.post("/v1/officers/{officer_id}/absences", responses=answers(AbsenceKept))
    async def add_absence(officer_id: UUID, body: NewAbsence, caller: CurrentCaller, key: IdempotencyKey) -> Response:
        """Record when a Lead Officer is away: warnings go to whoever covers, new cases to those who are there."""
        absence = Absence(
            officer_id=officer_id, first_day=body.first_day, last_day=body.last_day, cover_id=body.cover_id,
            cancelled=body.cancelled,
        )  # fmt: skip

        async def do(tx: RegisterTx, by: UUID) -> dict[str, str]:
            await record_absence(tx, absence, absence_id=uuid4(), by=by, at=clock.now(), new_id=uuid4)
            return {"officer_id": str(officer_id)}

        return await act.once(f"POST /v1/officers/{officer_id}/absences", body, caller, key, do)

    return router
