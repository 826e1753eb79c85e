"""A calendar changes while clocks run: they are counted again and it is said; what is over stays (domain scenario 2)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest

from cme_calendars import WorkingDays
from cme_contracts.referrals import SchoolCalendarChanged, SchoolTerm
from cme_register.application.clocks import School, occurred
from cme_register.domain.occurrences import Occurrence
from cme_register.entrypoints.recounting import Recounting
from tests.register.integration.county import Register
from tests.register.integration.desk import Desk
from tests.register.invented import SCHOOL, child, referral

CLOSURE = [date(2026, 12, day) for day in (29, 30, 31)]
THURSDAY = datetime(2026, 12, 17, 11, tzinfo=UTC)


def recounting(register: Register, *closed: date) -> Recounting:
    """A worker that was started with another council's file."""
    return Recounting(register.db, register.clock, replace(register.rules, days=WorkingDays(closed)))


async def clocks(register: Register, code: str = "INIT-10") -> list[tuple[date, str]]:
    rows = await register.db.pool.fetch(
        "SELECT due_on, calendar FROM clock WHERE code = $1 ORDER BY starts_on, due_on", code
    )
    return [(row["due_on"], row["calendar"]) for row in rows]


@pytest.mark.policy("7.2")
async def test_a_closure_that_is_entered_later_moves_what_runs_and_is_in_the_record(
    register: Register, desk: Callable[..., Desk]
) -> None:
    await register.hear(referral(at=THURSDAY))
    case_id = (await register.only("case.opened"))["case_id"]
    assert [due for due, _ in await clocks(register)] == [date(2027, 1, 5)]
    register.clock.at = datetime(2026, 12, 18, 9, tzinfo=UTC)
    worker = recounting(register, *CLOSURE)
    assert await worker.look() > 0
    said = await register.last("clock.recomputed")
    assert (said["due_on_before"], said["due_on"], said["because"]) == ("2027-01-05", "2027-01-08", "working_days")
    assert said["calendar"] == WorkingDays(CLOSURE).version != said["calendar_before"] == register.rules.days.version
    assert await worker.look() == 0

    page = await desk().read(f"/v1/cases/{case_id}")
    assert page["due_at"] == "2027-01-09T00:00:00Z"
    told = [one for one in page["chronology"] if one["what"] == "cme.clock.recomputed.v1"]
    assert {one["detail"]["clock"] for one in told} >= {"INIT-10"}

    await register.let_pass("2027-01-06T00:00:00+00:00")
    assert "deadline.breached" not in await register.told()  # the timer of the old day is no more
    await register.let_pass("2027-01-09T00:00:00+00:00")
    assert (await register.only("deadline.breached"))["detected_late_by"] == 0


async def test_what_is_over_or_breached_is_left_alone(register: Register, desk: Callable[..., Desk]) -> None:
    await register.hear(referral(child("Found"), at=THURSDAY))
    found = (await register.only("case.opened"))["case_id"]
    await desk().do(f"/v1/cases/{found}/located", proof="seen_by_officer")
    await register.hear(referral(child("Lost"), at=THURSDAY))
    await register.let_pass("2027-01-06T00:00:00+00:00")
    before = await clocks(register)
    await recounting(register, *CLOSURE).look()
    assert await clocks(register) == before
    assert {one.body["clock"] for one in await register.said(standing=True) if one.short == "clock.recomputed"} <= {
        "REVIEW-M1", "REVIEW-MANAGER",
    }  # fmt: skip


async def test_a_day_that_moves_into_the_past_is_a_breach_that_was_seen_late(register: Register) -> None:
    register.rules = replace(register.rules, days=WorkingDays(CLOSURE))
    closed = Register(register.db, register.clock, register.rules)
    await closed.hear(referral(at=THURSDAY))
    register.clock.at = datetime(2027, 1, 7, tzinfo=UTC)
    await recounting(register).look()
    await register.let_pass("2027-01-07T00:00:00+00:00")
    assert (await register.only("deadline.breached"))["detected_late_by"] == 24 * 3600


async def test_a_worker_with_an_older_edition_moves_nothing_back(register: Register) -> None:
    older, newer = recounting(register), recounting(register, *CLOSURE)
    await older.look()
    await register.hear(referral(at=THURSDAY))
    assert await newer.look() > 0
    assert await older.look() == 0
    assert [due for due, _ in await clocks(register)] == [date(2027, 1, 8)]
    async with register.db.transaction() as tx:
        await tx.recounting.use(register.rules.days.version)  # the council takes its closure back
    assert await older.look() > 0
    assert [due for due, _ in await clocks(register)] == [date(2027, 1, 5)]


