"""How punctual schools are, counted from what each return was marked as: on time or late, for ever."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from cme_referrals.application.counted import Counted
from cme_referrals.domain.completeness import Kind
from cme_referrals.domain.returns import Unit
from cme_referrals.entrypoints.calendars import visible_school
from cme_referrals.entrypoints.desk import Desk
from cme_referrals.entrypoints.fields import Day
from cme_referrals.entrypoints.views import View
from cme_web.paging import CurrentPage
from cme_web.problems import Fault, Problem
from cme_web.tokens import CurrentCaller

From = Annotated[Day, Query(alias="from", description="The first day of receipt.", examples=["2026-09-01"])]
To = Annotated[Day, Query(description="The last day of receipt, included.", examples=["2026-12-18"])]


class KindPunctuality(View):
    """One kind of return. `received` is the sum of the four counts after it."""

    kind: Kind
    received: int
    on_time: int
    late: int
    not_yet_known: int = Field(description="What it is counted from was not said, or no calendar reaches so far.")
    not_needed: int = Field(description="The regulations asked for none.")
    withdrawn: int = Field(description="Taken back by the school: in none of the counts above.")
    median_late_by: float | None = Field(
        description="Of those that are late; null: none is, or nobody knows by how much."
    )
    longest_late_by: int | None
    late_by_days: Unit = Field(description="Which days lateness counts.")


class SchoolPunctuality(View):
    """The returns of one school; kinds of which it sent none are left out."""

    school_urn: str
    kinds: tuple[KindPunctuality, ...]


class PunctualityList(View):
    """A page of schools that sent something, by their URNs; the `Link` header names the next."""

    items: tuple[SchoolPunctuality, ...]


def api(desk: Desk) -> APIRouter:
    """The routes; who may use which is in access.py."""
    router = APIRouter()

    @router.get("/v1/schools/{urn}/punctuality", responses={200: {"model": SchoolPunctuality}})
    async def school_punctuality(urn: str, first: From, to: To, caller: CurrentCaller) -> dict[str, Any]:
        """How many of a school's returns were in time, kind by kind. A school sees its own."""
        _forwards(first, to)
        async with desk.db.transaction() as tx:
            school = await visible_school(desk, tx, caller, urn)
            assert school.urn
            counted = await tx.counts.of_school(school.urn, first=first, last=to)
        return _view(school.urn, counted)

    @router.get("/v1/punctuality", responses={200: {"model": PunctualityList}})
    async def punctuality(request: Request, first: From, to: To, page: CurrentPage) -> Response:
        """The same of every school that sent a return in these days."""
        _forwards(first, to)
        place = page.seen(str)
        async with desk.db.transaction() as tx:
            schools = await tx.counts.of_schools(
                first=first, last=to, after=place[0] if place else None, limit=page.limit + 1
            )
        return page.response(request, schools, show=lambda one: _view(one[0].school_urn, one), place=_place)

    return router


def _view(urn: str, counted: Sequence[Counted]) -> dict[str, Any]:
    return SchoolPunctuality(school_urn=urn, kinds=tuple(map(_kind, counted))).model_dump(mode="json")


def _kind(one: Counted) -> KindPunctuality:
    return KindPunctuality(
        kind=one.kind,
        received=one.on_time + one.late + one.not_yet_known + one.not_needed,
        on_time=one.on_time,
        late=one.late,
        not_yet_known=one.not_yet_known,
        not_needed=one.not_needed,
        withdrawn=one.withdrawn,
        median_late_by=one.median_late_by,
        longest_late_by=one.longest_late_by,
        late_by_days=one.unit,
    )


def _place(school: Sequence[Counted]) -> tuple[str, ...]:
    return (school[0].school_urn,)


def _forwards(first: date, last: date) -> None:
    if last < first:
        fault = Fault("to", "lies before from", "Give the later day in to.", in_body=False)
        raise Problem(422, "invalid", "The request does not validate", errors=[fault])
