"""Checks over HTTP: which there are, asking, answers, waivers, the ledger, and what finds children."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time
from typing import Annotated, Any, Literal, Self
from uuid import UUID, uuid4

from fastapi import APIRouter, Query, Response
from pydantic import Field, model_validator

from cme_bus.database import Database
from cme_calendars import end_of_day
from cme_contracts.codes_work import ContactMethod
from cme_register.adapters import reading_work
from cme_register.adapters.postgres import RegisterTx
from cme_register.adapters.reading import View
from cme_register.application import checks
from cme_register.application.rules import Rules
from cme_register.application.work import note_beside
from cme_register.domain.checks import CannotWaive, NoSuchCheck, Result, WaiverReason
from cme_register.domain.codes import Role
from cme_register.entrypoints.acting import Acting
from cme_register.entrypoints.answers import ANSWERS
from cme_register.entrypoints.bodies import Body, Code, Day, Instant, Text, Words, found
from cme_register.entrypoints.versions import Seen
from cme_register.entrypoints.views import answers
from cme_register.entrypoints.views.done import CheckDone, ChecksWaived
from cme_register.entrypoints.views.work import CheckCatalogue, Ledger, YieldList
from cme_timers import BusinessClock
from cme_web.idempotency import IdempotencyKey
from cme_web.problems import Fault, Problem, Wrong
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


class NewWaivers(Body):
    """Checks that are not made, or not waited for, all for one reason."""

    checks: Annotated[tuple[Code, ...], Field(min_length=1, max_length=50)] = Field(
        description="Each is waived by itself; where one cannot be, none is."
    )
    reason: WaiverReason
    note: Words | None = Field(default=None, description="Kept as a note of the case, once.")

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len(set(self.checks)) != len(self.checks):
            raise Wrong("names a check twice", "Name each check in checks once.")
        return self


def checks_api(db: Database[RegisterTx], clock: BusinessClock, rules: Rules) -> APIRouter:
    """The routes of checks."""
    router = APIRouter()
    act = Acting(db)

    @router.get("/v1/checks", responses=answers(CheckCatalogue))
    async def list_checks() -> View:
        """The checks that can be asked for today: of whom, why it is lawful, and for which cases they are mandatory."""
        return {"items": reading_work.catalogue(rules, clock.now())}

    @router.get("/v1/checks/yield", responses=answers(YieldList))
    async def show_yield(
        since: Annotated[Day, Query(alias="from", description="The first day of asking.")],
        until: Annotated[Day, Query(alias="to", description="The last one, included.")],
    ) -> View:
        """Which kinds of check find children: asked, answered, in time, found, and the median of working days."""
        items = await reading_work.yields(
            db.pool, rules, clock.now(), datetime.combine(since, time.min, UTC), end_of_day(until)
        )
        return {"items": items}

    @router.get("/v1/cases/{case_id}/checks", responses=answers(Ledger))
    async def show_ledger(case_id: UUID) -> View:
        """What has been tried for the child, in order, by the council and by whoever referred them; and what is still to be done."""
        return found(await reading_work.ledger(db.pool, case_id, rules))

    @router.post("/v1/cases/{case_id}/checks", responses=answers(CheckDone))
    async def request_check(
        case_id: UUID, body: NewCheck, caller: CurrentCaller, key: IdempotencyKey, seen: Seen = None
    ) -> Response:
        """Ask a body, and start the clock of its answer."""

        async def do(tx: RegisterTx, by: UUID) -> dict[str, Any]:
            check_id = await checks.request_check(
                tx, case_id, body.check, rules, how=ContactMethod(body.how), gateway=body.legal_gateway, by=by,
                at=clock.now(), new_id=uuid4,
            )  # fmt: skip
            return {"check_id": str(check_id)}

        fields = {f"checks.{body.check}", "status"}
        return await act("checks", case_id, body, caller, key, do, seen=seen, fields=fields)

    @router.post("/v1/cases/{case_id}/checks/{check_id}/answer", responses=answers(CheckDone))
    async def answer_check(
        case_id: UUID, check_id: UUID, body: NewAnswer, caller: CurrentCaller, key: IdempotencyKey, seen: Seen = None
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

        what = f"checks/{check_id}/answer"
        return await act(what, case_id, body, caller, key, do, seen=seen, fields={f"checks.{check_id}"})

    @router.post("/v1/cases/{case_id}/waived-checks", responses=answers(ChecksWaived))
    async def waive_checks(
        case_id: UUID, body: NewWaivers, caller: CurrentCaller, key: IdempotencyKey, seen: Seen = None
    ) -> Response:
        """Decide, with a reason, that checks are not made or not waited for: of a child who was found, all at once."""

        async def do(tx: RegisterTx, by: UUID) -> dict[str, Any]:
            now = clock.now()
            with _naming_each(body.checks):
                waived = await checks.waive_checks(
                    tx, case_id, body.checks, body.reason, rules, roles=_roles(caller), by=by, at=now, new_id=uuid4
                )
            [*_, last] = waived.values()
            about = last if len(waived) == 1 else None
            await note_beside(tx, case_id, about, body.note, note_id=uuid4(), by=by, at=now)
            return {"waived": [{"check": code, "check_id": str(id_)} for code, id_ in waived.items()]}

        fields = {"category", "status", *(f"checks.{code}" for code in body.checks)}
        return await act("waived-checks", case_id, body, caller, key, do, seen=seen, fields=fields)

    return router


@contextmanager
def _naming_each(codes: tuple[str, ...]) -> Iterator[None]:
    """What cannot be waived is named, all of it."""
    try:
        yield
    except CannotWaive as error:
        faults = [
            Fault(
                f"checks.{codes.index(code)}", ANSWERS[wrong.code].title, ANSWERS[wrong.code].detail, more={"code": wrong.code}
            )
            for code, wrong in error.wrong.items()
        ]  # fmt: skip
        unknown = any(wrong.code == NoSuchCheck.code for wrong in error.wrong.values())
        raise Problem(
            422 if unknown else 409, error.code, "Not all of these checks can be waived by you", "None was waived: mend what errors names.",
            errors=faults,
        ) from error  # fmt: skip


def _roles(caller: Caller) -> frozenset[Role]:
    return frozenset(role for role in Role if role.value in caller.roles)
