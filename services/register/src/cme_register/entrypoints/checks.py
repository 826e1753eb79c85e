"""Checks over HTTP: which there are, asking, answers, waivers, the ledger, and what finds children."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

from fastapi import APIRouter, Query, Response
from pydantic import Field

from cme_bus.database import Database
from cme_calendars import end_of_day
from cme_contracts.codes_work import ContactMethod
from cme_register.adapters import reading_work
from cme_register.adapters.postgres import RegisterTx
from cme_register.adapters.reading import View
from cme_register.application import checks
from cme_register.application.rules import Rules
from cme_register.application.work import note_beside
from cme_register.domain.checks import Result, WaiverReason
from cme_register.domain.codes import Role
from cme_register.entrypoints.acting import Acting
from cme_register.entrypoints.bodies import Body, Code, Instant, Text, Words, found
from cme_timers import BusinessClock
from cme_web.idempotency import IdempotencyKey
from cme_web.tokens import Caller, CurrentCaller

How = Literal["telephone", "text", "email", "letter", "home_visit", "meeting", "other"]


class NewCheck(Body):
    """What is asked of another body."""

    check: Code
    how: How
    legal_gateway: Text | None = Field(
        default=None, description="The power by which the body may answer; needed where the catalogue says `gateway`."
    )


class Evidence(Body):
    """Where the proof of an answer is kept."""

    kind: Literal["letter", "email", "telephone_note", "official_record", "form", "photograph", "seen", "none"]
    reference: Text | None = Field(default=None, description="Of the council's records. Kept in the register alone.")


class NewAnswer(Body):
    """What a body has answered."""

    result: Result = Field(description="found: it says where the child is; record that with its proof at /located.")
    answered_at: Instant | None = Field(default=None, description="Of a visit, when it was made. Left out: now.")
    evidence: Evidence
    note: Words | None = Field(default=None, description="Kept as a note of the case.")


class NewWaiver(Body):
    """A check that is not made, or not waited for."""

    check: Code
    reason: WaiverReason
    note: Words | None = Field(default=None, description="Kept as a note of the case.")


def checks_api(db: Database[RegisterTx], clock: BusinessClock, rules: Rules) -> APIRouter:
    """The routes of checks."""
    router = APIRouter()
    act = Acting(db)

    @router.get("/v1/checks")
    async def list_checks() -> View:
        """The checks that can be asked for today: of whom, why it is lawful, and for which cases they are mandatory."""
        return {"items": reading_work.catalogue(rules, clock.now())}

    @router.get("/v1/checks/yield")
    async def show_yield(
        since: Annotated[date, Query(alias="from", description="The first day of asking.")],
        until: Annotated[date, Query(alias="to", description="The last one, included.")],
    ) -> View:
        """Which kinds of check find children: asked, answered, in time, found, and the median of working days."""
        items = await reading_work.yields(
            db.pool, rules, clock.now(), datetime.combine(since, time.min, UTC), end_of_day(until)
        )
        return {"items": items}

    @router.get("/v1/cases/{case_id}/checks")
    async def show_ledger(case_id: UUID) -> View:
        """What has been tried for the child, in order, by the council and by whoever referred them; and what is still to be done."""
        return found(await reading_work.ledger(db.pool, case_id, rules))

    @router.post("/v1/cases/{case_id}/checks")
    async def request_check(case_id: UUID, body: NewCheck, caller: CurrentCaller, key: IdempotencyKey) -> Response:
        """Ask a body, and start the clock of its answer."""

        async def do(tx: RegisterTx, by: UUID) -> dict[str, Any]:
            check_id = await checks.request_check(
                tx, case_id, body.check, rules, how=ContactMethod(body.how), gateway=body.legal_gateway, by=by,
                at=clock.now(), new_id=uuid4,
            )  # fmt: skip
            return {"check_id": str(check_id)}

        return await act("checks", case_id, body, caller, key, do)

    @router.post("/v1/cases/{case_id}/checks/{check_id}/answer")
    async def answer_check(
        case_id: UUID, check_id: UUID, body: NewAnswer, caller: CurrentCaller, key: IdempotencyKey
    ) -> Response:
        """Record what the body answered. It is taken whatever has become of the case."""

        async def do(tx: RegisterTx, by: UUID) -> dict[str, Any]:
            now = clock.now()
            await checks.answer_check(
                tx, case_id, check_id, body.result, rules,
                evidence=checks.Evidence(body.evidence.kind, body.evidence.reference),
                answered_at=body.answered_at or now, by=by, at=now, new_id=uuid4,
            )  # fmt: skip
            await note_beside(tx, case_id, check_id, body.note, note_id=uuid4(), by=by, at=now)
            return {"check_id": str(check_id)}

        return await act(f"checks/{check_id}/answer", case_id, body, caller, key, do)

    @router.post("/v1/cases/{case_id}/waived-checks")
    async def waive_check(case_id: UUID, body: NewWaiver, caller: CurrentCaller, key: IdempotencyKey) -> Response:
        """Decide, with a reason, that a check is not made or not waited for."""

        async def do(tx: RegisterTx, by: UUID) -> dict[str, Any]:
            now = clock.now()
            check_id = await checks.waive_check(
                tx, case_id, body.check, body.reason, rules, roles=_roles(caller), by=by, at=now, new_id=uuid4
            )
            await note_beside(tx, case_id, check_id, body.note, note_id=uuid4(), by=by, at=now)
            return {"check_id": str(check_id)}

        return await act("waived-checks", case_id, body, caller, key, do)

    return router


def _roles(caller: Caller) -> frozenset[Role]:
    return frozenset(role for role in Role if role.value in caller.roles)
