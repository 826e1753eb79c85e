"""Clocks on a real database: told once, late rather than never, and never taken back (policy 7, 8)."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest

from cme_contracts.notifications import ReferrerInformed
from cme_register.entrypoints.timers import loop
from cme_timers import overdue
from tests.register.integration.county import Register
from tests.register.integration.desk import Desk
from tests.register.invented import child, deletion, referral


async def opened(register: Register) -> str:
    return str((await register.only("case.opened"))["case_id"])


@pytest.mark.policy("8.1")
async def test_many_workers_raise_each_breach_once(register: Register) -> None:
    await register.hear(*(referral(child(f"Child{number}")) for number in range(12)))
    register.clock.at = datetime(2026, 12, 8, tzinfo=UTC)
    workers = [loop(register.db, register.clock, register.rules) for _ in range(5)]
    await asyncio.gather(*(worker.fire_due() for worker in workers))
    said = Counter(await register.told())
    assert (said["clock.warned"], said["deadline.breached"], said["deadline.escalated"]) == (12, 12, 0)
    assert (await overdue(register.db.pool, register.clock)).count == 0


async def test_after_an_outage_everything_is_told_late_and_says_how_late(register: Register) -> None:
    await register.hear(referral())
    await register.let_pass("2026-12-15T06:00:00+00:00")
    assert (await register.told())[4:] == [
        "clock.warned",
        "deadline.breached",
        "risk.rated",
        "deadline.escalated",
        "deadline.escalated",
    ]
    breached = await register.only("deadline.breached")
    assert breached["detected_late_by"] == 7 * 24 * 3600 + 6 * 3600
    assert [one.body["rung"] for one in await register.said() if one.short == "deadline.escalated"] == [2, 3]
    await register.let_pass("2027-06-01T00:00:00+00:00")
    assert [one for one in await register.told() if one.startswith("deadline.")] == [
        "deadline.breached", "deadline.escalated", "deadline.escalated",
    ]  # fmt: skip


async def test_overdue_is_counted_until_it_is_told(register: Register) -> None:
    await register.hear(referral(child("One")), referral(child("Two")))
    register.clock.at = datetime(2026, 12, 8, tzinfo=UTC)
    assert (await overdue(register.db.pool, register.clock)).count == 6  # a warning, a breach and a rating of each
    await register.timers.fire_due()
    assert (await overdue(register.db.pool, register.clock)).count == 0


@pytest.mark.policy("7.2")
async def test_found_in_time_nothing_more_is_told(register: Register, desk: Callable[..., Desk]) -> None:
    await register.hear(referral())
    register.clock.at = datetime(2026, 12, 2, 16, tzinfo=UTC)
    await desk().do(f"/v1/cases/{await opened(register)}/located", proof="school_confirmed_in_writing")
    satisfied = await register.only("clock.satisfied")
    assert (satisfied["on_time"], satisfied["late_by_working_days"]) == (True, 0)
    assert await register.let_pass("2026-12-11T00:00:00+00:00") == 0
    assert "deadline.breached" not in await register.told()


async def test_found_late_before_the_timer_was_heard_it_is_a_breach_first(
    register: Register, desk: Callable[..., Desk]
) -> None:
    await register.hear(referral())
    register.clock.at = datetime(2026, 12, 8, 9, tzinfo=UTC)
    await desk().do(f"/v1/cases/{await opened(register)}/located", proof="seen_by_officer")
    assert (await register.told())[4:] == ["child.located", "deadline.breached", "risk.rated", "clock.satisfied"]
    assert (await register.only("deadline.breached"))["detected_late_by"] == 9 * 3600
    assert (await register.only("clock.satisfied"))["late_by_working_days"] == 1
    assert await register.let_pass("2026-12-17T00:00:00+00:00") == 0


async def test_a_breach_while_whereabouts_are_unknown_lifts_the_case_in_the_work_list(
    register: Register, desk: Callable[..., Desk]
) -> None:
    await register.hear(referral())
    assert (await desk().read("/v1/cases"))["items"][0]["risk"] == "amber"
    await register.let_pass("2026-12-08T00:00:00+00:00")
    [item] = (await desk().read("/v1/cases"))["items"]
    assert (item["risk"], item["breached"]) == ("red", True)


@pytest.mark.policy("7.3")
async def test_referrers_not_told_in_time_are_a_breach_of_their_own(
    register: Register, desk: Callable[..., Desk]
) -> None:
    one, other = referral(), deletion()
    await register.hear(one)
    await register.hear(other)
    case_id = await opened(register)
    child_id = (await register.only("case.opened"))["child_id"]
    await desk().do(f"/v1/cases/{case_id}/located", proof="seen_by_officer")
    await register.considered()
    await desk().end(f"/v1/cases/{case_id}", "returned_to_same_school", "school_confirmed_in_writing")
    await register.hear(informed(one.submission_id, child_id, case_id))
    await register.go_through("2026-11-25T00:00:00+00:00", "2026-11-26T00:00:00+00:00", "2026-12-01T00:00:00+00:00")
    assert (await register.told())[-3:] == ["deadline.breached", "deadline.escalated", "deadline.escalated"]
    breached = await register.only("deadline.breached")
    assert (breached["clock"], breached["tell"]) == ("OUTCOME", ["team_manager"])
    await register.hear(informed(other.submission_id, child_id, case_id, at=datetime(2026, 12, 1, 9, tzinfo=UTC)))
    assert (await register.last("clock.satisfied"))["late_by_working_days"] == 5
    page = await desk().read(f"/v1/cases/{case_id}")
    assert page["due_at"] is None and {one["referrer_informed_at"] is not None for one in page["submissions"]} == {True}


async def test_a_child_who_has_died_needs_no_finding_and_no_more_clock(
    register: Register, desk: Callable[..., Desk]
) -> None:
    await register.hear(referral())
    await register.considered()
    await desk().do(f"/v1/cases/{await opened(register)}/closure", outcome="deceased", proof="official_record")
    assert (await register.told())[4:] == ["case.closed", "clock.satisfied", "clock.started"]


async def test_one_referrer_told_late_is_late_whoever_is_heard_of_last(
    register: Register, desk: Callable[..., Desk]
) -> None:
    one, other = referral(), deletion()
    await register.hear(one)
    await register.hear(other)
    case_id, child_id = await opened(register), (await register.only("case.opened"))["child_id"]
    await desk().do(f"/v1/cases/{case_id}/located", proof="seen_by_officer")
    await register.considered()
    await desk().end(f"/v1/cases/{case_id}", "returned_to_same_school", "school_confirmed_in_writing")
    register.clock.at = datetime(2026, 11, 27, 9, tzinfo=UTC)  # and no timer has fired since: workers were down
    await register.hear(informed(one.submission_id, child_id, case_id, at=datetime(2026, 11, 26, 9, tzinfo=UTC)))
    await register.hear(informed(other.submission_id, child_id, case_id, at=datetime(2026, 11, 24, 9, tzinfo=UTC)))
    satisfied = await register.last("clock.satisfied")
    assert (satisfied["on_time"], satisfied["late_by_working_days"]) == (False, 2)
    assert satisfied["satisfied_at"] == "2026-11-26T09:00:00Z"
    breached = await register.only("deadline.breached")
    assert breached["detected_late_by"] == (2 * 24 + 9) * 3600  # seen when it was heard of, and that is said
    assert breached["detected_at"] == "2026-11-27T09:00:00Z"


async def test_a_child_who_was_found_no_longer_ranks_as_lost(register: Register, desk: Callable[..., Desk]) -> None:
    await register.hear(referral())
    path = f"/v1/cases/{await opened(register)}"
    await desk().do(f"{path}/category", category="without_school_place")
    await register.let_pass("2026-12-08T00:00:00+00:00")
    assert (await desk().read(path))["risk"] == "green"  # where the child is was never in question
    await desk().do(f"{path}/category", category="missing")
    assert (await desk().read(path))["risk"] == "red"
    await desk().do(f"{path}/located", proof="seen_by_officer")
    page = await desk().read(path)
    assert (page["risk"], page["breached"], page["factors"]) == ("green", True, ["deadline_breached"])


def informed(submission_id: UUID, child_id: str, case_id: str, *, at: datetime | None = None) -> ReferrerInformed:
    return ReferrerInformed(
        message_id=submission_id, submission_id=submission_id, child_id=UUID(child_id), case_id=UUID(case_id),
        informed_at=at or datetime(2026, 11, 24, 9, tzinfo=UTC),
    )  # fmt: skip
