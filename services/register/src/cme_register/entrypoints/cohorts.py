"""Cohorts over HTTP: who was to start in a September, and what a school says of who came."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Self
from uuid import UUID, uuid4

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field, model_validator

from cme_bus.database import Database
from cme_calendars import local_date
from cme_register.adapters import reading_cohorts
from cme_register.adapters.cohorts import PgCohorts
from cme_register.adapters.postgres import RegisterTx
from cme_register.application import cohorts
from cme_register.application.ports_cohorts import Reported
from cme_register.application.rules import Rules
from cme_register.domain.cohort import Came, Cohort, Intake
from cme_register.entrypoints.acting import Acting
from cme_register.entrypoints.bodies import Body, Day
from cme_register.entrypoints.versions import IF_MATCH, changed_by, changed_meanwhile, unreadable, written
from cme_register.entrypoints.views import answers
from cme_register.entrypoints.views.children import CohortList, CohortPage
from cme_register.entrypoints.views.done import CohortReported
from cme_timers import BusinessClock
from cme_web.idempotency import IdempotencyKey
from cme_web.problems import NotVisible, Wrong
from cme_web.tokens import CurrentCaller

September = Annotated[int, Path(ge=2000, le=2100, description="The year in whose September the children start.")]
ETAG = re.compile(r'(?:W/)?"?(([0-9]{1,18})\.([0-9]{1,9})\.[0-9a-f]{16})"?')
SeenCohort = Annotated[str | None, written(ETAG), IF_MATCH]
School = Annotated[str, Path(pattern="^[0-9]{6}$", description="The school's unique reference number: six figures.")]


class Absent(Body):
    """A child who did not arrive."""

    child_id: UUID
    on_roll: bool | None = Field(
        default=None, strict=True, description="true: the school has entered the name, so it is an on-roll enquiry."
    )


class Report(Body):
    """What a school says of its expected starters, once its own enquiries are done."""

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
    act = Acting(db)

    @router.get("/v1/cohorts", responses=answers(CohortList))
    async def list_cohorts(
        september: Annotated[int, Query(ge=2000, le=2100, description="The year.")],
        intake: Annotated[Intake | None, Query(description="Left out: both.")] = None,
        school_urn: Annotated[str | None, Query(pattern="^[0-9]{6}$", description="Left out: every school.")] = None,
    ) -> reading_cohorts.View:
        """How the cohorts of one September stand: who was expected, who came, and which reports are overdue."""
        today = local_date(clock.now())
        return {"items": await reading_cohorts.cohorts_of(db.pool, september, intake, school_urn, rules, today)}

    @router.get("/v1/cohorts/{september}/{intake}/{school_urn}", responses=answers(CohortPage))
    async def show_cohort(
        september: September, intake: Intake, school_urn: School, response: Response
    ) -> reading_cohorts.View:
        """The children of one cohort, those who did not arrive first. Its ETag is for the school's report."""
        cohort = Cohort(school_urn, september, intake)
        async with db.pool.acquire() as conn:
            response.headers["ETag"] = _etag(await PgCohorts(conn).reported(cohort))
        children = await reading_cohorts.cohort_page(db.pool, cohort)
        if not children:
            raise NotVisible
        return {"school_urn": school_urn, "september": september, "intake": intake, "children": children}

    @router.post("/v1/cohorts/{september}/{intake}/{school_urn}/report", responses=answers(CohortReported))
    async def report_cohort(
        september: September,
        intake: Intake,
        school_urn: School,
        body: Report,
        caller: CurrentCaller,
        key: IdempotencyKey,
        seen: SeenCohort = None,
    ) -> Response:
        """Record who did not arrive: each becomes an on-roll enquiry or a missing child; the others receive education."""
        cohort = Cohort(school_urn, september, intake)
        if not await reading_cohorts.known(db.pool, cohort):
            raise NotVisible

        async def do(tx: RegisterTx, by: UUID) -> dict[str, Any]:
            if seen is not None:
                await _not_over_others(tx, cohort, seen, body)
            cases = await cohorts.report(
                tx, cohort, {one.child_id: one.on_roll for one in body.did_not_arrive}, rules,
                others_arrived=body.others_arrived, reported_on=body.reported_on, by=by, at=clock.now(), new_id=uuid4,
            )  # fmt: skip
            items = [
                {"child_id": str(child), "case_id": str(case_id) if case_id else None}
                for child, case_id in cases.items()
            ]
            return {"did_not_arrive": items}

        path = f"/v1/cohorts/{september}/{intake}/{school_urn}/report"
        return await act.once(f"POST {path}", body, caller, key, do)

    return router


def _etag(known: Sequence[Reported]) -> str:
    """What a cohort looks like: when somebody last said something of it, of how many, and a digest of what is known of whom."""
    stands = "\n".join(f"{one.child_id} {one.came} {one.on_roll}" for one in known)
    latest = max((_instant(one) for one in known), default=0)
    return f'"{latest}.{len(known)}.{hashlib.sha256(stands.encode()).hexdigest()[:16]}"'


def _instant(one: Reported) -> int:
    """Microseconds; 0 where nobody has said anything."""
    return (one.at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) if one.at else 0


async def _not_over_others(tx: RegisterTx, cohort: Cohort, seen: str, body: Report) -> None:
    """Raises `Problem` 412 where a child of whom something was said since would become something else, or was not listed then."""
    found = ETAG.fullmatch(seen.strip())
    if seen.strip() == "*":
        return
    if found is None:
        raise unreadable()
    await tx.children.lock({one.record_id for one in await tx.cohorts.of_cohort(cohort)})
    known = await tx.cohorts.reported(cohort)
    if f'"{found[1]}"' == (now := _etag(known)):
        return
    changed = [one for one in known if _instant(one) > int(found[2])]
    absent = {one.child_id: one.on_roll for one in body.did_not_arrive}

    def overturned(one: Reported) -> bool:
        if one.child_id in absent:
            return (one.came, one.on_roll) != (Came.DID_NOT_ARRIVE, absent[one.child_id])
        return body.others_arrived and one.came is not Came.ARRIVED

    faults = [
        changed_by(f"children.{one.child_id}", one.by, one.office, one.came) for one in changed if overturned(one)
    ]
    if faults or not changed or len(known) != int(found[3]):
        raise changed_meanwhile(faults, now)
