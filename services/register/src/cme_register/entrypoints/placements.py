"""School places over HTTP: an officer records each step of one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID, uuid4

from fastapi import APIRouter, Response
from pydantic import Field, model_validator

from cme_bus.database import Database
from cme_register.adapters.postgres import RegisterTx
from cme_register.application import placing
from cme_register.application.rules import Rules
from cme_register.domain.placement import Step, Taken
from cme_register.entrypoints.acting import Acting
from cme_register.entrypoints.bodies import Body, Day, Urn
from cme_register.entrypoints.versions import Seen
from cme_register.entrypoints.views import answers
from cme_register.entrypoints.views.done import PlacementMade, StepTaken
from cme_timers import BusinessClock
from cme_web.idempotency import IdempotencyKey
from cme_web.problems import Wrong
from cme_web.tokens import CurrentCaller

La = Annotated[str, Field(pattern="^[0-9]{3}$", description="Code of the authority where the school is: three figures")]


class _Step(Body):
    """What both bodies have in common."""

    on: Day = Field(description="The day on which it happened, up to today.")
    school_urn: Urn | None = Field(default=None, description="Left out: the school that the placement has already.")
    school_la: La | None = Field(default=None, description="Given with school_urn: that school's days count.")

    @model_validator(mode="after")
    def _school_with_its_authority(self) -> Self:
        if (self.school_urn is None) != (self.school_la is None):
            raise Wrong("names half a school", "Give school_urn and school_la together, or neither.")
        return self


class NewPlacement(_Step):
    """A place is sought: by an application to a school, or by a Fair Access panel."""

    step: Literal[Step.APPLIED, Step.FAIR_ACCESS_REFERRED]

    @model_validator(mode="after")
    def _applied_to_a_school(self) -> Self:
        if self.step is Step.APPLIED and self.school_urn is None:
            raise Wrong("is an application to no school", "Give school_urn and school_la.")
        return self


class NextStep(_Step):
    """What happened next."""

    step: Literal[
        Step.OFFERED,
        Step.REFUSED,
        Step.FAIR_ACCESS_REFERRED,
        Step.SCHOOL_IDENTIFIED,
        Step.START_EXPECTED,
        Step.STARTED,
        Step.NO_SHOW,
        Step.WITHDRAWN,
    ] = Field(description="started: as the school has confirmed; its new pupil return says so too.")
    expected_on: Day | None = Field(default=None, description="With start_expected, and only then: the day.")

    @model_validator(mode="after")
    def _expected_with_its_day(self) -> Self:
        if (self.step is Step.START_EXPECTED) != (self.expected_on is not None):
            raise Wrong(
                "has an expected day without start_expected, or the other way round",
                "Give expected_on with start_expected, and with nothing else.",
            )
        return self


def placements_api(db: Database[RegisterTx], clock: BusinessClock, rules: Rules) -> APIRouter:
    """The routes of placements."""
    router = APIRouter()
    act = Acting(db)

    @router.post("/v1/children/{child_id}/placements", responses=answers(PlacementMade))
    async def seek_place(
        child_id: UUID, body: NewPlacement, caller: CurrentCaller, key: IdempotencyKey, seen: Seen = None
    ) -> Response:
        """Begin to seek a place. The child is without a school place until the school confirms that they have started."""

        async def do(tx: RegisterTx, by: UUID) -> dict[str, Any]:
            placement_id, now = uuid4(), clock.now()
            await placing.seek(
                tx, child_id, _taken(body, by, now), rules, placement_id=placement_id, school_urn=body.school_urn,
                school_la=body.school_la, at=now, new_id=uuid4,
            )  # fmt: skip
            return {"placement_id": str(placement_id)}

        return await act.on_child("placements", child_id, body, caller, key, do, seen=seen, fields={"status"})

    @router.post("/v1/placements/{placement_id}/steps", responses=answers(StepTaken))
    async def take_step(
        placement_id: UUID, body: NextStep, caller: CurrentCaller, key: IdempotencyKey, seen: Seen = None
    ) -> Response:
        """Record what happened next to a place."""

        async def whose(tx: RegisterTx) -> UUID | None:
            return await tx.placements.record_of(placement_id)

        async def do(tx: RegisterTx, by: UUID) -> dict[str, Any]:
            now = clock.now()
            child_id = await placing.step(
                tx, placement_id, _taken(body, by, now), rules, school_urn=body.school_urn,
                school_la=body.school_la, at=now, new_id=uuid4,
            )  # fmt: skip
            return {"child_id": str(child_id), "placement_id": str(placement_id), "stands": body.step.value}

        return await act.on_record(
            f"/v1/placements/{placement_id}/steps", whose, body, caller, key, do, seen=seen,
            fields={f"placements.{placement_id}"},
        )  # fmt: skip

    return router


def _taken(body: NewPlacement | NextStep, by: UUID, at: datetime) -> Taken:
    expected = body.expected_on if isinstance(body, NextStep) else None
    return Taken(step=body.step, on=body.on, expected_on=expected, recorded_by=by, recorded_at=at)
