"""Working days, school days, the instant at which a day ends, compulsory school age. See the README for the rules."""

from cme_calendars.local_day import LONDON, end_of_day, local_date
from cme_calendars.school_age import CompulsorySchoolAge, compulsory_school_age
from cme_calendars.school_days import SchoolDays
from cme_calendars.working_days import BeyondCalendar, WorkingDays

__all__ = [
    "LONDON", "BeyondCalendar", "CompulsorySchoolAge", "SchoolDays", "WorkingDays", "compulsory_school_age", "end_of_day",
    "local_date",
]  # fmt: skip
