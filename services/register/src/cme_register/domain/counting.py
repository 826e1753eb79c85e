"""How periods are counted: the arithmetic that safeguarding's clocks share (kit/calendars), under the name it has here."""

from cme_calendars.periods import (
    EVERY_DAY,
    OFFICE_HOURS,
    UNKNOWN_SCHOOL,
    Calendars,
    Hours,
    Length,
    Period,
    Unit,
    first_moment,
    period,
)

__all__ = [
    "EVERY_DAY", "OFFICE_HOURS", "UNKNOWN_SCHOOL", "Calendars", "Hours", "Length", "Period", "Unit", "first_moment", "period",
]  # fmt: skip
