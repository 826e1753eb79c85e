"""Days as people in England have them: from midnight to midnight in Europe/London."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def end_of_day(day: date) -> datetime:
    """The instant at which `day` is over in Europe/London: the start of the next local day, as aware UTC.

    A period that ends with a day (regulation 13(1): "by the end of the fifth day") is met strictly before
    this instant and breached from it on. Days with a clock change are 23 or 25 hours long, and end right.
    """
    # Both changes happen at 01:00 UTC, so a London midnight exists once on every day: no fold to choose.
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=LONDON).astimezone(UTC)


def local_date(instant: datetime) -> date:
    """The date in Europe/London at `instant`: the receipt date of what was received then.

    Raises ValueError for an instant without a time zone, which could be a day early or late.
    """
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return _local_date(instant)


@lru_cache(maxsize=64)
def _local_date(instant: datetime) -> date:
    """Whoever receives a form asks for one instant's day several times, and for a chunk's with each row."""
    return instant.astimezone(LONDON).date()
