"""The pages: ask for a link, tell of a child with it, follow what was told (policy 5.4, 7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from cme_calendars import local_date
from cme_referrals.domain.partners import factors_on
from cme_referrals.entrypoints.by_link import LinkRequest, open_link, receive_by_link, send_link, told_by
from cme_referrals.entrypoints.desk import Desk
from cme_referrals.entrypoints.forms_partner import PartnerNotification
from cme_referrals.entrypoints.kinds import UnfitFormError, read_form
from cme_referrals.entrypoints.pages import filled
from cme_referrals.entrypoints.pages.rendering import Pages
from cme_referrals.entrypoints.views import progress_view
from cme_web.links import CurrentLink, Link
from cme_web.problems import NotVisible, Problem

YES_NO = (("yes", "Yes"), ("no", "No"), ("unknown", "I do not know"))
KINDS = (
    ("health", "A health service, such as a surgery or a hospital"),
    ("social_care", "Social care"),
    ("police", "The police"),
    ("housing", "Housing, or a landlord"),
    ("other_authority", "Another council or public authority"),
    ("parent", "I am a parent of the child"),
    ("public", "None of these"),
)
NOT_A_MAIL = {"email": "Enter an email address in the correct format, like name@example.org."}


def api(desk: Desk, pages: Pages) -> APIRouter:
    """The routes; who may use which is in access.py."""
    router = APIRouter(include_in_schema=False)

    @router.get("/tell-us")
    async def ask() -> Response:
        """Where somebody begins."""
        return pages.page("ask", values={"purpose": "tell"}, errors={})

    @router.post("/tell-us")
    async def send(request: Request) -> Response:
        """A link goes out, or not: the page is the same."""
        values = filled.read(await request.body())
        try:
            asked = LinkRequest.model_validate({name: values[name] for name in ("email", "purpose") if name in values})
        except ValidationError:
            return pages.page("ask", 422, values=values, errors=NOT_A_MAIL)
        await send_link(desk, asked)
        return pages.page("sent")

    @router.get("/tell-us/{token}")
    async def form(token: str, link: CurrentLink) -> Response:
        """The form. Looking at it spends nothing: mail scanners look."""
        await open_link(desk, link)
        return _form(desk, pages, {}, {})

    @router.post("/tell-us/{token}")
    async def tell(token: str, link: CurrentLink, request: Request) -> Response:
        """The same as the API's endpoint, in words for people."""
        values = filled.read(await request.body())
        try:
            _, body = read_form({"kind": "partner_notification", **filled.notification(values)})
            assert isinstance(body, PartnerNotification)
            _, answer, _ = (await receive_by_link(desk, link, body)).given()
        except UnfitFormError as error:
            return _form(desk, pages, values, filled.errors((one.field, one.wrong, one.mend) for one in error.faults))
        except Problem as problem:
            if not problem.errors:
                raise
            return _form(desk, pages, values, filled.errors((one.field, one.wrong, one.mend) for one in problem.errors))
        return pages.page("done", answer=answer, follow=answer["follow"], labels=filled.LABELS)

    @router.get("/following/{token}")
    async def following(token: str, link: CurrentLink) -> Response:
        """All that was told from one address."""
        return pages.page("progress", items=[progress_view(one) for one in await told_by(desk, link)])

    @router.get("/progress/{token}")
    async def progress(token: str, link: CurrentLink) -> Response:
        """One submission, for whoever has its link: what a browser is shown for /v1/progress."""
        return pages.page("progress", items=[await _one(desk, link)])

    return router


def _form(desk: Desk, pages: Pages, values: Mapping[str, str], wrong: Mapping[str, str]) -> Response:
    today = local_date(desk.clock.now())
    ticks = [(one.code, one.words) for one in factors_on(today)]
    return pages.page(
        "tell",
        422 if wrong else 200,
        values=values,
        errors=wrong,
        yes_no=YES_NO,
        kinds=KINDS,
        factors=[*ticks, ("none", "None of these")],
    )


async def _one(desk: Desk, link: Link) -> dict[str, Any]:
    async with desk.db.transaction() as tx:
        followed = await tx.following.find(UUID(link.subject))
    if followed is None:
        raise NotVisible
    return progress_view(followed)
