"""Ratings by hand, vulnerable groups and siblings over HTTP."""

from __future__ import annotations

from typing import Literal
from uuid import UUID, uuid4

from fastapi import APIRouter, Response
from pydantic import Field

from cme_bus.database import Database
from cme_contracts.codes_work import RatingReason
from cme_register.adapters import reading_work
from cme_register.adapters.postgres import RegisterTx
from cme_register.adapters.reading import View
from cme_register.application import belonging
from cme_register.application.rating import rate_by_hand
from cme_register.application.rules import Rules
from cme_register.application.work import note_beside
from cme_register.domain.risk import Risk
from cme_register.entrypoints.acting import Acting
from cme_register.entrypoints.bodies import Body, Code, Words, found
from cme_register.entrypoints.versions import Seen
from cme_register.entrypoints.views import answers
from cme_register.entrypoints.views.done import CaseChanged, GroupKept, SiblingKept
from cme_register.entrypoints.views.work import GroupsOfChild, GroupTable, RuleList, SiblingsView
from cme_timers import BusinessClock
from cme_web.idempotency import IdempotencyKey
from cme_web.tokens import CurrentCaller

OVERRULE = ("team_manager", "service_lead")
"""Who may rate a case below what the rules say."""


class NewRating(Body):
    """What a person rates a case, and why. To lower it below the rules is for a team manager or the service lead."""

    rating: Literal["red", "amber", "green"]
    reason: Literal[
        "professional_judgement", "new_information", "seen_and_safe", "fact_no_longer_true", "raised_in_error"
    ]
    note: Words | None = Field(default=None, description="Kept as a note of the case.")


class GroupSaid(Body):
    """That a child belongs to a vulnerable group (policy 6), or no longer does."""

    group: Code
    belongs: bool = Field(strict=True)


class SiblingSaid(Body):
    """That two children are of one family, or are not after all."""

    sibling_child_id: UUID
    linked: bool = Field(default=True, strict=True)


def belonging_api(db: Database[RegisterTx], clock: BusinessClock, rules: Rules) -> APIRouter:
    """The routes of ratings, groups and siblings."""
    router = APIRouter()
    act = Acting(db)

    @router.get("/v1/risk-rules", responses=answers(RuleList))
    async def list_rules() -> View:
        """The published rules by which cases are rated today, the gravest first."""
        return {"items": reading_work.risk_rules(rules, clock.now())}

    @router.post("/v1/cases/{case_id}/rating", responses=answers(CaseChanged))
    async def rate(
        case_id: UUID, body: NewRating, caller: CurrentCaller, key: IdempotencyKey, seen: Seen = None
    ) -> Response:
        """Raise a case at once, or lower it with a reason."""

        async def do(tx: RegisterTx, by: UUID) -> None:
            now = clock.now()
            await rate_by_hand(
                tx, case_id, Risk[body.rating.upper()], RatingReason(body.reason), rules,
                may_overrule=caller.may(*OVERRULE), by=by, at=now,
            )  # fmt: skip
            await note_beside(tx, case_id, None, body.note, note_id=uuid4(), by=by, at=now)

        return await act(
            "rating", case_id, body, caller, key, do, seen=seen, fields={"rating", "status", "category", "located"}
        )

    @router.get("/v1/groups", responses=answers(GroupTable))
    async def list_groups() -> View:
        """The vulnerable groups there are today."""
        return {"items": reading_work.group_table(rules, clock.now())}

    @router.get("/v1/children/{child_id}/groups", responses=answers(GroupsOfChild))
    async def show_groups(child_id: UUID) -> View:
        """The groups of a child: now, from what, and the history."""
        return found(await reading_work.groups(db.pool, child_id, rules, clock.now()))

    @router.post("/v1/children/{child_id}/groups", responses=answers(GroupKept))
    async def say_group(
        child_id: UUID, body: GroupSaid, caller: CurrentCaller, key: IdempotencyKey, seen: Seen = None
    ) -> Response:
        """Say that a child belongs to a group, or no longer does; their open case is rated again."""

        async def do(tx: RegisterTx, by: UUID) -> dict[str, str]:
            await belonging.say_group(tx, child_id, body.group, rules, belongs=body.belongs, by=by, at=clock.now())
            return {"group": body.group}

        fields = {f"groups.{body.group}"}
        return await act.on_child("groups", child_id, body, caller, key, do, seen=seen, fields=fields)

    @router.get("/v1/children/{child_id}/siblings", responses=answers(SiblingsView))
    async def show_siblings(child_id: UUID) -> View:
        """The brothers and sisters of a child, and which of them has an open case to consider."""
        return found(await reading_work.siblings(db.pool, child_id))

    @router.post("/v1/children/{child_id}/siblings", responses=answers(SiblingKept))
    async def link_sibling(child_id: UUID, body: SiblingSaid, caller: CurrentCaller, key: IdempotencyKey) -> Response:
        """Say that two children are of one family, or are not. Their records and cases stay two."""

        async def do(tx: RegisterTx, by: UUID) -> dict[str, str]:
            await belonging.link_sibling(tx, child_id, body.sibling_child_id, linked=body.linked, by=by, at=clock.now())
            return {"child_id": str(child_id), "sibling_child_id": str(body.sibling_child_id)}

        return await act.once(f"POST /v1/children/{child_id}/siblings", body, caller, key, do)

    return router
