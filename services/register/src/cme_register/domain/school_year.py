"""School years as intake says them, and the calendar that an authority's and a school's own make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from cme_calendars import SchoolDays


@dataclass(frozen=True, slots=True)
class SchoolYear:
    """An authority's year, or how one school departs from it."""

    name: str
    """As 2026-27."""
    terms: tuple[tuple[date, date], ...] | None = None
    """First and last days. None: a school keeps its authority's."""
    inset_days: tuple[date, ...] = ()
    closed_days: tuple[date, ...] = ()


def school_days(authority: Sequence[SchoolYear], own: Sequence[SchoolYear]) -> SchoolDays | None:
    """The days on which a school meets: a school's terms replace its authority's of that year, its days off add to them.

    None where no term is known, or the years contradict each other: no day is guessed.
    """
    terms = {one.name: one.terms or () for one in authority}
    terms |= {one.name: one.terms for one in own if one.terms}
    stretches = [term for year in terms.values() for term in year]
    try:
        return SchoolDays(
            stretches,
            inset=[day for one in own for day in one.inset_days],
            closures=[day for one in (*authority, *own) for day in one.closed_days],
        )
    except ValueError:
        return None
