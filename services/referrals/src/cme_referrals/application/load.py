"""Public lists are loaded as often as one likes; only what changed is said."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from cme_contracts.referrals import EstablishmentChanged, SchoolCalendarChanged, SchoolTerm
from cme_referrals.application.elsewhere import decide_on_new_days
from cme_referrals.application.ports import ChangesCalendars, KeepsSchools
from cme_referrals.application.punctuality import time_again
from cme_referrals.domain.errors import CalendarOverlapError
from cme_referrals.domain.school_data import Establishment, OwnDays, TermDates
from cme_referrals.domain.school_history import Succession


async def load_establishments(tx: KeepsSchools, establishments: Iterable[Establishment], *, at: datetime) -> int:
    """Keep some schools. Says `EstablishmentChanged` for each that is new or different; returns how many."""
    by_urn = {one.urn: one for one in establishments}
    changed = await tx.schools.put(list(by_urn.values()), at=at)
    tx.publish(*(_changed(by_urn[urn], at) for urn in changed))
    return len(changed)


async def load_successions(tx: KeepsSchools, successions: Iterable[Succession]) -> int:
    """Keep which schools went on as which. Returns how many are new or different."""
    by_pair = {(one.predecessor, one.successor): one for one in successions}
    return await tx.schools.put_successions(list(by_pair.values()))


async def load_terms(tx: ChangesCalendars, terms: TermDates | OwnDays, *, at: datetime) -> bool:
    """Keep a school year, an authority's or one school's own. Returns whether anything changed.

    Says `SchoolCalendarChanged` where it did, and decides the rules, and whether returns were late, that waited for days. Raises `CalendarOverlapError`
    where a school's own terms overlap those of the year beside them; nothing may be kept then.
    """
    if isinstance(terms, OwnDays):
        if not await tx.schools.put_own_days(terms, at=at):
            return False
        school = await tx.schools.find(terms.urn)
        if school and not await tx.schools.fits(terms.urn, school.la_code):
            raise CalendarOverlapError("a school's terms overlap those of the year beside them")
    elif not await tx.schools.put_terms(terms, at=at):
        return False
    tx.publish(_calendar(terms, at))
    await decide_on_new_days(tx, terms, at=at)
    await time_again(tx, terms)
    return True


def _calendar(year: TermDates | OwnDays, at: datetime) -> SchoolCalendarChanged:
    """Days without the reasons that somebody typed beside them."""
    own = year if isinstance(year, OwnDays) else None
    return SchoolCalendarChanged(
        urn=own.urn if own else None,
        la_code=None if isinstance(year, OwnDays) else year.la_code,
        academic_year=year.academic_year,
        terms=None
        if year.terms is None
        else tuple(SchoolTerm(first_day=term.first_day, last_day=term.last_day) for term in year.terms),
        inset_days=tuple(day for day, _ in own.inset_days) if own else (),
        closed_days=tuple(day for day, _ in year.closed_days),
        changed_at=at,
    )


def _changed(one: Establishment, at: datetime) -> EstablishmentChanged:
    return EstablishmentChanged(
        urn=one.urn,
        la_code=one.la_code,
        establishment_number=one.establishment_number,
        name=one.name,
        phase=one.phase,
        open=one.open,
        mailbox=one.mailbox,
        type_code=one.type_code,
        opened_on=one.opened_on,
        closed_on=one.closed_on,
        changed_at=at,
    )
