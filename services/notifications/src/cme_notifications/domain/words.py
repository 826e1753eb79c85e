"""How a message speaks: dates as people write them, and whom it greets."""

from __future__ import annotations

import re
from datetime import date

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip  # not strftime: it speaks the machine's language

LONGEST = 60
NAME = re.compile(r"[^\W\d_]+(?:[ .'’-]+[^\W\d_]+)*\.?")


def long_date(day: date) -> str:
    """`Monday 7 December 2026`."""
    return f"{DAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def greeting(name: str | None) -> str:
    """`Dear Ada Example`, or `Hello` where what was given as a name does not read as one.

    Whoever refers a child chooses the name: it must not become a way to send strangers a text or an address of
    one's own in the council's name.
    """
    name = " ".join((name or "").split())
    return f"Dear {name}" if name and len(name) <= LONGEST and NAME.fullmatch(name) else "Hello"
