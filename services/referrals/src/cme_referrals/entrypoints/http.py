"""The API of intake: three forms to send, and how far each has come."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from secrets import randbelow
from typing import Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from cme_bus.database import Database
from cme_calendars import WorkingDays
from cme_referrals.adapters.postgres import ReferralsTx
from cme_referrals.application.forms import Receipt, Received
from cme_referrals.application.ports import Followed
from cme_referrals.application.receive_referral import receive_referral
from cme_referrals.application.receive_return import receive_deletion_return, receive_new_pupil_return
from cme_referrals.application.telling import Blinds, Sender, child_tokens
from cme_referrals.domain.reference import RANDOM, reference_of
from cme_referrals.entrypoints.access import FOLLOW, OFFICERS, SCHOOL
from cme_referrals.entrypoints.forms import DeletionReturn, NewPupilReturn, Sr1a
from cme_referrals.entrypoints.refusals import told
from cme_referrals.entrypoints.views import (
    Accepted,
    ProgressView,
    SubmissionList,
    WholeSubmissionView,
    accepted,
    progress_view,
    submission_view,
    whole_view,
)  # fmt: skip
from cme_timers import BusinessClock
from cme_web.idempotency import IdempotencyKey, idempotent
from cme_web.links import CurrentLink, Links
from cme_web.paging import CurrentPage, instant
from cme_web.problems import NotVisible, Problem
from cme_web.tokens import Caller, CurrentCaller

FOLLOW_FOR = timedelta(days=400)
"""How long a link shows progress: longer than a case and its outcome's correction should take. Technical time."""

