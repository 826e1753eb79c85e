"""How a case ends, over HTTP: what is considered, proposed, agreed and refused; and looking at a case again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Literal, Self
from uuid import UUID, uuid4

from fastapi import APIRouter, Response
from pydantic import ConfigDict, Field, StringConstraints, model_validator

from cme_bus.database import Database
from cme_register.adapters import reading_closures
from cme_register.adapters.postgres import RegisterTx
from cme_register.application import closing, considering, dormancy, reopening
from cme_register.application.closing import Ending
from cme_register.application.rules import Rules
from cme_register.domain.closure import Closure, ClosureNotReady, Unmet
from cme_register.domain.codes import ClosureRefusal, Outcome, Proof, Role, SignOff, Waking
from cme_register.entrypoints.acting import Acting
from cme_register.entrypoints.bodies import Body
from cme_register.entrypoints.versions import Seen
from cme_register.entrypoints.views import answers
from cme_register.entrypoints.views.cases import ClosurePage
from cme_register.entrypoints.views.done import CaseChanged, ClosureDone, ClosureRefused
from cme_timers import BusinessClock
from cme_web.idempotency import IdempotencyKey
from cme_web.problems import Fault, NotVisible, Problem, Wrong
from cme_web.tokens import Caller, CurrentCaller

MAY_AGREE: dict[str, frozenset[SignOff]] = {
    "lead_officer": frozenset({SignOff.SECOND_OFFICER}),
    "team_manager": frozenset({SignOff.SECOND_OFFICER, SignOff.TEAM_MANAGER}),
    "service_lead": frozenset({SignOff.SECOND_OFFICER, SignOff.TEAM_MANAGER}),
    "safeguarding": frozenset({SignOff.SAFEGUARDING}),
}
"""As whom each role agrees to a closure."""
DECIDES_BY = frozenset({"located", "category", "status", "stage"})
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=2000)]


class NewClosure(Body):
    """How a case ends."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "outcome": "on_roll_elsewhere",
                    "proof": "school_confirmed_in_writing",
                    "evidence": "letter of 2 December, file 14",
                }
            ]
        }
    )

    outcome: Outcome
    proof: Proof = Field(description="What shows that the outcome is true.")
    evidence: Text | None = Field(default=None, description="Where the proof is kept. It stays in the register.")


class Refusal(Body):
    """Why a case does not end as proposed."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"reason": "evidence_insufficient", "note": "the letter names no school"}]}
    )

    reason: Literal[
        "evidence_insufficient", "checks_incomplete", "safeguarding_question", "wrong_outcome", "taken_back", "other"
    ]
    note: Text | None = Field(default=None, description="What is to be done. It stays in the register.")

    @model_validator(mode="after")
    def _says_what(self) -> Self:
        if self.note is None and self.reason == "other":
            raise Wrong("needs a note", "Say in `note` why, so that whoever proposed it knows what to do.")
        return self


class Agreement(Body):
    """Somebody else agrees."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"closure_id": "0a6e2d55-6c1c-4b43-8f6a-5a3c2a1f9b11"}]})

    closure_id: UUID | None = Field(default=None, description="What you agree to. Left out: whatever is proposed now.")


class NewConsideration(Body):
    """What was considered, and with what result."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"of": "safeguarding", "reason": "health visitor has seen her; no concern"}]}
    )

    of: Literal["safeguarding", "sibling"]
    child_id: UUID | None = Field(default=None, description="sibling: which brother or sister, as the case shows them.")
    reason: Text = Field(description="With what result. It stays in the register.")

    @model_validator(mode="after")
    def _names_the_sibling(self) -> Self:
        if (self.of == "sibling") != (self.child_id is not None):
            raise Wrong("does not fit what was considered", "Give child_id for a sibling, and for nothing else.")
        return self


class NewReview(Body):
    """Somebody has looked at the case again."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"work_again": False}]})

    work_again: bool = Field(
        default=False, strict=True, description="true: a case that was on review is worked on again."
    )


