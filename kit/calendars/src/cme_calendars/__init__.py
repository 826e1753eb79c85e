"""Working days of England and Wales, and the instant at which a day ends. See the README for the rules."""

from cme_calendars.local_day import LONDON, end_of_day, local_date
from cme_calendars.working_days import BeyondCalendar, WorkingDays

__all__ = ["LONDON", "BeyondCalendar", "WorkingDays", "end_of_day", "local_date"]
