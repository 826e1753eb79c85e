"""School years are kept as intake says them, and make the calendar on which a school's days are counted."""

from datetime import date, timedelta
from typing import Any

from cme_contracts.referrals import SchoolCalendarChanged, SchoolTerm
from tests.register.integration.conftest import Register
from tests.register.invented import NOVEMBER, SCHOOL

AUTUMN = SchoolTerm(first_day=date(2026, 11, 2), last_day=date(2026, 12, 18))
LATER = NOVEMBER + timedelta(hours=1)


def year(**more: Any) -> SchoolCalendarChanged:
    return SchoolCalendarChanged(**{"academic_year": "2026-27", "changed_at": NOVEMBER} | more)


async def november(register: Register) -> list[int] | None:
    """The days on which the school meets in the week of the 9th."""
    async with register.db.transaction() as tx:
        days = await tx.calendars.days_of(SCHOOL, "999")
    return days and [day for day in range(9, 16) if days.is_school_day(date(2026, 11, day))]


async def test_a_school_meets_in_its_authority_s_terms_but_for_what_it_says_itself(register: Register) -> None:
    await register.hear(year(urn=SCHOOL, inset_days=(date(2026, 11, 12),)))
    assert await november(register) is None  # no term is known, and none is guessed
    await register.hear(year(la_code="999", terms=(AUTUMN,), closed_days=(date(2026, 11, 13),)))
    assert await november(register) == [9, 10, 11]
    monday = SchoolTerm(first_day=date(2026, 11, 9), last_day=date(2026, 11, 9))
    own = SchoolTerm(first_day=date(2026, 11, 11), last_day=date(2026, 12, 18))
    await register.hear(year(urn=SCHOOL, terms=(monday, own), changed_at=LATER))
    await register.hear(year(urn=SCHOOL, inset_days=(date(2026, 11, 11),)))  # said before, heard after
    assert await november(register) == [9, 11, 12]


async def test_terms_that_contradict_each_other_are_no_calendar(register: Register) -> None:
    await register.hear(year(la_code="999", terms=(AUTUMN,)))
    await register.hear(year(urn=SCHOOL, academic_year="2025-26", terms=(AUTUMN,)))
    assert await november(register) is None
