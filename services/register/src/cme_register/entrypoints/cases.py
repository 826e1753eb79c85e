"""Cases over HTTP: the work list, a case's page, and what officers do with a case."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID, uuid4

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field
from pydantic_core import to_jsonable_python

from cme_bus.database import Database
from cme_calendars import end_of_day, local_date
from cme_register.adapters import reading
from cme_register.adapters.postgres import RegisterTx
from cme_register.adapters.reading_urgency import with_urgency
from cme_register.application import casework
from cme_register.application.rules import Rules
from cme_register.domain.codes import Category, Kind, Proof, Stage, Status
from cme_register.domain.risk import Risk
from cme_register.entrypoints.acting import Acting
from cme_register.entrypoints.bodies import Body, Day
from cme_register.entrypoints.officer import officer_of
from cme_register.entrypoints.translating import kind_and_category
from cme_register.entrypoints.versions import Seen, etag
from cme_register.entrypoints.views import answers
from cme_register.entrypoints.views.cases import CaseList, CasePage
from cme_register.entrypoints.views.done import CaseChanged
from cme_timers import BusinessClock
from cme_web.idempotency import IdempotencyKey
from cme_web.paging import CurrentPage, instant, number
from cme_web.problems import NotVisible
from cme_web.tokens import Caller, CurrentCaller

NO_DEADLINE = "none"


type AnyCategory = Literal["missing", "without_school_place", "on_roll_enquiry"]


class NewLeadOfficer(Body):
    """To whom a case is given."""

    officer_id: UUID


class NewCategory(Body):
    """What a case is (policy 3)."""

    category: AnyCategory = Field(
        description="on_roll_enquiry: the child is on a school's roll, so not missing education in law"
    )


class Located(Body):
    """The child has been found."""

    proof: Proof = Field(description="How that is known.")


def cases_api(db: Database[RegisterTx], clock: BusinessClock, rules: Rules) -> APIRouter:
    """The routes of cases."""
    router = APIRouter()
    act = Acting(db)

    async def whose(asked: UUID | str | None, caller: Caller) -> Collection[UUID] | None:
        if asked == "me":
            me = officer_of(caller)
            return [me, *await reading.covered_by(db.pool, me, local_date(clock.now()))]
        return [asked] if isinstance(asked, UUID) else None

    @router.get("/v1/cases", responses=answers(CaseList))
    async def list_cases(
        request: Request,
        caller: CurrentCaller,
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
        officer_id: Annotated[
            UUID | Literal["me", "unassigned"] | None,
            Query(
                description="Whose. `me`: yours, and those of whom you stand in for today. `unassigned`: the team's."
            ),
        ] = None,
        overdue: Annotated[bool, Query(description="Those of which a deadline is past and unmet.")] = False,
        due_by: Annotated[Day | None, Query(description="Those whose next date is this day or before.")] = None,
        rating: Annotated[Literal["red", "amber", "green"] | None, Query()] = None,
        category: Annotated[AnyCategory | None, Query(description="What the case is.")] = None,
    ) -> Response:
        """The work list: who needs somebody first, and why: by rating, then by the time that is left. Filters go together."""
        if submission_id is not None:
            found = await reading.case_of_submission(db.pool, submission_id)
        else:
            wanted = reading.Filter(
                status, await whose(officer_id, caller), unassigned=officer_id == "unassigned", stage=stage, met=met,
                overdue=overdue, due_by=end_of_day(due_by) if due_by else None,
                rating=Risk[rating.upper()] if rating else None, category=_what(category) if category else None,
            )  # fmt: skip
            found = await reading.work_list(
                db.pool,
                wanted,
                after=page.seen(number, _deadline, UUID),
                limit=page.limit + 1,
            )
        rows = await with_urgency(db.pool, found, rules)
        return page.response(request, rows, show=to_jsonable_python, place=_place)

    @router.get("/v1/cases/{case_id}", responses=answers(CasePage))
    async def show_case(case_id: UUID, response: Response) -> reading.View:
        """A case with its clocks and their ladders, submissions, escalations and chronology. Its ETag is its version."""
        found = await reading.case_page(db.pool, case_id, rules)
        if found is None:
            raise NotVisible
        response.headers["ETag"] = etag(found["version"])
        [whole] = await with_urgency(db.pool, [found], rules)
        return whole

    @router.post("/v1/cases/{case_id}/lead-officer", responses=answers(CaseChanged))
    async def assign(
        case_id: UUID, body: NewLeadOfficer, caller: CurrentCaller, key: IdempotencyKey, seen: Seen = None
    ) -> Response:
        """Give the case to a Lead Officer."""

        async def do(tx: RegisterTx, by: UUID) -> None:
            await casework.assign(tx, case_id, body.officer_id, rules, by=by, at=clock.now(), new_id=uuid4)

        return await act(
            "lead-officer", case_id, body, caller, key, do, seen=seen, fields={"lead_officer_id", "status"}
        )

    @router.post("/v1/cases/{case_id}/category", responses=answers(CaseChanged))
    async def recategorise(
        case_id: UUID, body: NewCategory, caller: CurrentCaller, key: IdempotencyKey, seen: Seen = None
    ) -> Response:
        """Say what the case is."""
        kind, category = kind_and_category(body.category)

        async def do(tx: RegisterTx, by: UUID) -> None:
            await casework.recategorise(tx, case_id, kind, category, rules, by=by, at=clock.now(), new_id=uuid4)

        return await act("category", case_id, body, caller, key, do, seen=seen, fields={"category", "status"})

    @router.post("/v1/cases/{case_id}/located", responses=answers(CaseChanged))
    async def locate(
        case_id: UUID, body: Located, caller: CurrentCaller, key: IdempotencyKey, seen: Seen = None
    ) -> Response:
        """Record that the child was found."""

        async def do(tx: RegisterTx, by: UUID) -> None:
            await casework.locate(tx, case_id, body.proof, rules, by=by, at=clock.now(), new_id=uuid4)

        return await act("located", case_id, body, caller, key, do, seen=seen, fields={"located", "category", "status"})

    return router


def _what(category: AnyCategory) -> Category | Kind:
    kind, category_ = kind_and_category(category)
    return category_ or kind


def _deadline(text: str) -> datetime | None:
    return None if text == NO_DEADLINE else instant(text)


def _place(case: reading.View) -> tuple[str, str, str]:
    risk, due_at, case_id = reading.place(case)
    return str(int(risk)), due_at.isoformat() if due_at else NO_DEADLINE, str(case_id)
