"""A school tells its own terms, training days and closures: rules that count school days count on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import Field

from cme_calendars import local_date
from cme_referrals.adapters.postgres import ReferralsTx
from cme_referrals.application.load import load_terms
from cme_referrals.application.naming import NamedSchool, named_school
from cme_referrals.domain.school_data import OwnDays, Term, TermDates
from cme_referrals.entrypoints.desk import Desk, confined_to
from cme_referrals.entrypoints.fields import Day, Form
from cme_referrals.entrypoints.views import View
from cme_web.problems import Fault, NotVisible, Problem
from cme_web.tokens import Caller, CurrentCaller

PATH = "/v1/schools/{urn}/calendar/{academic_year}"
AcademicYear = Annotated[str, Path(pattern="^20[0-9]{2}-[0-9]{2}$", examples=["2026-27"])]
Name = Annotated[str, Field(max_length=60)]


class TermGiven(Form):
    """One stretch of school days, both days included."""

    name: Name = ""
    first_day: Day
    last_day: Day


class DayGiven(Form):
    """A day on which pupils do not come."""

    day: Day
    reason: Name = Field(default="", description="Kept here, and said to no other service. Name nobody.")


class OwnCalendar(Form):
    """How a school departs from its authority's school year. What is sent replaces what was sent before."""

    terms: tuple[TermGiven, ...] | None = Field(
        default=None, max_length=12, description="The school's own, in their order. null: its authority's."
    )
    inset_days: tuple[DayGiven, ...] = Field(default=(), max_length=60, description="Staff training.")
    closed_days: tuple[DayGiven, ...] = Field(
        default=(), max_length=100, description="All other days in term on which the school is shut."
    )


class TermView(View):
    """One stretch of school days, both days included."""

    name: str
    first_day: date
    last_day: date


class DayView(View):
    """A day on which pupils do not come."""

    day: date
    reason: str


class CalendarView(View):
    """A school year as this school has it."""

    urn: str
    academic_year: str
    terms: tuple[TermView, ...] | None = Field(description="The school's own. null: its authority's.")
    inset_days: tuple[DayView, ...]
    closed_days: tuple[DayView, ...]
    authority_terms: tuple[TermView, ...] | None = Field(description="null: nobody has entered them.")
    authority_closed_days: tuple[DayView, ...]


def api(desk: Desk) -> APIRouter:
    """The routes; who may use which is in access.py."""
    router = APIRouter()

    @router.get(PATH, responses={200: {"model": CalendarView}})
    async def calendar(urn: str, academic_year: AcademicYear, caller: CurrentCaller) -> dict[str, Any]:
        """The school year as this school has it; a school sees its own."""
        async with desk.db.transaction() as tx:
            school = await visible_school(desk, tx, caller, urn)
            return await _view(tx, school, academic_year)

    @router.put(PATH, responses={200: {"model": CalendarView}})
    async def tell_calendar(
        urn: str, academic_year: AcademicYear, body: OwnCalendar, caller: CurrentCaller
    ) -> dict[str, Any]:
        """Tell the school's own terms, training days and closures of a year; sent again, nothing changes."""
        async with desk.db.transaction() as tx:
            school = await visible_school(desk, tx, caller, urn)
            assert school.urn
            await load_terms(tx, _own(school.urn, academic_year, body), at=desk.clock.now())
            return await _view(tx, school, academic_year)

    return router


async def visible_school(desk: Desk, tx: ReferralsTx, caller: Caller, urn: str) -> NamedSchool:
    """The school of that number today. Raises `NotVisible` where there is none, or it is not the caller's own."""
    today = local_date(desk.clock.now())
    school = await named_school(tx, urn, "urn", today)
    if sender := confined_to(caller):
        own = await named_school(tx, sender.urn, "urn", today)
        if school.urn is None or school.urn != own.urn:
            raise NotVisible
    elif school.establishment is None:
        raise NotVisible
    return school


async def _view(tx: ReferralsTx, school: NamedSchool, academic_year: str) -> dict[str, Any]:
    assert school.urn
    la_code = school.establishment.la_code if school.establishment else None
    own, authority = await tx.schools.years(school.urn, la_code, academic_year)
    return CalendarView(
        urn=school.urn,
        academic_year=academic_year,
        terms=_terms(own),
        inset_days=_days(own.inset_days if own else ()),
        closed_days=_days(own.closed_days if own else ()),
        authority_terms=_terms(authority),
        authority_closed_days=_days(authority.closed_days if authority else ()),
    ).model_dump(mode="json")


def _terms(year: OwnDays | TermDates | None) -> tuple[TermView, ...] | None:
    if year is None or year.terms is None:
        return None
    return tuple(TermView(name=one.name, first_day=one.first_day, last_day=one.last_day) for one in year.terms)


def _days(days: Sequence[tuple[date, str]]) -> tuple[DayView, ...]:
    return tuple(DayView(day=day, reason=reason) for day, reason in days)


def _own(urn: str, academic_year: str, body: OwnCalendar) -> OwnDays:
    """What was sent, with every day in its year. Raises `Problem` 422 with the field."""
    begins = int(academic_year[:4])
    if int(academic_year[5:]) != (begins + 1) % 100:
        raise _wrong("academic_year", "is not one year and the next", "Give it as 2026-27.")
    first, last = date(begins, 8, 1), date(begins + 1, 8, 31)
    before = first
    for place, term in enumerate(body.terms or ()):
        if not before <= term.first_day <= term.last_day:
            raise _wrong(f"terms.{place}", "does not follow the term before it, or ends before it begins", IN_ORDER)
        before = term.last_day
    given = [
        *((f"terms.{place}.last_day", term.last_day) for place, term in enumerate(body.terms or ())),
        *((f"inset_days.{place}.day", one.day) for place, one in enumerate(body.inset_days)),
        *((f"closed_days.{place}.day", one.day) for place, one in enumerate(body.closed_days)),
    ]
    for field, day in given:
        if not first <= day <= last:
            raise _wrong(field, "is not in that school year", f"Give a day from {first} to {last}.")
    try:
        return OwnDays(
            urn=urn,
            academic_year=academic_year,
            terms=tuple(Term(one.name, one.first_day, one.last_day) for one in body.terms) if body.terms else None,
            inset_days=tuple(sorted((one.day, one.reason) for one in body.inset_days)),
            closed_days=tuple(sorted((one.day, one.reason) for one in body.closed_days)),
        )
    except ValueError as error:  # two terms share a day
        raise _wrong("terms", "overlap", IN_ORDER) from error


IN_ORDER = "Give the terms in their order, each with its first and last day."


def _wrong(field: str, wrong: str, mend: str) -> Problem:
    fault = Fault(field, wrong, mend)
    return Problem(422, "invalid", "The request is not valid", "Mend the field named in errors.", errors=[fault])
