"""Likeness over HTTP: looking a child up, and the review queue of records that may be one child."""

from __future__ import annotations

from typing import Annotated, Literal, Self
from uuid import UUID, uuid4

from fastapi import APIRouter, Request, Response
from pydantic import Field, model_validator
from pydantic_core import to_jsonable_python

from cme_bus.database import Database
from cme_contracts.codes import MatchDecision
from cme_register.adapters import reading_reviews
from cme_register.adapters.postgres import RegisterTx
from cme_register.application.reviewing import decide
from cme_register.application.rules import Rules
from cme_register.application.searching import search
from cme_register.domain.details import Address, Details, Parent
from cme_register.entrypoints.acting import Acting
from cme_register.entrypoints.bodies import Body, Day
from cme_register.entrypoints.officer import officer_of
from cme_register.entrypoints.views import answers
from cme_register.entrypoints.views.children import HitList, PairList
from cme_register.entrypoints.views.done import PairDecided
from cme_timers import BusinessClock
from cme_web.idempotency import IdempotencyKey
from cme_web.paging import CurrentPage
from cme_web.problems import Wrong
from cme_web.tokens import CurrentCaller

Text = Annotated[str, Field(max_length=200)]


class Decision(Body):
    """What somebody says of two records."""

    decision: Literal["same", "different"] = Field(
        description="same: they are joined, and can be separated again. different: never proposed again."
    )


class Sought(Body):
    """What is known of a child who is looked for. It is sent in the body, so that no name stands in an address or a log."""

    forename: Text = ""
    surname: Text = ""
    other_names: tuple[Text, ...] = Field(default=(), max_length=10)
    date_of_birth: Day | None = None
    sex: Text | None = None
    upn: Text | None = None
    nhs_number: Text | None = None
    postcode: Text | None = None
    house: Text = Field(default="", description="Number or name of the house, where the postcode is known.")
    telephone: Text | None = Field(default=None, description="A parent's.")

    @model_validator(mode="after")
    def _says_enough(self) -> Self:
        if not (
            self.upn
            or self.nhs_number
            or self.telephone
            or ((self.surname or self.forename) and (self.date_of_birth or self.postcode))
        ):
            raise Wrong(
                "says too little to find a child by",
                "Give a name with date_of_birth or postcode, or upn, nhs_number or telephone.",
            )
        return self


def matching_api(db: Database[RegisterTx], clock: BusinessClock, rules: Rules) -> APIRouter:
    """The routes of likeness."""
    router = APIRouter()
    act = Acting(db)

    @router.post("/v1/children/search", responses=answers(HitList))
    async def search_children(body: Sought, caller: CurrentCaller) -> reading_reviews.View:
        """Who this may be: the likeliest first, each with its score and reasons. Changes nothing."""
        officer_of(caller)
        async with db.transaction() as tx:
            found = await search(tx, _details(body), rules.matching)
        return {"items": to_jsonable_python(found)}

    @router.get("/v1/review", responses=answers(PairList))
    async def list_pairs(request: Request, page: CurrentPage) -> Response:
        """Records that may be one child and of which nobody has said so yet, the likeliest first."""
        rows = await reading_reviews.queue(db.pool, after=page.seen(_score, UUID), limit=page.limit + 1)
        return page.response(
            request, rows, show=to_jsonable_python, place=lambda row: (repr(row["score"]), str(row["pair_id"]))
        )

    @router.post("/v1/review/{pair_id}/decision", responses=answers(PairDecided))
    async def decide_pair(pair_id: UUID, body: Decision, caller: CurrentCaller, key: IdempotencyKey) -> Response:
        """Say whether two records are one child."""
        decision = MatchDecision(body.decision)

        async def do(tx: RegisterTx, by: UUID) -> dict[str, str]:
            child_id = await decide(tx, pair_id, decision, rules, by=by, at=clock.now(), new_id=uuid4)
            return {"pair_id": str(pair_id), "decision": body.decision, "child_id": str(child_id)}

        return await act.once(f"POST /v1/review/{pair_id}/decision", body, caller, key, do)

    return router


def _score(text: str) -> float:
    score = float(text)
    if not abs(score) < 1e6:
        raise ValueError("no pair has this score")
    return score


def _details(sought: Sought) -> Details:
    return Details(
        forename=sought.forename, surname=sought.surname, other_names=sought.other_names,
        date_of_birth=sought.date_of_birth, sex=sought.sex, upn=sought.upn, nhs_number=sought.nhs_number,
        addresses=(Address((sought.house,), sought.postcode),) if sought.postcode else (),
        parents=(Parent("", telephones=(sought.telephone,)),) if sought.telephone else (),
    )  # fmt: skip
