"""The HTTP API: reads a request, calls one use case, answers."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import JSONResponse

from cme_bus.database import Database
from cme_calendars import local_date
from cme_safeguarding.adapters.postgres import SafeguardingTx
from cme_safeguarding.application import answer, read
from cme_safeguarding.application.codes import words
from cme_safeguarding.application.confirm import confirm
from cme_safeguarding.application.decide import decide
from cme_safeguarding.application.escalate import escalate
from cme_safeguarding.application.ports import Practice, Shown
from cme_safeguarding.application.veiling import veil
from cme_safeguarding.domain.escalation import Escalation
from cme_safeguarding.entrypoints import answers
from cme_safeguarding.entrypoints.bodies import bodies_api
from cme_safeguarding.entrypoints.markers import markers_api
from cme_safeguarding.entrypoints.requests import NewAcknowledgement, NewConfirmation, NewDecision, NewEscalation
from cme_safeguarding.entrypoints.seen import Seen, etag, version_of
from cme_safeguarding.entrypoints.who import officer, reader
from cme_timers import BusinessClock
from cme_web.idempotency import IdempotencyKey, idempotent
from cme_web.paging import CurrentPage, instant, number
from cme_web.tokens import CurrentCaller


def api(db: Database[SafeguardingTx], clock: BusinessClock, practice: Practice) -> list[APIRouter]:
    """Every endpoint of the access table."""
    return [
        _considerations(db, clock, practice),
        _escalations(db, clock, practice),
        _acknowledgement(db, clock, practice),
        bodies_api(db, clock, practice),
        _children(db, clock, practice),
        markers_api(db, clock, practice),
    ]


def _considerations(db: Database[SafeguardingTx], clock: BusinessClock, practice: Practice) -> APIRouter:
    router = APIRouter()

    @router.get("/v1/factors")
    async def published_factors() -> Response:
        """The published factors in force today: what each weighs and why."""
        rows = practice.factors.in_force(local_date(clock.now()))
        return JSONResponse({"items": [answers.rule(row) for row in rows]})

    @router.get("/v1/considerations")
    async def queue(
        request: Request,
        caller: CurrentCaller,
        page: CurrentPage,
        case_id: UUID | None = None,
        child_id: UUID | None = None,
        undecided: bool = False,
    ) -> Response:
        """Considerations, the most urgent first, then the oldest. The reading is written down."""
        async with db.transaction() as tx:
            rows = await read.considerations(
                tx,
                reader(caller, practice, clock.now()),
                case_id=case_id,
                child_id=child_id,
                undecided=undecided,
                after=page.seen(number, instant, UUID),  # urgency, instant, id
                limit=page.limit + 1,
            )
        return page.response(
            request, rows, show=lambda one: answers.consideration(one, practice.factors), place=answers.place
        )

    @router.get("/v1/considerations/{consideration_id}")
    async def one_consideration(consideration_id: UUID, caller: CurrentCaller) -> Response:
        """One consideration; its ETag is the version of all that is known of the child. The reading is written down."""
        async with db.transaction() as tx:
            found = await read.consideration(tx, reader(caller, practice, clock.now()), consideration_id)
        return JSONResponse(answers.consideration(found, practice.factors), headers={"ETag": etag(found.version)})

    @router.post("/v1/considerations/{consideration_id}/decision", status_code=201)
    async def decision(
        consideration_id: UUID, body: NewDecision, caller: CurrentCaller, key: IdempotencyKey, seen: Seen = None
    ) -> Response:
        """Decide. `escalate` refers the child in the same step; the answer names the escalation."""
        route = f"POST /v1/considerations/{consideration_id}/decision"
        async with db.transaction() as tx, idempotent(tx, caller, route, key, body) as once:
            if not once.answered:
                decided, referral = await decide(
                    tx,
                    practice,
                    consideration_id=consideration_id,
                    decision=body.decision,
                    reasons=tuple(body.reasons),
                    terms=body.terms(),
                    factors=words(body.factors),
                    escalation_id=uuid4(),
                    seen=version_of(seen),
                    by=officer(caller),
                    now=clock.now(),
                )
                escalation_id = str(referral.escalation.id) if referral else None
                once.answer(
                    201,
                    {
                        "consideration_id": str(decided.id),
                        "recommendation": decided.recommendation,
                        "decision": decided.decision,
                        "escalation_id": escalation_id,
                    },
                )
        return once.response()

    return router


def _escalations(db: Database[SafeguardingTx], clock: BusinessClock, practice: Practice) -> APIRouter:
    router = APIRouter()

    @router.post("/v1/escalations", status_code=201)
    async def refer(body: NewEscalation, caller: CurrentCaller, key: IdempotencyKey) -> Response:
        """Refer the child of a case to children's social care. 200 where that confirms what a rule did already."""
        async with db.transaction() as tx, idempotent(tx, caller, "POST /v1/escalations", key, body) as once:
            if not once.answered:
                sent = words(body.factors)
                referral = await escalate(
                    tx,
                    practice,
                    id=uuid4(),
                    case_id=body.case_id,
                    factors=sent,
                    terms=body.terms(),
                    again=body.again(),
                    by=officer(caller),
                    now=clock.now(),
                )
                told = referral.escalation
                hidden = await veil(tx, reader(caller, practice, clock.now()), told.subject)
                made = _made(Shown(told, None, veil=hidden.lifted(sent)))
                once.answer(201 if referral.made else 200, made, location=f"/v1/escalations/{told.id}")
        return once.response()

    @router.get("/v1/escalations")
    async def of_case(caller: CurrentCaller, case_id: Annotated[UUID, Query()]) -> Response:
        """The escalations of a case, oldest first. The reading is written down."""
        async with db.transaction() as tx:
            rows = await read.escalations(tx, reader(caller, practice, clock.now()), case_id)
        return JSONResponse({"items": [answers.escalation(one) for one in rows]})

    @router.get("/v1/escalations/{escalation_id}")
    async def one(escalation_id: UUID, caller: CurrentCaller) -> Response:
        """One escalation. The reading is written down."""
        async with db.transaction() as tx:
            found = await read.escalation(tx, reader(caller, practice, clock.now()), escalation_id)
        return JSONResponse(answers.escalation(found))

    @router.post("/v1/escalations/{escalation_id}/confirmation", status_code=201)
    async def confirmation(
        escalation_id: UUID, body: NewConfirmation, caller: CurrentCaller, key: IdempotencyKey
    ) -> Response:
        """Confirm what a rule did at once, or take it back."""
        route = f"POST /v1/escalations/{escalation_id}/confirmation"
        async with db.transaction() as tx, idempotent(tx, caller, route, key, body) as once:
            if not once.answered:
                found = await confirm(
                    tx,
                    practice,
                    escalation_id=escalation_id,
                    confirmed=body.confirmed,
                    by=officer(caller),
                    now=clock.now(),
                )
                once.answer(201, {"escalation_id": str(found.id), "state": found.state, "confirmed": found.confirmed})
        return once.response()

    return router


