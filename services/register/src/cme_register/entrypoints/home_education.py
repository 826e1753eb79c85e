"""Home education over HTTP: what the council decided about it."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Response
from pydantic import Field

from cme_bus.database import Database
from cme_register.adapters.postgres import RegisterTx
from cme_register.application.home_education import assess
from cme_register.application.rules import Rules
from cme_register.entrypoints.acting import Acting
from cme_register.entrypoints.bodies import Body, Day
from cme_register.entrypoints.versions import Seen
from cme_register.entrypoints.views import answers
from cme_register.entrypoints.views.done import AssessmentKept
from cme_timers import BusinessClock
from cme_web.idempotency import IdempotencyKey
from cme_web.tokens import CurrentCaller


class NewAssessment(Body):
    """Whether the education that a child receives at home is suitable (Education Act 1996 ss 7, 437)."""

    suitable: bool = Field(strict=True, description="false: the child is without a school place from decided_on on.")
    decided_on: Day


def home_education_api(db: Database[RegisterTx], clock: BusinessClock, rules: Rules) -> APIRouter:
    """The routes of home education."""
    router = APIRouter()
    act = Acting(db)

    @router.post("/v1/children/{child_id}/home-education", responses=answers(AssessmentKept))
    async def add_assessment(
        child_id: UUID, body: NewAssessment, caller: CurrentCaller, key: IdempotencyKey, seen: Seen = None
    ) -> Response:
        """Record whether a child's home education is suitable. Unsuitable: missing education from the day of the decision."""

        async def do(tx: RegisterTx, by: UUID) -> dict[str, Any]:
            assessment_id = uuid4()
            case_id = await assess(
                tx, child_id, rules, suitable=body.suitable, decided_on=body.decided_on,
                assessment_id=assessment_id, by=by, at=clock.now(), new_id=uuid4,
            )  # fmt: skip
            return {"assessment_id": str(assessment_id), "case_id": case_id and str(case_id)}

        return await act.on_child(
            "home-education",
            child_id,
            body,
            caller,
            key,
            do,
            seen=seen,
            fields={"home_education", "category", "status"},
        )

    return router