async def test_many_are_counted_again_in_batches_and_an_interrupted_count_goes_on(register: Register) -> None:
    await register.hear(*(referral(child(f"Child{n}", postcode=f"ZZ{n} 1AB"), at=THURSDAY) for n in range(30)))
    worker = recounting(register, *CLOSURE)
    async with register.db.transaction() as tx:
        found = await tx.recounting.otherwise_counted(WorkingDays(CLOSURE).version, UUID(int=0), 40)
        assert len(found) == 40
    moved = await worker.look()
    assert moved == len([one for one in await register.said(standing=True) if one.short == "clock.recomputed"])
    assert {due for due, _ in await clocks(register)} == {date(2027, 1, 8)}
    assert await worker.look() == 0


TERMS = [
    (date(2026, 9, 3), date(2026, 10, 23)),
    (date(2026, 11, 2), date(2026, 12, 18)),
    (date(2027, 1, 4), date(2027, 2, 12)),
]


def school_year(*, whose: str = "999", inset: tuple[date, ...] = (), hour: int = 9) -> SchoolCalendarChanged:
    own = whose != "999"
    return SchoolCalendarChanged(
        la_code=None if own else whose, urn=whose if own else None, academic_year="2026-27",
        terms=None if own else tuple(SchoolTerm(first_day=a, last_day=b) for a, b in TERMS), inset_days=inset, closed_days=(),
        changed_at=datetime(2026, 11, 1, hour, tzinfo=UTC),
    )  # fmt: skip


async def test_a_clock_of_school_days_goes_by_the_schools_year_once_it_is_known_and_again_when_it_changes(
    register: Register,
) -> None:
    await register.hear(referral(at=datetime(2026, 11, 30, 9, tzinfo=UTC)))
    case_id = UUID((await register.only("case.opened"))["case_id"])
    async with register.db.transaction() as tx:
        case = await tx.cases.lock(case_id)
        await occurred(
            tx, case, Occurrence.PLACEMENT_APPLIED, register.rules, at=register.clock.at, new_id=uuid4, about=uuid4(),
            school=School(SCHOOL, "999"),
        )  # fmt: skip
        await tx.cases.save([case])
    [(due, calendar)] = await clocks(register, "INYEAR")
    assert (due, calendar.split("/")[:2]) == (date(2026, 12, 21), ["school", "unknown"])

    worker = Recounting(register.db, register.clock, register.rules)
    await register.hear(school_year())
    assert await worker.look() == 1  # the ten days of INYEAR-AIM end on the same day by either count
    assert [due for due, _ in await clocks(register, "INYEAR")] == [date(2027, 1, 4)]  # scenario 15's fifteen days
    await register.hear(school_year(whose=SCHOOL, inset=(date(2027, 1, 4),), hour=10))
    await worker.look()
    [(due, calendar)] = await clocks(register, "INYEAR")
    assert (due, (await register.last("clock.recomputed"))["because"]) == (date(2027, 1, 5), "school_days")
    assert calendar.startswith("school/") and "unknown" not in calendar


async def test_a_changed_year_is_remembered_until_its_clocks_are_counted_to_the_end(register: Register) -> None:
    await register.hear(school_year())
    await register.db.pool.execute("UPDATE recount SET asked_at = asked_at - interval '2 minutes'")
    worker = Recounting(register.db, register.clock, register.rules)
    async with register.db.transaction() as another_worker:
        assert await another_worker.recounting.alone()
        await worker.look()
    assert await register.db.pool.fetchval("SELECT whose FROM recount") == "999"
    await worker.look()
    assert await register.db.pool.fetchval("SELECT count(*) FROM recount") == 0


async def test_a_school_whose_days_nobody_knows_is_counted_again_with_the_working_days(
    register: Register, desk: Callable[..., Desk]
) -> None:
    await register.hear(referral(at=THURSDAY))
    child_id = (await register.only("case.opened"))["child_id"]
    answer = await desk().post(
        f"/v1/children/{child_id}/placements",
        {"step": "applied", "on": "2026-12-17", "school_urn": SCHOOL, "school_la": "999"},
    )
    assert answer.status_code == 200, answer.text
    assert [due for due, _ in await clocks(register, "INYEAR")] == [date(2027, 1, 12)]
    await recounting(register, *CLOSURE).look()
    assert await clocks(register, "INYEAR") == [(date(2027, 1, 15), f"school/unknown/{WorkingDays(CLOSURE).version}")]
    assert await recounting(register, *CLOSURE).look() == 0
