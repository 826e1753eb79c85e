"""People without an account: a link proves their e-mail address, with it they tell us once, and follow what they told (policy 5.4)."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID, uuid4

from fastapi import APIRouter, Response
from pydantic import Field

from cme_calendars import local_date
from cme_contracts.codes_intake import LinkPurpose, ReferrerKind
from cme_referrals.adapters.postgres import ReferralsTx
from cme_referrals.application.contact_links import Asked, ask_for_link, subjects_of
from cme_referrals.application.ports import Followed
from cme_referrals.application.telling import Sender
from cme_referrals.domain.completeness import Kind
from cme_referrals.domain.partners import believed_kind
from cme_referrals.entrypoints.desk import Desk, receipt_for, take
from cme_referrals.entrypoints.fields import Email, Form
from cme_referrals.entrypoints.forms_partner import PartnerNotification
from cme_referrals.entrypoints.kinds import KINDS
from cme_referrals.entrypoints.views import Accepted, ProgressView, View, progress_view
from cme_web.idempotency import Once, idempotent
from cme_web.links import CurrentLink, Link, is_spent, spend
from cme_web.problems import NotVisible, Problem

ROUTE = "POST /v1/partner-notifications/by-link/{token}"
MOST_SHOWN = 50
"""Submissions that a follow link shows, the latest."""


class LinkRequest(Form):
    """Somebody without an account asks for a link to their address."""

    email: Email
    purpose: Literal["tell", "follow"] = Field(
        default="tell",
        description="tell: to tell us of a child, once, within 24 hours. follow: what was told from this address.",
    )


class LinkOnItsWay(View):
    """Always the same answer: it does not say whether anything was ever sent from this address."""

    message: Literal["If mail can reach this address, a link is on its way."] = (
        "If mail can reach this address, a link is on its way."
    )


class ToldByAddress(View):
    """What was sent from a proven address, the latest first."""

    items: tuple[ProgressView, ...]


def api(desk: Desk) -> APIRouter:
    """The routes; who may use which is in access.py."""
    router = APIRouter()

    @router.post("/v1/partner-links", status_code=202, responses={202: {"model": LinkOnItsWay}})
    async def ask(body: LinkRequest) -> LinkOnItsWay:
        """Ask for a link to an e-mail address. Of one address, at most one a minute and five an hour are sent."""
        await send_link(desk, body)
        return LinkOnItsWay()

    @router.post("/v1/partner-notifications/by-link/{token}", status_code=202, responses={202: {"model": Accepted}})
    async def tell(token: str, body: PartnerNotification, link: CurrentLink) -> Response:
        """Tell of a child with a link. The proven address is the contact, whatever the form says. The same form again is the same answer."""
        return (await receive_by_link(desk, link, body)).response()

    @router.get("/v1/submissions/by-link/{token}", responses={200: {"model": ToldByAddress}})
    async def follow(token: str, link: CurrentLink) -> dict[str, Any]:
        """How far each of what was sent from this address has come. Says nothing about any child."""
        return {"items": [progress_view(one) for one in await told_by(desk, link)]}

    return router


async def send_link(desk: Desk, body: LinkRequest) -> None:
    """Have a link sent, or not: whoever asks is not told which."""
    asked = Asked(id=uuid4(), purpose=LinkPurpose(body.purpose), address=body.email)
    async with desk.db.transaction() as tx:
        await ask_for_link(tx, desk.blinds, asked, at=desk.clock.now())


async def receive_by_link(desk: Desk, link: Link, body: PartnerNotification) -> Once:
    """Take a notification from whoever holds the link, which is spent with it.

    Raises `Problem` 410 where the link was spent on another form, 422 with the fields, or `NotVisible`.
    """
    kind = KINDS[Kind.PARTNER_NOTIFICATION]
    async with desk.db.transaction() as tx:
        asked = await _asked(tx, link, LinkPurpose.TELL)
        body = _with_proven_address(body, asked)
        try:
            async with idempotent(tx, link.subject, ROUTE, str(link.id), body) as once:
                if not once.answered:
                    await spend(tx, link)
                    sender = Sender(subject=subjects_of(desk.blinds, asked.address)[0], urn=None)
                    receipt = receipt_for(desk, body, sender, _kind_of(desk, asked, body))
                    once.answer(202, await take(desk, tx, kind, body, receipt))
        except Problem as problem:
            if problem.code == "idempotency-key-reused":  # the link is the key
                raise _used() from problem
            raise
    return once.filled(desk.with_links)


async def told_by(desk: Desk, link: Link) -> list[Followed]:
    """The latest of what was sent from the address that this link was sent to. Raises `NotVisible`."""
    async with desk.db.transaction() as tx:
        asked = await _asked(tx, link, LinkPurpose.FOLLOW)
        subjects = subjects_of(desk.blinds, asked.address)
        return list(await tx.following.latest_of_subjects(subjects, before=None, limit=MOST_SHOWN))


async def open_link(desk: Desk, link: Link) -> None:
    """Whether a form may be shown for it. Spends nothing. Raises `NotVisible`, or `Problem` 410 where it was used."""
    async with desk.db.transaction() as tx:
        await _asked(tx, link, LinkPurpose.TELL)
        if await is_spent(tx, link):
            raise _used()


async def _asked(tx: ReferralsTx, link: Link, purpose: LinkPurpose) -> Asked:
    if (asked := await tx.contact_links.find(UUID(link.subject), purpose)) is None:
        raise NotVisible
    return asked


def _used() -> Problem:
    return Problem(410, "link-used", "This link has already been used", "Ask for a new one.")


def _with_proven_address(body: PartnerNotification, asked: Asked) -> PartnerNotification:
    who = body.referrer.model_copy(update={"email": asked.address})
    return body.model_copy(update={"referrer": who})


def _kind_of(desk: Desk, asked: Asked, body: PartnerNotification) -> ReferrerKind:
    """What they are taken for; what they say they are stays in the form."""
    claimed = body.referrer.kind
    return ReferrerKind(believed_kind(asked.address, claimed, local_date(desk.clock.now())))
