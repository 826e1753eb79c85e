"""The API of intake: forms to send, and how far each has come."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from cme_referrals.application.ports import Followed
from cme_referrals.domain.confidential import without_confidential
from cme_referrals.entrypoints.access import SAFEGUARDING
from cme_referrals.entrypoints.desk import Desk, confined_to, receive, sender_of
from cme_referrals.entrypoints.kinds import KINDS, AnyKind
from cme_referrals.entrypoints.names import SubmissionName, named
from cme_referrals.entrypoints.people import SentForm
from cme_referrals.entrypoints.views import (
    Accepted,
    ProgressView,
    SubmissionList,
    WholeSubmissionView,
    progress_view,
    submission_view,
    whole_view,
)  # fmt: skip
from cme_web.idempotency import IdempotencyKey
from cme_web.links import CurrentLink
from cme_web.paging import CurrentPage, instant
from cme_web.problems import NotVisible
from cme_web.straight import StraightRoute
from cme_web.tokens import CurrentCaller

LINKS = {"submission": {"operationId": "submission", "parameters": {"submission_id": "$response.body#/submission_id"}}}
"""From the answer to a form to what became of it."""


def api(desk: Desk) -> APIRouter:
    """The routes; who may use which is in access.py."""
    router = APIRouter()
    for kind in KINDS.values():
        router.add_api_route(
            kind.path,
            _sending(desk, kind),
            methods=["POST"],
            status_code=202,
            responses={202: {"model": Accepted, "links": LINKS}},
            route_class_override=StraightRoute,
        )

    @router.get("/v1/submissions", responses={200: {"model": SubmissionList}})
    async def submissions(
        request: Request, caller: CurrentCaller, page: CurrentPage, child_id: UUID | None = None
    ) -> Response:
        """The newest first: a sender's own; for officers everybody's, or those about one child."""
        before = page.seen(instant, UUID)
        async with desk.db.transaction() as tx:
            if sender := confined_to(caller):
                if child_id:
                    raise NotVisible
                rows = await tx.following.latest_of_sender(sender, before=before, limit=page.limit + 1)
            elif child_id:
                rows = await tx.following.latest_of_child(child_id, before=before, limit=page.limit + 1)
            else:
                rows = await tx.following.latest(before=before, limit=page.limit + 1)
        return page.response(request, rows, show=submission_view, place=_place)

    @router.get("/v1/submissions/{submission_id}", responses={200: {"model": WholeSubmissionView}})
    async def submission(submission_id: SubmissionName, caller: CurrentCaller) -> dict[str, Any]:
        """One submission by its id or its reference, with the form as it was received.

        What is confidential in it is shown only to its sender and to safeguarding.
        """
        name = named(submission_id)
        async with desk.db.transaction() as tx:
            followed = await tx.following.find(name, sent_by=confined_to(caller)) if name else None
            if followed is None:
                raise NotVisible
            challenges = await tx.challenges.of_submission(followed.id)
            timed = await tx.punctuality.of_submission(followed.id)
            form = await tx.submissions.as_received(followed.id)
        if form is not None and not (caller.may(SAFEGUARDING) or followed.sender.scope == sender_of(caller).scope):
            form = without_confidential(followed.kind, form)
        return whole_view(followed, challenges, timed, dict(form) if form is not None else None)

    @router.get("/v1/progress/{token}", responses={200: {"model": ProgressView}})
    async def progress(token: str, link: CurrentLink) -> dict[str, Any]:
        """How far a submission has come, for whoever has its link. Says nothing about the child."""
        async with desk.db.transaction() as tx:
            followed = await tx.following.find(UUID(link.subject))
        if followed is None:
            raise NotVisible
        return progress_view(followed)

    return router


def _sending(desk: Desk, kind: AnyKind) -> Callable[..., Awaitable[Response]]:
    """The endpoint of one kind of form."""

    async def send(body: SentForm, caller: CurrentCaller, key: IdempotencyKey) -> Response:
        return await receive(desk, kind, body, caller, key)

    send.__annotations__["body"] = kind.form
    send.__name__, send.__doc__ = f"send_{kind.kind}", kind.says
    return send


def _place(followed: Followed) -> tuple[str, ...]:
    return followed.progress.received_at.isoformat(), str(followed.id)
