"""The council's half of joint enquiries over HTTP."""

from __future__ import annotations

from typing import Annotated, Literal, Self
from uuid import UUID, uuid4

from fastapi import APIRouter, Response
from pydantic import Field, model_validator

from cme_bus.database import Database
from cme_calendars import local_date
from cme_register.adapters.postgres import RegisterTx
from cme_register.application.joint_enquiries import sign_for_authority, withdraw_for_authority
from cme_register.domain.joint_enquiry import JointEnquiry, Signature
from cme_register.entrypoints.acting import Acting
from cme_register.entrypoints.bodies import Body, Day, Urn
from cme_register.entrypoints.versions import Seen
from cme_register.entrypoints.views import answers
from cme_register.entrypoints.views.done import EnquirySigned
from cme_timers import BusinessClock
from cme_web.idempotency import IdempotencyKey
from cme_web.problems import Wrong
from cme_web.tokens import CurrentCaller

DECIDES = frozenset({"joint_enquiries"})


class MadeEnquiry(Body):
    """One thing the council did to find the child."""

    made_on: Day
    method: Literal[
        "telephone", "email", "letter", "home_visit", "contacts", "health", "police", "housing", "social_care", "other"
    ]
    outcome: Literal[
        "no_answer", "left_message", "spoke", "returned", "nobody_there", "moved_away", "not_known", "other"
    ]


class NewSignature(Body):
    """The council's half of the joint enquiries of ground (h) or (i)."""

    school_urn: Urn
    ground: Literal["h", "i"]
    began_on: Day | None = Field(
        default=None,
        description="h: the last day of the leave; i: the first day of the absence. Left out: as the school has it.",
    )
    enquiries: Annotated[tuple[MadeEnquiry, ...], Field(min_length=1, max_length=100)]
    found: bool = Field(strict=True, description="Whether the council has found the child.")
    return_expected: bool | None = Field(
        default=None,
        strict=True,
        description="Whether there are reasonable grounds to expect the child back. Needed where the child was found.",
    )
    signed_on: Day

    @model_validator(mode="after")
    def _says_what_is_needed(self) -> Self:
        if self.found and self.return_expected is None:
            raise Wrong(
                "says that the child was found, and not whether a return is expected",
                "Give return_expected as true or false.",
            )
        if any(one.made_on > self.signed_on for one in self.enquiries):
            raise Wrong("has an enquiry after signed_on", "Sign on the day of the last enquiry, or later.")
        return self


class Nothing(Body):
    """No members."""


def joint_enquiries_api(db: Database[RegisterTx], clock: BusinessClock) -> APIRouter:
    """The routes of joint enquiries."""
    router = APIRouter()
    act = Acting(db)

    @router.post("/v1/children/{child_id}/joint-enquiries", responses=answers(EnquirySigned))
    async def sign(
        child_id: UUID, body: NewSignature, caller: CurrentCaller, key: IdempotencyKey, seen: Seen = None
    ) -> Response:
        """Sign for the council (regulation 9(1)(h) and (i)). Signing again replaces what it said."""
        signature = Signature(
            found=body.found,
            return_expected=body.return_expected,
            enquiries=len(body.enquiries),
            signed_on=body.signed_on,
        )

        async def do(tx: RegisterTx, by: UUID) -> dict[str, str]:
            now = clock.now()
            return _shown(await sign_for_authority(
                tx, child_id, signature, school_urn=body.school_urn, ground=body.ground, began_on=body.began_on,
                made=[one.model_dump(mode="json") for one in body.enquiries], by=by, at=now, today=local_date(now),
                new_id=uuid4,
            ))  # fmt: skip

        return await act.on_child("joint-enquiries", child_id, body, caller, key, do, seen=seen, fields=DECIDES)

    @router.post("/v1/children/{child_id}/joint-enquiries/{enquiry_id}/withdrawal", responses=answers(EnquirySigned))
    async def take_back(
        child_id: UUID, enquiry_id: UUID, body: Nothing, caller: CurrentCaller, key: IdempotencyKey, seen: Seen = None
    ) -> Response:
        """Take the council's signature back; the school's stays."""

        async def do(tx: RegisterTx, by: UUID) -> dict[str, str]:
            return _shown(await withdraw_for_authority(tx, child_id, enquiry_id, at=clock.now()))

        what = f"joint-enquiries/{enquiry_id}/withdrawal"
        return await act.on_child(what, child_id, body, caller, key, do, seen=seen, fields=DECIDES)

    return router


def _shown(enquiry: JointEnquiry) -> dict[str, str]:
    return {"enquiry_id": str(enquiry.id), "decision": enquiry.decision.value}
