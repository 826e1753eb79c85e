"""Cases over HTTP: the work list, a case's page, and what officers do with a case."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID, uuid4

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field
from pydantic_core import to_jsonable_python

from cme_bus.database import Database
from cme_register.adapters import reading
from cme_register.adapters.postgres import RegisterTx
from cme_register.adapters.reading_urgency import with_urgency
from cme_register.application import casework
from cme_register.application.rules import Rules
from cme_register.domain.codes import Proof, Stage, Status
from cme_register.entrypoints.acting import Acting
from cme_register.entrypoints.bodies import Body
from cme_register.entrypoints.translating import kind_and_category
from cme_register.entrypoints.versions import Seen, etag
from cme_timers import BusinessClock
from cme_web.idempotency import IdempotencyKey
from cme_web.paging import CurrentPage, instant, number
from cme_web.problems import NotVisible
from cme_web.tokens import CurrentCaller

NO_DEADLINE = "none"


class NewLeadOfficer(Body):
    """To whom a case is given."""

    officer_id: UUID


class NewCategory(Body):
    """What a case is (policy 3)."""

    category: Literal["missing", "without_school_place", "on_roll_enquiry"] = Field(
        description="on_roll_enquiry: the child is on a school's roll, so not missing education in law"
    )


class Located(Body):
    """The child has been found."""

    proof: Proof = Field(description="How that is known.")


def cases_api(db: Database[RegisterTx], clock: BusinessClock, rules: Rules) -> APIRouter:
    """The routes of cases."""
    router = APIRouter()
    act = Acting(db)

    @router.get("/v1/cases")
    async def list_cases(
        request: Request,
        page: CurrentPage,
        submission_id: Annotated[
            UUID | None, Query(description="The case of this submission, whatever its status.")
        ] = None,
        status: Annotated[Status, Query()] = Status.OPEN,
        stage: Annotated[
            Stage | None, Query(description="Open ones at this stage: worked on, about to close, or on review.")
        ] = None,
        met: Annotated[
            bool, Query(description="Closed ones about which something has arrived since: a person must look at it.")
        ] = False,
        officer_id: Annotated[UUID | Literal["unassigned"] | None, Query(description="Whose; or `unassigned`.")] = None,
    ) -> Response:
        """The work list: who needs somebody first, and why: by rating, then by the time that is left."""
        if submission_id is not None:
            found = await reading.case_of_submission(db.pool, submission_id)
        else:
            unassigned = officer_id == "unassigned"
            whose = officer_id if isinstance(officer_id, UUID) else None
            found = await reading.work_list(
                db.pool,
                reading.Filter(status, whose, unassigned, stage, met),
                after=page.seen(number, _deadline, UUID),
                limit=page.limit + 1,
            )
        rows = await with_urgency(db.pool, found, rules)
        return page.response(request, rows, show=to_jsonable_python, place=_place)

    @router.get("/v1/cases/{case_id}")
    async def show_case(case_id: UUID, response: Response) -> reading.View:
        """A case with its clocks and their ladders, submissions, escalations and chronology. Its ETag is its version."""
        found = await reading.case_page(db.pool, case_id, rules)
        if found is None:
            raise NotVisible
        response.headers["ETag"] = etag(found["version"])
        [whole] = await with_urgency(db.pool, [found], rules)
        return whole

    @router.post("/v1/cases/{case_id}/lead-officer")
    async def assign(
        case_id: UUID, body: NewLeadOfficer, caller: CurrentCaller, key: IdempotencyKey, seen: Seen = None
    ) -> Response:
        """Give the case to a Lead Officer."""

        async def do(tx: RegisterTx, by: UUID) -> None:
            await casework.assign(tx, case_id, body.officer_id, rules, by=by, at=clock.now(), new_id=uuid4)

        return await act(
            "lead-officer", case_id, body, caller, key, do, seen=seen, fields={"lead_officer_id", "status"}
        )

    @router.post("/v1/cases/{case_id}/category")
    async def recategorise(
        case_id: UUID, body: NewCategory, caller: CurrentCaller, key: IdempotencyKey, seen: Seen = None
    ) -> Response:
        """Say what the case is."""
        kind, category = kind_and_category(body.category)

        async def do(tx: RegisterTx, by: UUID) -> None:
            await casework.recategorise(tx, case_id, kind, category, rules, by=by, at=clock.now(), new_id=uuid4)

        return await act("category", case_id, body, caller, key, do, seen=seen, fields={"category", "status"})

    @router.post("/v1/cases/{case_id}/located")
    async def locate(
        case_id: UUID, body: Located, caller: CurrentCaller, key: IdempotencyKey, seen: Seen = None
    ) -> Response:
        """Record that the child was found."""

        async def do(tx: RegisterTx, by: UUID) -> None:
            await casework.locate(tx, case_id, body.proof, rules, by=by, at=clock.now(), new_id=uuid4)

        return await act("located", case_id, body, caller, key, do, seen=seen, fields={"located", "category", "status"})

    return router


def _deadline(text: str) -> datetime | None:
    return None if text == NO_DEADLINE else instant(text)


def _place(case: reading.View) -> tuple[str, str, str]:
    risk, due_at, case_id = reading.place(case)
    return str(int(risk)), due_at.isoformat() if due_at else NO_DEADLINE, str(case_id)
