"""Schools and their terms, as public lists say them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


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