class Reopening(Body):
    """Why a closed case is not over."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"reason": "did_not_start", "note": "the school rang: she never came"}]}
    )

    reason: Literal["did_not_start", "closed_in_error", "other"]
    note: Text = Field(description="What has come to light. It stays in the register.")


def closures_api(db: Database[RegisterTx], clock: BusinessClock, rules: Rules) -> APIRouter:
    """The routes by which a case ends, or is looked at again."""
    router = APIRouter()
    act = Acting(db)

    @router.get("/v1/cases/{case_id}/closure", responses=answers(ClosurePage))
    async def show_closure(case_id: UUID) -> dict[str, Any]:
        """Every closure that was proposed, who agreed, what was considered, and what is still to be done before one."""
        found = await reading_closures.closure_page(db.pool, case_id, rules)
        if found is None:
            raise NotVisible
        return found

    @router.post("/v1/cases/{case_id}/closure", responses=answers(ClosureDone))
    async def close(
        case_id: UUID, body: NewClosure, caller: CurrentCaller, key: IdempotencyKey, seen: Seen = None
    ) -> Response:
        """End the case; every referrer is told. Where the outcome asks for it, somebody else agrees first."""

        async def do(tx: RegisterTx, by: UUID) -> dict[str, Any]:
            ending = Ending(outcome=body.outcome, proof=body.proof, evidence=body.evidence)
            with _naming_all():
                return _answer(await closing.close(tx, case_id, ending, rules, by=by, at=clock.now(), new_id=uuid4))

        return await act("closure", case_id, body, caller, key, do, seen=seen, fields=DECIDES_BY)

    @router.post("/v1/cases/{case_id}/closure/agreement", responses=answers(ClosureDone))
    async def agree(
        case_id: UUID, body: Agreement, caller: CurrentCaller, key: IdempotencyKey, seen: Seen = None
    ) -> Response:
        """Agree to the closure that is proposed, as another person than who proposed it."""

        async def do(tx: RegisterTx, by: UUID) -> dict[str, Any]:
            with _naming_all():
                return _answer(
                    await closing.agree(
                        tx,
                        case_id,
                        _may(caller),
                        rules,
                        closure_id=body.closure_id,
                        by=by,
                        at=clock.now(),
                        new_id=uuid4,
                    )
                )

        return await act("closure/agreement", case_id, body, caller, key, do, seen=seen, fields=DECIDES_BY)

    @router.post("/v1/cases/{case_id}/closure/refusal", responses=answers(ClosureRefused))
    async def refuse(
        case_id: UUID, body: Refusal, caller: CurrentCaller, key: IdempotencyKey, seen: Seen = None
    ) -> Response:
        """Refuse the closure that is proposed, or take it back: the case is worked on as before."""

        async def do(tx: RegisterTx, by: UUID) -> dict[str, Any]:
            reason = ClosureRefusal(body.reason)
            closure = await closing.refuse(
                tx, case_id, reason, rules, note=body.note, by=by, at=clock.now(), new_id=uuid4
            )
            return {"closure_id": str(closure.id)}

        return await act("closure/refusal", case_id, body, caller, key, do, seen=seen, fields={"status", "stage"})

    @router.post("/v1/cases/{case_id}/considerations", responses=answers(CaseChanged))
    async def consider(case_id: UUID, body: NewConsideration, caller: CurrentCaller, key: IdempotencyKey) -> Response:
        """Record that safeguarding, or a brother or sister, was considered."""

        async def do(tx: RegisterTx, by: UUID) -> None:
            await considering.consider(tx, case_id, body.child_id, body.reason, id_=uuid4(), by=by, at=clock.now())

        return await act("considerations", case_id, body, caller, key, do)

    @router.post("/v1/cases/{case_id}/review", responses=answers(CaseChanged))
    async def review(
        case_id: UUID, body: NewReview, caller: CurrentCaller, key: IdempotencyKey, seen: Seen = None
    ) -> Response:
        """Say that the case was looked at: the next review is set. One that is on review may be worked on again."""
        role = Role.LEAD_OFFICER if "lead_officer" in caller.roles else Role.TEAM_MANAGER

        async def do(tx: RegisterTx, by: UUID) -> None:
            await dormancy.review(
                tx, case_id, rules, work_again=body.work_again, by=by, role=role, at=clock.now(), new_id=uuid4
            )

        return await act("review", case_id, body, caller, key, do, seen=seen, fields={"status", "stage"})

    @router.post("/v1/cases/{case_id}/reopening", responses=answers(CaseChanged))
    async def reopen(
        case_id: UUID, body: Reopening, caller: CurrentCaller, key: IdempotencyKey, seen: Seen = None
    ) -> Response:
        """Open a closed case again, under its own number; one that ended with a death too, at any time."""

        async def do(tx: RegisterTx, by: UUID) -> None:
            await reopening.reopen(
                tx, case_id, Waking(body.reason), rules, note=body.note, by=by, at=clock.now(), new_id=uuid4
            )

        return await act("reopening", case_id, body, caller, key, do, seen=seen, fields={"status"})

    return router


def _may(caller: Caller) -> frozenset[SignOff]:
    return frozenset(one for role in caller.roles for one in MAY_AGREE.get(role, ()))


def _answer(closure: Closure) -> dict[str, Any]:
    """What became of it: it awaits somebody, or nobody any more."""
    return {"closure_id": str(closure.id), "awaits": [str(one) for one in closure.awaits]}


TEXTS: dict[Unmet, tuple[str, str, str]] = {
    Unmet.CHILD_NOT_LOCATED: ("located", "nobody has recorded that the child was found", "Record it with its proof (/located)."),
    Unmet.PROOF_DOES_NOT_FIT: ("proof", "does not show this outcome", "Give a proof of the kind that the table of outcomes asks for."),
    Unmet.EVIDENCE_MISSING: ("evidence", "is missing", "Say where the proof is kept, so that whoever agrees can look."),
    Unmet.CHECKS_OPEN: ("checks", "are neither answered nor waived", "Record the answer of each, or waive it with a reason (/checks, /waived-checks)."),
    Unmet.SIBLING_NOT_CONSIDERED: ("siblings", "have not been considered", "Consider each brother and sister (/considerations)."),
    Unmet.SAFEGUARDING_NOT_CONSIDERED: ("safeguarding", "has not been considered", "Record with what result (/considerations)."),
    Unmet.BELIEVED_IS_NOT_ENOUGH: (
        "outcome", "what is only believed is not enough for a child with a red marker",
        "Look for proof; where every check is done, `untraced` with the manager and safeguarding.",
    ),
}  # fmt: skip
"""Field, what is wrong, how to mend it."""


@contextmanager
def _naming_all() -> Iterator[None]:
    """A closure that is not ready is answered with everything that is missing, not with the first."""
    try:
        yield
    except ClosureNotReady as error:
        raise Problem(
            409, error.code, "The case cannot end like that yet", "Do what errors names, then close it.",
            errors=list(_faults(error)),
        ) from error  # fmt: skip


def _faults(error: ClosureNotReady) -> Iterator[Fault]:
    for one in error.missing:
        field, wrong, mend = TEXTS[one.what]
        named = "checks" if one.what is Unmet.CHECKS_OPEN else "ids"
        more = {"code": one.what.value} | ({named: ",".join(one.about)} if one.about else {})
        yield Fault(field, wrong, mend, in_body=field in {"proof", "outcome", "evidence"}, more=more)
