"""Home education over HTTP: what the council decided about it."""

from __future__ import annotations

from uuid import UUID, uuid4

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from cme_bus.database import Database
from cme_register.adapters.postgres import RegisterTx
from cme_register.application.home_education import assess
from cme_register.application.rules import Rules
from cme_register.entrypoints.officer import officer_of
from cme_register.entrypoints.recording import Day
from cme_timers import BusinessClock
from cme_web.idempotency import IdempotencyKey, idempotent
from cme_web.tokens import CurrentCaller


class NewAssessment(BaseModel):
    """Whether the education that a child receives at home is suitable (Education Act 1996 ss 7, 437)."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        json_schema_extra={"examples": [{"suitable": False, "decided_on": "2026-12-07"}]},
    )

    suitable: bool = Field(strict=True, description="false: the child is without a school place from decided_on on.")
    decided_on: Day


def home_education_api(db: Database[RegisterTx], clock: BusinessClock, rules: Rules) -> APIRouter:
    """The routes of home education."""
    router = APIRouter()

    @router.post("/v1/children/{child_id}/home-education")
    async def add_assessment(
        child_id: UUID, body: NewAssessment, caller: CurrentCaller, key: IdempotencyKey
    ) -> Response:
        """Record whether a child's home education is suitable. Unsuitable: missing education from the day of the decision."""
        by, route, assessment_id = officer_of(caller), f"POST /v1/children/{child_id}/home-education", uuid4()
        async with db.transaction() as tx, idempotent(tx, caller, route, key, body) as once:
            if not once.answered:
                case_id = await assess(
                    tx, child_id, rules, suitable=body.suitable, decided_on=body.decided_on,
                    assessment_id=assessment_id, by=by, at=clock.now(), new_id=uuid4,
                )  # fmt: skip
                answer = {"child_id": str(child_id), "assessment_id": str(assessment_id)}
                once.answer(200, answer | {"case_id": str(case_id) if case_id else None})
        return once.response()

    return router