type UseCase = Callable[[ReferralsTx, Receipt], Awaitable[Received]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the endpoints work with."""

    db: Database[ReferralsTx]
    clock: BusinessClock
    links: Links
    calendar: WorkingDays
    public_url: str
    own_la: str | None
    blinds: Blinds


def api(desk: Desk) -> APIRouter:
    """The routes; who may use which is in access.py."""
    router = APIRouter()

    @router.post("/v1/referrals", status_code=202, responses={202: {"model": Accepted}})
    async def refer(body: Sr1a, caller: CurrentCaller, key: IdempotencyKey) -> Response:
        """Refer a child with SR1a (policy 7)."""
        return await _receive(
            desk,
            "POST /v1/referrals",
            body,
            caller,
            key,
            lambda tx, receipt: receive_referral(tx, body.form(), receipt),
        )

    @router.post("/v1/new-pupil-returns", status_code=202, responses={202: {"model": Accepted}})
    async def return_new_pupil(body: NewPupilReturn, caller: CurrentCaller, key: IdempotencyKey) -> Response:
        """Tell of a name entered in the admission register (policy 5.2.1)."""

        async def use_case(tx: ReferralsTx, receipt: Receipt) -> Received:
            return await receive_new_pupil_return(tx, body.form(), receipt, calendar=desk.calendar, own_la=desk.own_la)

        return await _receive(desk, "POST /v1/new-pupil-returns", body, caller, key, use_case)

    @router.post("/v1/deletion-returns", status_code=202, responses={202: {"model": Accepted}})
    async def return_deletion(body: DeletionReturn, caller: CurrentCaller, key: IdempotencyKey) -> Response:
        """Tell of a name deleted from the admission register (policy 5.2.2)."""

        async def use_case(tx: ReferralsTx, receipt: Receipt) -> Received:
            return await receive_deletion_return(tx, body.form(), receipt, own_la=desk.own_la)

        return await _receive(desk, "POST /v1/deletion-returns", body, caller, key, use_case)

    @router.get("/v1/submissions", responses={200: {"model": SubmissionList}})
    async def submissions(
        request: Request, caller: CurrentCaller, page: CurrentPage, child_id: UUID | None = None
    ) -> Response:
        """The newest first: a school's own; for officers everybody's, or those about one child."""
        before = page.seen(instant, UUID)
        async with desk.db.transaction() as tx:
            if urn := own_school(caller):
                if child_id:
                    raise NotVisible
                rows = await tx.following.latest_of_school(urn, before=before, limit=page.limit + 1)
            elif child_id:
                rows = await tx.following.latest_of_child(child_id, before=before, limit=page.limit + 1)
            else:
                rows = await tx.following.latest(before=before, limit=page.limit + 1)
        return page.response(request, rows, show=submission_view, place=_place)

    @router.get("/v1/submissions/{submission_id}", responses={200: {"model": WholeSubmissionView}})
    async def submission(submission_id: UUID, caller: CurrentCaller) -> dict[str, Any]:
        """One submission, with the form as it was received."""
        async with desk.db.transaction() as tx:
            followed = await tx.following.find(submission_id, sent_by_school=own_school(caller))
            if followed is None:
                raise NotVisible
            challenges = await tx.challenges.of_submission(submission_id)
            form = await tx.submissions.as_received(submission_id)
        return whole_view(followed, challenges, dict(form) if form is not None else None)

    @router.get("/v1/progress/{token}", responses={200: {"model": ProgressView}})
    async def progress(token: str, link: CurrentLink) -> dict[str, Any]:
        """How far a submission has come, for whoever has its link. Says nothing about the child."""
        async with desk.db.transaction() as tx:
            followed = await tx.following.find(UUID(link.subject))
        if followed is None:
            raise NotVisible
        return progress_view(followed)

    return router


async def _receive(desk: Desk, route: str, body: BaseModel, caller: Caller, key: str, use_case: UseCase) -> Response:
    """Once per key: the submission, its events and this answer are written together, or nothing is."""
    async with desk.db.transaction() as tx, idempotent(tx, caller, route, key, body) as once:
        if not once.answered:
            receipt = receipt_of(desk, body, caller)
            with told():
                received = await use_case(tx, receipt)
            await note_told(desk, tx, body, receipt)
            follow = desk.links.make(FOLLOW, str(receipt.submission_id), FOLLOW_FOR)
            answer = accepted(receipt, received, f"{desk.public_url}/v1/progress/{follow}")
            once.answer(202, answer, location=f"/v1/submissions/{receipt.submission_id}")
    return once.response()


async def note_told(desk: Desk, tx: ReferralsTx, body: BaseModel, receipt: Receipt) -> None:
    """Remember that this sender has told us of this child, without remembering of whom."""
    sender = Sender(subject=receipt.sender, urn=receipt.school_urn)
    tokens = (
        child_tokens(desk.blinds, sender.scope, body.child.about().child)
        if isinstance(body, Sr1a | NewPupilReturn | DeletionReturn)
        else None
    )
    if tokens:
        await tx.told.add([(tokens[0], receipt.submission_id)])


def receipt_of(desk: Desk, body: BaseModel, caller: Caller) -> Receipt:
    """One sending, here and now. Raises `Problem` 403 for a school without a URN."""
    return Receipt(
        submission_id=uuid4(),
        reference=reference_of(randbelow(RANDOM)),
        received_at=desk.clock.now(),
        sender=caller.subject,
        school_urn=own_school(caller),
        as_received=body.model_dump(mode="json", exclude_unset=True),
    )


def sender_of(caller: Caller) -> Sender:
    """Who sends. Raises `Problem` 403 for a school without a URN."""
    return Sender(subject=caller.subject, urn=own_school(caller))


def own_school(caller: Caller) -> str | None:
    """The school a caller is confined to; None for an officer. Raises `Problem` 403 for a school without a URN."""
    if caller.may(*OFFICERS):
        return None
    if caller.may(SCHOOL) and caller.urn:
        return caller.urn
    raise Problem(403, "no-school", "Your token names no school", "Ask for an access token with the claim urn.")


def _place(followed: Followed) -> tuple[str, ...]:
    return followed.progress.received_at.isoformat(), str(followed.id)
