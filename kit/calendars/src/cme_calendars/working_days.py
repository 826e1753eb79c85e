"""Which days count in a period of working days, read from dated data that its owner may edit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

DATA = Path(__file__).with_name("england_and_wales.json")
SATURDAY = 5


class BeyondCalendar(ValueError):
    """A day before the first or after the last one that the calendar knows: it would have to guess."""

    def __init__(self, said: str, day: date | None = None) -> None:
        super().__init__(said)
        self.day = day
        """Which, where it is one of the working days' calendar."""


class WorkingDays:
    """Monday to Friday without the bank holidays of England and Wales and without the council's closure days.

    The bank holidays are those of the Banking and Financial Dealings Act 1971 as GOV.UK publishes them.
    Immutable: a new edition of the data is a new object, with another `version`.
    """

    def __init__(self, closures: Iterable[date] = (), *, data: Path = DATA) -> None:
        """Read the bank holidays from `data` (JSON, as the file in this package).

        `closures` are days on which the council is shut.
        Raises ValueError when the data cannot be read as a calendar, or a closure day lies beyond it.
        """
        try:
            calendar = json.loads(data.read_text("utf-8"))
            self._name, edition = str(calendar["calendar"]), date.fromisoformat(calendar["edition"])
            self.first, self.last = date.fromisoformat(calendar["from"]), date.fromisoformat(calendar["until"])
            holidays = frozenset(date.fromisoformat(row["date"]) for row in calendar["holidays"])
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{data.name} is not a calendar of bank holidays: {error!r}") from error
        self._closed = holidays | frozenset(closures)
        for day in self._closed:
            self._known(day)
        digest = hashlib.sha256(" ".join(day.isoformat() for day in sorted(self._closed)).encode()).hexdigest()
        self._version = f"{self._name}/{edition.isoformat()}/{digest[:8]}"

    @property
    def version(self) -> str:
        """Names the calendar that set a deadline: its name, its edition, and a digest of every closed day in it.

        Store it beside the deadline. When it differs from the calendar in use, the deadline may need computing again.
        """
        return self._version

    def is_working_day(self, day: date) -> bool:
        """Whether `day` counts. Raises BeyondCalendar."""
        return self._known(day).weekday() < SATURDAY and day not in self._closed

    def add_working_days(self, start: date, days: int) -> date:
        """The day on which a period of `days` working days from `start` ends, not counting `start` itself.

        Receipts on Friday, Saturday and Sunday therefore share a due date. With `days` 0 it is `start`.
        Raises ValueError for a negative number, BeyondCalendar when the period leaves the calendar.
        """
        if days < 0:
            raise ValueError("a period of working days runs forwards")
        day = self._known(start)
        while days:
            day += timedelta(days=1)
            days -= self.is_working_day(day)
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days there are after `start`, up to and with `end`.

        So many is `end` late for what was due on `start`. The inverse of `add_working_days`.
        Raises ValueError when `end` is before `start`, BeyondCalendar.
        """
        if self._known(end) < self._known(start):
            raise ValueError("the end is before the start")
        return sum(self.is_working_day(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))

    def _known(self, day: date) -> date:
        if not self.first <= day <= self.last:
            raise BeyondCalendar(
                f"{day} is beyond the calendar {self._name}, which holds {self.first} to {self.last}", day
            )
        return day