def _acknowledgement(db: Database[SafeguardingTx], clock: BusinessClock, practice: Practice) -> APIRouter:
    router = APIRouter()

    @router.post("/v1/escalations/{escalation_id}/acknowledgement", status_code=201)
    async def acknowledged(
        escalation_id: UUID, body: NewAcknowledgement, webhook_id: Annotated[str, Header(max_length=200)]
    ) -> Response:
        """Social care's system says that it has the escalation. The same webhook-id, however often, is one call."""
        route = f"POST /v1/escalations/{escalation_id}/acknowledgement"
        async with db.transaction() as tx, idempotent(tx, "social-care", route, webhook_id, body) as once:
            if not once.answered:
                found = await answer.acknowledge(
                    tx, practice, escalation_id=escalation_id, their_reference=body.their_reference, now=clock.now()
                )
                once.answer(
                    201,
                    {
                        "escalation_id": str(found.id),
                        "state": found.state,
                        "their_reference": found.their_reference,
                        "on_time": found.on_time,
                    },
                )
        return once.response()

    return router


def _children(db: Database[SafeguardingTx], clock: BusinessClock, practice: Practice) -> APIRouter:
    router = APIRouter()

    @router.get("/v1/children/{child_id}/chronology")
    async def chronology(child_id: UUID, caller: CurrentCaller) -> Response:
        """What happened to a child, in order. The reading is written down."""
        async with db.transaction() as tx:
            lines = await read.chronology(tx, reader(caller, practice, clock.now()), child_id)
        return JSONResponse(
            {"items": [{"at": line["at"].isoformat(), "what": line["what"], **line["detail"]} for line in lines]}
        )

    @router.get("/v1/children/{child_id}/accesses")
    async def accesses(request: Request, child_id: UUID, caller: CurrentCaller, page: CurrentPage) -> Response:
        """Who was shown what of a child, the latest first. Asking is written down too."""
        (before,) = page.seen(number) or (None,)
        async with db.transaction() as tx:
            rows = await read.accesses(tx, caller.subject, child_id, before=before, limit=page.limit + 1)
        return page.response(
            request,
            rows,
            show=lambda row: {"who": row["who"], "what": row["what"], "at": row["at"].isoformat()},
            place=lambda row: (str(row["id"]),),
        )

    @router.get("/v1/children/{child_id}/reports")
    async def reports(child_id: UUID, caller: CurrentCaller) -> Response:
        """Whom reports of concern described. Restricted; the reading is written down."""
        async with db.transaction() as tx:
            found = await read.reported_children(tx, caller.subject, child_id)
        return JSONResponse(
            {
                "items": [
                    {
                        "submission_id": str(id_),
                        "received_at": at.isoformat(),
                        "child": child and child.model_dump(mode="json"),
                    }
                    for id_, at, child in found
                ]
            }
        )

    @router.get("/v1/children/{child_id}/confidential-addresses")
    async def confidential_addresses(child_id: UUID, caller: CurrentCaller) -> Response:
        """Addresses, and ways to reach a parent, that were marked confidential. Restricted; the reading is written down."""
        async with db.transaction() as tx:
            found = await read.confidential_addresses(tx, caller.subject, child_id)
        return JSONResponse({"items": [answers.confidential(*one) for one in found]})

    @router.get("/v1/children/{child_id}/encompass-notices")
    async def encompass_notices(child_id: UUID, caller: CurrentCaller) -> Response:
        """What the police have told about a child (Operation Encompass). Restricted; the reading is written down."""
        async with db.transaction() as tx:
            found = await read.encompass_notices(tx, caller.subject, child_id)
        return JSONResponse({"items": [answers.notice(one) for one in found]})

    return router


def _made(escalation: Shown[Escalation]) -> dict[str, object]:
    """Ids, codes and dates: this answer is kept for whoever repeats the request, so no reasons are in it."""
    shown = answers.escalation(escalation)
    kept = (
        "escalation_id",
        "case_id",
        "state",
        "factors",
        "decided_by",
        "rule",
        "to_be_confirmed",
        "consent",
        "escalated_at",
        "answer_due_on",
        "answer_due_at",
    )
    return {name: shown[name] for name in kept}
