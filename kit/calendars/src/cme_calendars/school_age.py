"""Between which days a child is of compulsory school age in England (Education Act 1996 s 8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

PRESCRIBED_DAYS = ((3, 31), (8, 31), (12, 31))
"""The Education (Start of Compulsory School Age) Order 1998 (SI 1998/1607): month and day."""
CUT_OFF = (9, 1)
"""Month and day: who turns 16 from this day on leaves a year later. Practice and GOV.UK; the Act names no day."""
EARLIEST_CUT_OFF, LATEST_CUT_OFF = (8, 1), (9, 30)
DOUBTFUL_BIRTHDAYS = ((9, 1), (9, 7))
"""The Act's school year begins with the first term after July (s 579): a birthday in its first days may be read either way."""
FRIDAY = 4


@dataclass(frozen=True, slots=True)
class CompulsorySchoolAge:
    """Both days included: from the beginning of the first until the end of the last."""

    first_day: date
    """The statutory day, whether or not a school meets on it."""
    last_day: date
    """The school leaving date: the last Friday in June (The Education (School Leaving Date) Order 1997, SI 1997/1970)."""
    check_leaving_date: bool
    """The child was born on 1 to 7 September: read literally the Act may end a year earlier than practice does."""

    def __contains__(self, day: date) -> bool:
        """Whether the child is of compulsory school age on `day`."""
        return self.first_day <= day <= self.last_day


def compulsory_school_age(date_of_birth: date, *, cut_off: tuple[int, int] = CUT_OFF) -> CompulsorySchoolAge:
    """Education Act 1996 s 8(2) and (3).

    It starts on the fifth birthday where that is a prescribed day, otherwise on the next one. It ends with the leaving
    date of the school year in which the child turns 16; `cut_off` (month, day) is the day on which the next year begins.
    Whoever was born on 29 February is taken to have their birthday on 1 March, which changes no result.
    Raises ValueError for a `cut_off` that is not in August or September.
    """
    if not EARLIEST_CUT_OFF <= cut_off <= LATEST_CUT_OFF:
        raise ValueError("a school year begins in August or September (Education Act 1996 s 579)")
    return _compulsory_school_age(date_of_birth, cut_off)


@lru_cache(maxsize=8192)  # there are no more birthdays at school
def _compulsory_school_age(date_of_birth: date, cut_off: tuple[int, int]) -> CompulsorySchoolAge:
    fifth, sixteenth = _birthday(date_of_birth, 5), _birthday(date_of_birth, 16)
    prescribed = (date(fifth.year, month, day) for month, day in PRESCRIBED_DAYS)
    leaves_in = sixteenth.year + (sixteenth >= date(sixteenth.year, *cut_off))
    earliest, latest = DOUBTFUL_BIRTHDAYS
    return CompulsorySchoolAge(
        first_day=next(day for day in prescribed if fifth <= day),  # 31 December: there always is one
        last_day=_last_friday_in_june(leaves_in),
        check_leaving_date=earliest <= (date_of_birth.month, date_of_birth.day) <= latest,
    )


def _birthday(date_of_birth: date, age: int) -> date:
    year = date_of_birth.year + age
    if (date_of_birth.month, date_of_birth.day) == (2, 29):
        return date(year, 3, 1)
    return date_of_birth.replace(year=year)


def _last_friday_in_june(year: int) -> date:
    last = date(year, 6, 30)
    return last - timedelta(days=(last.weekday() - FRIDAY) % 7)
