"""Schools and their terms, as public lists say them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from cme_calendars import SchoolDays


@dataclass(frozen=True, slots=True)
class Establishment:
    """A school as the Department for Education lists it (GIAS). Public; the mailbox is the office's, not a person's."""

    urn: str
    la_code: str
    establishment_number: str
    name: str
    phase: str
    open: bool
    mailbox: str | None = None
    type_code: str | None = None
    """Type of establishment, two figures. None: the extract did not say."""
    opened_on: date | None = None
    """None: before anybody kept it, or it has not opened."""
    closed_on: date | None = None
    """The last day. None: it has not closed, or nobody knows when."""
    previous_laestab: str | None = None
    """Under which it was listed before, as where an authority was divided."""

    @property
    def laestab(self) -> str | None:
        """Seven figures: its authority's code and its own number there. None for those that have no number."""
        return self.la_code + self.establishment_number if len(self.establishment_number) == 4 else None

    def stands_on(self, day: date) -> bool:
        """Whether it was a school on that day, as far as the list says: opened, and not closed."""
        opened = self.opened_on <= day if self.opened_on else self.open or self.closed_on is not None
        return opened and (day <= self.closed_on if self.closed_on else self.open)


@dataclass(frozen=True, slots=True)
class Term:
    """One stretch of school days, both days included."""

    name: str
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class TermDates:
    """An authority's school year. Raises ValueError when terms overlap or a closed day lies in none of them."""

    la_code: str
    academic_year: str
    terms: tuple[Term, ...]
    closed_days: tuple[tuple[date, str], ...] = ()

    def __post_init__(self) -> None:
        last = date.min
        for term in self.terms:
            if not last < term.first_day <= term.last_day:
                raise ValueError(f"{term.name} does not follow the term before it, or ends before it begins")
            last = term.last_day
        for day, _ in self.closed_days:
            if not any(term.first_day <= day <= term.last_day for term in self.terms):
                raise ValueError(f"{day} is closed but in no term")


@dataclass(frozen=True, slots=True)
class OwnDays:
    """How one school departs from its authority's school year. Raises ValueError when its own terms overlap."""

    urn: str
    academic_year: str
    terms: tuple[Term, ...] | None = None
    """None: the authority's."""
    inset_days: tuple[tuple[date, str], ...] = ()
    """Staff training: the school does not meet, and the authority's dates do not say so."""
    closed_days: tuple[tuple[date, str], ...] = ()

    def __post_init__(self) -> None:
        last = date.min
        for term in self.terms or ():
            if not last < term.first_day <= term.last_day:
                raise ValueError(f"{term.name} does not follow the term before it, or ends before it begins")
            last = term.last_day


def calendar_of(authority: Sequence[TermDates], own: Sequence[OwnDays]) -> SchoolDays | None:
    """The days on which a school meets: year by year its authority's, but where the school has its own.

    None where no term is known. Raises ValueError when the years overlap.
    """
    terms = {one.academic_year: one.terms for one in authority}
    terms |= {one.academic_year: one.terms for one in own if one.terms}
    stretches = [(term.first_day, term.last_day) for year in terms.values() for term in year]
    if not stretches:
        return None
    shut = [
        day for days in (*(one.closed_days for one in authority), *(one.closed_days for one in own)) for day, _ in days
    ]
    return SchoolDays(stretches, inset=[day for one in own for day, _ in one.inset_days], closures=shut)
