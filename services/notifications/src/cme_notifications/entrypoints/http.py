"""What was sent and what became of it; receipts; and in the local run the mailbox."""

from __future__ import annotations

import secrets
from dataclasses import asdict
from html import escape
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, FastAPI, Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field

from cme_notifications.adapters.history import Sent, messages_about
from cme_notifications.adapters.mailbox import Mail, Mailbox
from cme_notifications.adapters.postgres import NotificationsTx
from cme_notifications.application.receipts import note_receipt
from cme_notifications.entrypoints.access import ACCESS, LOCAL
from cme_notifications.settings import Settings
from cme_service.context import Context
from cme_web.paging import CurrentPage, number
from cme_web.problems import Fault, Problem
from cme_web.signatures import SharedSecret

MOST_MAIL = 100


class Receipt(BaseModel):
    """What GOV.UK Notify posts when it knows what became of a message. The address it repeats is not read."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    reference: UUID | None = Field(default=None, description="Our message id.")
    status: str = Field(description="delivered, or a failure.", max_length=50, pattern=r"^[a-z-]+$")


def app(context: Context[Settings, NotificationsTx]) -> FastAPI:
    """The service's HTTP app."""
    secret = context.settings.notify_callback_secret
    # without a secret of ours nobody can know it, and no receipt is believed
    proof = SharedSecret(secret.get_secret_value() if secret else secrets.token_urlsafe(32))
    local = context.settings.profile == "local"
    return context.make_app(
        access=ACCESS + LOCAL if local else ACCESS,
        routers=[_api(context), *([_mailbox(Mailbox(context.pool))] if local else [])],
        callbacks={"notify": proof},
    )


def _api(context: Context[Settings, NotificationsTx]) -> APIRouter:
    router = APIRouter()

    @router.get("/v1/messages")
    async def messages(
        request: Request,
        page: CurrentPage,
        child_id: Annotated[UUID | None, Query(description="whatever is the child's now")] = None,
        submission_id: UUID | None = None,
        case_id: UUID | None = None,
    ) -> Response:
        """The messages about a child, a submission or a case, in the order they were owed. Give one of the three."""
        if sum(one is not None for one in (child_id, submission_id, case_id)) != 1:
            raise Problem(
                422,
                "invalid",
                "The request does not validate",
                errors=[
                    Fault("child_id, submission_id, case_id", "are not exactly one", "Give one of the three."),
                ],
            )
        (after,) = page.seen(number) or (0,)
        rows = await messages_about(
            context.pool,
            child_id=child_id,
            submission_id=submission_id,
            case_id=case_id,
            after=after,
            limit=page.limit + 1,
        )
        return page.response(request, rows, show=_shown, place=lambda row: (str(row.place),))

    @router.post("/v1/receipts", status_code=204)
    async def receipt(body: Receipt) -> None:
        """GOV.UK Notify says what became of a message."""
        if body.reference is not None:
            async with context.db.transaction() as tx:
                await note_receipt(tx, body.reference, body.status, at=context.clock.now())

    return router


def _mailbox(mailbox: Mailbox) -> APIRouter:
    router = APIRouter()

    @router.get("/v1/mailbox")
    async def read(
        to: Annotated[str | None, Query(max_length=320, description="an address; all, without")] = None,
    ) -> Any:
        """The mail of the local run, the newest first."""
        return {"items": [asdict(mail) for mail in await mailbox.read(to, MOST_MAIL)]}

    @router.get("/mailbox", response_class=HTMLResponse)
    async def page(to: Annotated[str | None, Query(max_length=320)] = None) -> HTMLResponse:
        """The same as a page."""
        return HTMLResponse(_page(await mailbox.read(to, MOST_MAIL)))

    return router


def _shown(row: Sent) -> dict[str, Any]:
    return {name: _plain(value) for name, value in asdict(row).items() if name != "place"}


def _plain(value: Any) -> Any:
    return (
        value
        if value is None or isinstance(value, bool | int)
        else value.isoformat()
        if hasattr(value, "isoformat")
        else str(value)
    )


def _page(mails: Any) -> str:
    return "".join((
        "<!doctype html><html lang='en'><head><meta charset='utf-8'><title>Mailbox of the local run</title></head><body>",
        "<h1>Mailbox of the local run</h1><p>The newest first. Everybody here is invented.</p>",
        *(map(_mail, mails) if mails else ["<p>No mail yet.</p>"]),
        "</body></html>",
    ))  # fmt: skip


def _mail(mail: Mail) -> str:
    lines = "\n".join(map(_line, mail.body.splitlines()))
    return (
        f"<article><h2>{escape(mail.subject)}</h2><p>To {escape(mail.address)}, {mail.received_at:%H:%M:%S}</p>"
        f"<pre>{lines}</pre></article><hr>"
    )


def _line(line: str) -> str:
    text = escape(line)
    return f"<a href='{text}'>{text}</a>" if line.startswith(("http://", "https://")) else text
