"""A second opinion on the calendar: rules of statute and a table of days, sharing nothing with the code it judges.

The bank holidays are worked out from the rules (Banking and Financial Dealings Act 1971, Schedule 1; common law; the
proclamations as they are made each year). Periods are counted in a numbered list of all working days, not day by day.
"""

from bisect import bisect_right
from calendar import MONDAY, SATURDAY, monthcalendar
from datetime import date, timedelta

YEARS = range(2024, 2036)


def easter_sunday(year: int) -> date:
    """By the lunar tables (golden number, epact), as the Book of Common Prayer has them after 1752."""
    century = year // 100 + 1
    golden = year % 19 + 1
    correction = 3 * century // 4 - 12
    epact = (11 * golden + 20 + (8 * century + 5) // 25 - 5 - correction) % 30
    if epact == 24 or (epact == 25 and golden > 11):
        epact += 1
    full_moon = 44 - epact
    if full_moon < 21:
        full_moon += 30
    sunday = full_moon + 7 - (5 * year // 4 - correction - 10 + full_moon) % 7
    return date(year, 3, 1) + timedelta(days=sunday - 1)


def mondays(year: int, month: int) -> list[date]:
    return [date(year, month, week[MONDAY]) for week in monthcalendar(year, month) if week[MONDAY]]


def bank_holidays(year: int) -> set[date]:
    easter = easter_sunday(year)
    days = {easter - timedelta(days=2), easter + timedelta(days=1)}
    days |= {mondays(year, 5)[0], mondays(year, 5)[-1], mondays(year, 8)[-1]}
    for month, number in ((1, 1), (12, 25), (12, 26)):
        day = date(year, month, number)
        while day.weekday() >= SATURDAY or day in days:
            day += timedelta(days=1)  # a substitute: the next day that is free
        days.add(day)
    return days


HOLIDAYS = frozenset(day for year in YEARS for day in bank_holidays(year))
DAYS = [
    date(YEARS[0], 1, 1) + timedelta(days=n) for n in range((date(YEARS[-1] + 1, 1, 1) - date(YEARS[0], 1, 1)).days)
]


class Table:
    """Every working day in a numbered list: adding is looking further down the list."""

    def __init__(self, closures: frozenset[date] = frozenset()) -> None:
        self.working = [day for day in DAYS if day.weekday() < SATURDAY and day not in HOLIDAYS | closures]

    def number(self, day: date) -> int:
        """How many working days there are up to and with `day`."""
        return bisect_right(self.working, day)

    def after(self, start: date, days: int) -> date:
        return self.working[self.number(start) + days - 1] if days else start
