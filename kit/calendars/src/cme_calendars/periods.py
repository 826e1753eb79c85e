"""How long a period is, and when it ends: in working days, a school's days, calendar days, weeks, months or hours."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from cme_calendars.local_day import LONDON, end_of_day, local_date
from cme_calendars.school_days import SchoolDays
from cme_calendars.working_days import BeyondCalendar, WorkingDays

EVERY_DAY = "every-day"
"""The calendar of periods in which every day or hour counts."""
UNKNOWN_SCHOOL = "school/unknown/"
"""How the calendar of a period begins that should go by a school's days, which are not known: it went by the working days named after it."""


class Unit(StrEnum):
    """What is counted."""

    WORKING_DAYS = "working_days"
    SCHOOL_DAYS = "school_days"
    """Days on which that school meets."""
    CALENDAR_DAYS = "calendar_days"
    WEEKS = "weeks"
    MONTHS = "months"
    HOURS = "hours"
    """Elapsed, nights and weekends with them."""
    WORKING_HOURS = "working_hours"
    """Within the council's hours of its working days."""


@dataclass(frozen=True, slots=True)
class Length:
    """So many of a unit. `inclusive`: day nought is itself the first that counts ("beginning with"); else the next ("after")."""

    number: int
    unit: Unit
    inclusive: bool = False


@dataclass(frozen=True, slots=True)
class Hours:
    """The council's hours on a working day, in Europe/London."""

    opens: time = time(9)
    closes: time = time(17)


OFFICE_HOURS = Hours()


@dataclass(frozen=True, slots=True)
class Calendars:
    """All that a period may be counted by. `school` is None where the school's days are not known."""

    working: WorkingDays
    school: SchoolDays | None = None
    hours: Hours = OFFICE_HOURS


@dataclass(frozen=True, slots=True)
class Period:
    """A length counted from a beginning: its last day, the instant it is over, when it is time to warn, and by what it was counted."""

    due_on: date
    due_at: datetime
    """The end of the last day in Europe/London; of a period of hours the instant itself."""
    warn_at: datetime | None
    """The beginning of the day on which four fifths are reached, or the one asked for; None where that is day nought."""
    calendar: str


def period(length: Length, day: date, at: datetime, calendars: Calendars, warn_after: int | None = None) -> Period:
    """Count `length` from `day`, the local day of the instant `at`. Raises `BeyondCalendar`.

    `warn_after`: how many of the unit pass until the warning; four fifths of the length unless it is said.
    """
    if length.unit is Unit.HOURS:
        due_at = at + timedelta(hours=length.number)
        return Period(local_date(due_at), due_at, at + _until_warning(length, warn_after), EVERY_DAY)
    if length.unit is Unit.WORKING_HOURS:
        due_at = _working_hours(at, timedelta(hours=length.number), calendars)
        warn_at = _working_hours(at, _until_warning(length, warn_after), calendars)
        return Period(local_date(due_at), due_at, warn_at, calendars.working.version)
    if length.unit is Unit.SCHOOL_DAYS:
        try:
            return _of_days(length, day, warn_after, calendars, calendars.school)
        except BeyondCalendar:  # no day of a school is guessed: until its year is known, the earlier working days hold
            known = _of_days(Length(length.number, Unit.WORKING_DAYS, length.inclusive), day, warn_after, calendars)
            return Period(known.due_on, known.due_at, known.warn_at, UNKNOWN_SCHOOL + calendars.working.version)
    return _of_days(length, day, warn_after, calendars, calendars.school)


def first_moment(day: date) -> datetime:
    """The instant at which `day` begins in Europe/London."""
    return end_of_day(day - timedelta(days=1))


def _of_days(
    length: Length, day: date, warn_after: int | None, calendars: Calendars, school: SchoolDays | None = None
) -> Period:
    last = _last_day(length, length.number, day, calendars, school)
    if length.unit is Unit.MONTHS and warn_after is None:
        warn_on = day + timedelta(days=max(1, (last - day).days * 4 // 5))
    else:
        days = length.number * 7 if length.unit is Unit.WEEKS and warn_after is None else length.number
        unit = Unit.CALENDAR_DAYS if length.unit is Unit.WEEKS and warn_after is None else length.unit
        number = warn_after if warn_after is not None else max(1, days * 4 // 5)
        warn_on = _last_day(Length(days, unit, length.inclusive), number, day, calendars, school)
    version = {Unit.WORKING_DAYS: calendars.working.version, Unit.SCHOOL_DAYS: school.version if school else ""}
    warn_at = first_moment(warn_on) if warn_on > day else None
    return Period(last, end_of_day(last), warn_at, version.get(length.unit, EVERY_DAY))


def _last_day(length: Length, number: int, day: date, calendars: Calendars, school: SchoolDays | None) -> date:
    match length.unit:
        case Unit.WORKING_DAYS:
            counted = length.inclusive and calendars.working.is_working_day(day)
            return calendars.working.add_working_days(day, number - counted)
        case Unit.SCHOOL_DAYS:
            if school is None:
                raise BeyondCalendar("the days of the school are not known")
            return school.add_school_days(day, number - (length.inclusive and school.is_school_day(day)))
        case Unit.MONTHS:
            return _months_on(day, number) - timedelta(days=length.inclusive)
        case Unit.WEEKS:
            return day + timedelta(days=7 * number - length.inclusive)
        case _:
            return day + timedelta(days=number - length.inclusive)


def _months_on(day: date, months: int) -> date:
    """The same day of a later month, or that month's last where it has none: the corresponding date."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _until_warning(length: Length, warn_after: int | None) -> timedelta:
    return timedelta(hours=length.number) * 4 / 5 if warn_after is None else timedelta(hours=warn_after)


def _working_hours(at: datetime, span: timedelta, calendars: Calendars) -> datetime:
    """When `span` of the council's working hours has passed since `at`."""
    day, begin = local_date(at), at
    while True:
        opens, closes = (
            datetime.combine(day, hour, LONDON).astimezone(UTC)
            for hour in (calendars.hours.opens, calendars.hours.closes)
        )
        begin = max(begin, opens)
        if calendars.working.is_working_day(day) and begin < closes:
            if span <= closes - begin:
                return begin + span
            span -= closes - begin
        day += timedelta(days=1)
