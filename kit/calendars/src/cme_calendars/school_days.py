"""Which days a school meets on: its authority's terms, and what is different at this school."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, timedelta

from cme_calendars.working_days import SATURDAY, BeyondCalendar

LONGEST_HOLIDAY = timedelta(days=70)
"""More days than this between two terms are no holiday: the terms of a year are missing, and days in it are not known."""
JULY = 7
SUMMER = (6, 7, 8)
"""Months in which a school year's last term may end."""

type Terms = tuple[tuple[date, date], ...]


class SchoolDays:
    """Monday to Friday in term, without the days on which pupils do not come. Immutable.

    Nothing is guessed: a day before the first term, after the last, or in a year whose terms are missing raises
    BeyondCalendar. A bank holiday in term is among the `closures`, as the published term dates have it.
    """

    def __init__(
        self, terms: Iterable[tuple[date, date]], *, inset: Iterable[date] = (), closures: Iterable[date] = ()
    ) -> None:
        """`terms` are first and last days, both included, of any number of school years, in any order.

        `inset` are days of staff training, `closures` all others on which the school is shut.
        Raises ValueError when there is no term, one ends before it begins, or two overlap.
        """
        self._terms: Terms = tuple(sorted(terms))
        if not self._terms:
            raise ValueError("a school calendar needs a term")
        last = date.min
        for first_day, last_day in self._terms:
            if not last < first_day <= last_day:
                raise ValueError(f"the term from {first_day} to {last_day} overlaps another, or ends before it begins")
            last = last_day
        self._inset, self._closures = frozenset(inset), frozenset(closures)

    @property
    def version(self) -> str:
        """Names these days: a digest of every term, training day and closure. Store it beside what was counted by them."""
        parts = (self._terms, sorted(self._inset), sorted(self._closures))
        return f"school/{hashlib.sha256(repr(parts).encode()).hexdigest()[:8]}"

    @property
    def first(self) -> date:
        """The first day that is known."""
        return self._terms[0][0]

    @property
    def last(self) -> date:
        """The last day that is known."""
        return self._terms[-1][1]

    def for_school(
        self,
        *,
        terms: Iterable[tuple[date, date]] | None = None,
        inset: Iterable[date] = (),
        closures: Iterable[date] = (),
    ) -> SchoolDays:
        """This calendar as one school departs from it: terms of its own where it sets them, and further days off.

        Academies, voluntary aided and foundation schools set their own terms. The days off of this calendar stay days off.
        Raises ValueError as the constructor does.
        """
        return SchoolDays(
            self._terms if terms is None else terms,
            inset=self._inset.union(inset),
            closures=self._closures.union(closures),
        )

    def is_school_day(self, day: date) -> bool:
        """Whether the school meets on `day`. Raises BeyondCalendar."""
        self._known(day)
        return (
            day.weekday() < SATURDAY
            and day not in self._inset
            and day not in self._closures
            and any(first_day <= day <= last_day for first_day, last_day in self._terms)
        )

    def add_school_days(self, start: date, days: int) -> date:
        """The day on which a period of `days` school days after `start` ends, not counting `start` itself.

        With `days` 0 it is `start`. Raises ValueError for a negative number, BeyondCalendar when the period leaves the
        calendar.
        """
        if days < 0:
            raise ValueError("a period of school days runs forwards")
        day = self._known(start)
        while days:
            day += timedelta(days=1)
            days -= self.is_school_day(day)
        return day

    def nth_school_day(self, first_day: date, number: int) -> date:
        """The `number`-th school day from `first_day` on, which counts itself where it is one: of an absence, its length.

        Raises ValueError for a number below 1, BeyondCalendar.
        """
        if number < 1:
            raise ValueError("school days are counted from the first")
        return self.add_school_days(first_day, number - self.is_school_day(first_day))

    def school_days_between(self, start: date, end: date) -> int:
        """How many school days there are after `start`, up to and with `end`. The inverse of `add_school_days`.

        Raises ValueError when `end` is before `start`, BeyondCalendar.
        """
        if self._known(end) < self._known(start):
            raise ValueError("the end is before the start")
        return sum(self.is_school_day(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))

    def first_day_of_school_year(self, day: date) -> date:
        """The first school day of the school year in which `day` lies: its first term after July (Education Act 1996 s 579).

        Raises BeyondCalendar.
        """
        self._known(day)
        begun = [
            first_day
            for before, (first_day, _) in zip((date.min, *(last for _, last in self._terms)), self._terms, strict=False)
            if first_day <= day and _begins_a_year(before, first_day)
        ]
        if not begun:
            raise BeyondCalendar(f"the beginning of the school year of {day} is not in this calendar")
        return self.nth_school_day(begun[-1], 1)

    def last_day_of_school_year(self, day: date) -> date:
        """The end of the last term of the school year that has begun by `day`, and after which no other has.

        A year whose last known term ends before June is not known to its end. Raises BeyondCalendar.
        """
        begun = [first_day for first_day, _ in self._terms if first_day <= day]
        if begun:
            year = _year_of(begun[-1])
            last_day = max(last for first, last in self._terms if _year_of(first) == year)
            if last_day.month in SUMMER and day - last_day <= LONGEST_HOLIDAY:
                return last_day
        raise BeyondCalendar(f"the end of the school year of {day} is not in this calendar")

    def _known(self, day: date) -> date:
        if not self.first <= day <= self.last:
            raise BeyondCalendar(f"{day} is beyond this school calendar, which holds {self.first} to {self.last}")
        for (_, before), (after, _) in zip(self._terms, self._terms[1:], strict=False):
            if before < day < after and after - before > LONGEST_HOLIDAY:
                raise BeyondCalendar(f"{day} lies in a school year whose terms are not known")
        return day


def _year_of(first_day: date) -> int:
    """The year in which the school year of a term began: with the first term after July."""
    return first_day.year if first_day.month > JULY else first_day.year - 1


def _begins_a_year(before: date, first_day: date) -> bool:
    """A term is the first after July where the one before it ended by then, or there is none."""
    july = date(first_day.year, 7, 31)
    return before <= july < first_day
