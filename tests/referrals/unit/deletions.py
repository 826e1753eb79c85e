"""Deletion returns of an invented school, and what the rules ask about them."""

from datetime import date
from typing import Any

from cme_calendars import SchoolDays
from cme_referrals.domain.rules import Challenge, Deletion, Elsewhere, Known, State, findings, rule_table

TEST_CAL = SchoolDays([
    (date(2026, 9, 3), date(2026, 10, 23)), (date(2026, 11, 2), date(2026, 12, 18)), (date(2027, 1, 4), date(2027, 2, 12)),
    (date(2027, 2, 22), date(2027, 3, 25)), (date(2027, 4, 12), date(2027, 5, 28)), (date(2027, 6, 7), date(2027, 7, 22)),
])  # fmt: skip
SCHOOL, OTHER = "990001", "990002"
LETTERS = "abcdefghijklmno"
TABLE = rule_table()
NOTHING = Elsewhere()
"""The register knows the child and has recorded nothing."""


def november_day(day: int) -> date:
    return date(2026, 11, day)


def deletion(ground: str, deleted_on: date, **more: Any) -> Deletion:
    said: dict[str, Any] = {"school_urn": SCHOOL, "ground": ground, "deleted_on": deleted_on, "received_on": deleted_on}
    return Deletion(**(said | more))


def asked(
    it: Deletion, *, days: SchoolDays | None = TEST_CAL, elsewhere: Elsewhere | None = NOTHING
) -> dict[str, Challenge]:
    return dict(findings(Known(deletion=it, days=days, elsewhere=elsewhere), TABLE.rules))


def refused(it: Deletion, **known: Any) -> list[str]:
    return [rule for rule, one in asked(it, **known).items() if one.state is State.CHALLENGED]


def written(deleted_on: date, **more: Any) -> Deletion:
    """Scenario 7: the letter of 16 November says her last day is Friday the 27th."""
    return deletion("f", deleted_on, writing_received_on=november_day(16), stated_day=november_day(27), **more)
