"""A second opinion on when a clock is due: tables of days looked down, importing nothing of the product.

Every day that counts stands in a numbered list, and a period is so many places further down it. Working hours are minutes in such a
list, laid end to end. Midnight in London follows from the last Sundays of March and October.
"""

from bisect import bisect_left, bisect_right
from calendar import SUNDAY, monthcalendar
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

from tests.kit.calendars.almanac import DAYS, HOLIDAYS

FIRST, MINUTES = 9 * 60, 8 * 60
"""Nine to five."""


def working(closures: Iterable[date]) -> list[date]:
    shut = HOLIDAYS.union(closures)
    return [day for day in DAYS if day.isoweekday() < 6 and day not in shut]


def meeting(terms: Iterable[tuple[date, date]], off: Iterable[date]) -> list[date]:
    inside = {day for first, last in terms for day in DAYS[bisect_left(DAYS, first) : bisect_right(DAYS, last)]}
    return sorted(day for day in inside.difference(off) if day.isoweekday() < 6)


def further_down(days: Sequence[date], start: date, number: int, inclusive: bool) -> date:
    """The `number`-th of `days` that is after `start`, or not before it."""
    return days[(bisect_left if inclusive else bisect_right)(days, start) + number - 1]


MONTHS = [list(days) for _, days in groupby(DAYS, key=lambda day: (day.year, day.month))]


def months_on(start: date, number: int, inclusive: bool) -> date:
    place = next(n for n, days in enumerate(MONTHS) if start in (days[0], days[-1]) or days[0] < start < days[-1])
    days = MONTHS[place + number]
    last = days[min(start.day, len(days)) - 1]
    return DAYS[bisect_left(DAYS, last) - inclusive]


def is_summer_at_midnight(day: date) -> bool:
    last = [max(week[SUNDAY] for week in monthcalendar(day.year, month)) for month in (3, 10)]
    return date(day.year, 3, last[0]) < day <= date(day.year, 10, last[1])


def begins(day: date) -> datetime:
    """Midnight in London at which `day` begins, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=is_summer_at_midnight(day))


def minutes_down(days: Sequence[date], start: datetime, minutes: int) -> datetime:
    """So many working minutes after a whole minute, which is given in London's own time without a zone."""
    day = start.date()
    into = start.hour * 60 + start.minute - FIRST
    counts = bisect_left(days, day) < len(days) and days[bisect_left(days, day)] == day
    place = bisect_left(days, day) * MINUTES + (min(max(into, 0), MINUTES) if counts else 0) + minutes
    on, within = divmod(place - 1, MINUTES)
    ends = days[on]
    return begins(ends) + timedelta(minutes=FIRST + within + 1) + changes_that_day(ends)


def changes_that_day(day: date) -> timedelta:
    """By how much a clock change within the day moves what comes after one in the morning."""
    return timedelta(hours=is_summer_at_midnight(day) - is_summer_at_midnight(day + timedelta(days=1)))
