"""Domain.md 8 ENC: before the start of the next school day; the council's officer where no setting is to be told."""

from datetime import date, datetime

import pytest

from cme_calendars import LONDON, SchoolDays, WorkingDays
from cme_referrals.domain.encompass import in_time, is_the_councils, next_day

SATURDAY, MONDAY, FRIDAY = date(2026, 11, 21), date(2026, 11, 23), date(2026, 12, 18)
AUTUMN = SchoolDays([(date(2026, 11, 2), FRIDAY)], inset=[MONDAY])


@pytest.mark.parametrize(
    ("incident", "days", "expected"),
    [
        (SATURDAY, AUTUMN, date(2026, 11, 24)),  # Monday is for staff training
        (date(2026, 11, 24), AUTUMN, date(2026, 11, 25)),
        (FRIDAY, AUTUMN, None),  # no term after it is known
        (SATURDAY, WorkingDays(), MONDAY),
        (date(2026, 12, 24), WorkingDays(), date(2026, 12, 29)),
        (SATURDAY, None, None),
    ],
)
def test_the_day_before_which_somebody_is_told(
    incident: date, days: SchoolDays | WorkingDays | None, expected: date | None
) -> None:
    assert next_day(incident, days) == expected


def test_in_time_is_before_the_day_begins_as_the_school_has_it() -> None:
    assert in_time(datetime(2026, 11, 24, 8, 29, tzinfo=LONDON), date(2026, 11, 24))
    assert not in_time(datetime(2026, 11, 24, 8, 30, tzinfo=LONDON), date(2026, 11, 24))
    assert in_time(datetime(2027, 6, 15, 8, 29, tzinfo=LONDON), date(2027, 6, 15))


@pytest.mark.parametrize(
    ("urn", "on_roll", "home_educated", "expected"),
    [
        ("990001", True, None, False),
        ("990001", None, None, False),
        ("990001", False, None, True),
        ("990001", None, True, True),
        (None, None, None, True),
    ],
)
def test_at_home_or_on_no_roll_the_councils_officer_is_told(
    urn: str | None, on_roll: bool | None, home_educated: bool | None, expected: bool
) -> None:
    assert is_the_councils(urn, on_roll=on_roll, home_educated=home_educated) is expected
