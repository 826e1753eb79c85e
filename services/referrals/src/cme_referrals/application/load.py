"""Public lists are loaded as often as one likes; only what changed is said."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from cme_contracts.referrals import EstablishmentChanged
from cme_referrals.application.ports import KeepsSchools
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


async def load_terms(tx: KeepsSchools, terms: TermDates | OwnDays, *, at: datetime) -> bool:
    """Keep a school year, an authority's or one school's own. Returns whether anything changed."""
    if isinstance(terms, OwnDays):
        return await tx.schools.put_own_days(terms, at=at)
    return await tx.schools.put_terms(terms, at=at)


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
