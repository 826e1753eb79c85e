"""Cohorts over HTTP: who was to start in a September, and what a school says of who came."""

from __future__ import annotations

from typing import Annotated, Self
from uuid import UUID, uuid4

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from cme_bus.database import Database
from cme_calendars import local_date
from cme_register.adapters import reading_cohorts
from cme_register.adapters.postgres import RegisterTx
from cme_register.application import cohorts
from cme_register.application.rules import Rules
from cme_register.domain.cohort import Cohort, Intake
from cme_register.entrypoints.officer import officer_of
from cme_register.entrypoints.recording import Day
from cme_timers import BusinessClock
from cme_web.idempotency import IdempotencyKey, idempotent
from cme_web.problems import NotVisible, Wrong
from cme_web.tokens import CurrentCaller

September = Annotated[int, Path(ge=2000, le=2100, description="The year in whose September the children start.")]
School = Annotated[str, Path(pattern="^[0-9]{6}$", description="The school's unique reference number: six figures.")]


class Absent(BaseModel):
    """A child who did not arrive."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    child_id: UUID
    on_roll: bool | None = Field(
        default=None, strict=True, description="true: the school has entered the name, so it is an on-roll enquiry."
    )


class Report(BaseModel):
    """What a school says of its expected starters, once its own enquiries are done."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "reported_on": "2027-09-10",
                    "did_not_arrive": [{"child_id": "49a337de-77de-5689-bad7-8f06bc94286c", "on_roll": False}],
                    "others_arrived": True,
                }
            ]
        },
    )

    reported_on: Day
    did_not_arrive: tuple[Absent, ...] = Field(default=(), max_length=1000)
    others_arrived: bool = Field(strict=True, description="true: everybody else who was expected has come.")

    @model_validator(mode="after")
    def _each_child_once(self) -> Self:
        if len({one.child_id for one in self.did_not_arrive}) != len(self.did_not_arrive):
            raise Wrong("names a child twice", "Name each child in did_not_arrive once.")
        return self


def cohorts_api(db: Database[RegisterTx], clock: BusinessClock, rules: Rules) -> APIRouter:
    """The routes of cohorts."""
    router = APIRouter()

    @router.get("/v1/cohorts")
    async def list_cohorts(
        september: Annotated[int, Query(ge=2000, le=2100, description="The year.")],
        intake: Annotated[Intake | None, Query(description="Left out: both.")] = None,
        school_urn: Annotated[str | None, Query(pattern="^[0-9]{6}$", description="Left out: every school.")] = None,
    ) -> reading_cohorts.View:
        """How the cohorts of one September stand: who was expected, who came, and which reports are overdue."""
        today = local_date(clock.now())
        return {"items": await reading_cohorts.cohorts_of(db.pool, september, intake, school_urn, rules, today)}

    @router.get("/v1/cohorts/{september}/{intake}/{school_urn}")
    async def show_cohort(september: September, intake: Intake, school_urn: School) -> reading_cohorts.View:
        """The children of one cohort, those who did not arrive first."""
        children = await reading_cohorts.cohort_page(db.pool, Cohort(school_urn, september, intake))
        if not children:
            raise NotVisible
        return {"school_urn": school_urn, "september": september, "intake": intake, "children": children}

    @router.post("/v1/cohorts/{september}/{intake}/{school_urn}/report")
    async def report_cohort(
        september: September,
        intake: Intake,
        school_urn: School,
        body: Report,
        caller: CurrentCaller,
        key: IdempotencyKey,
    ) -> Response:
        """Record who did not arrive: each becomes an on-roll enquiry or a missing child; the others receive education."""
        by, cohort, now = officer_of(caller), Cohort(school_urn, september, intake), clock.now()
        if not await reading_cohorts.known(db.pool, cohort):
            raise NotVisible
        route = f"POST /v1/cohorts/{september}/{intake}/{school_urn}/report"
        async with db.transaction() as tx, idempotent(tx, caller, route, key, body) as once:
            if not once.answered:
                cases = await cohorts.report(
                    tx, cohort, {one.child_id: one.on_roll for one in body.did_not_arrive}, rules,
                    others_arrived=body.others_arrived, reported_on=body.reported_on, by=by, at=now, new_id=uuid4,
                )  # fmt: skip
                items = [
                    {"child_id": str(child), "case_id": str(case_id) if case_id else None}
                    for child, case_id in cases.items()
                ]
                once.answer(200, {"did_not_arrive": items})
        return once.response()

    return router
