"""What arrives about a child whose case is closed: opened again in time, followed by a new case later, or put before a person."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from cme_contracts.codes import Recommendation
from cme_contracts.codes_intake import ReferralReason
from cme_contracts.safeguarding import CaseConsidered
from tests.register.integration.county import IMOGEN, Register
from tests.register.integration.desk import Desk
from tests.register.invented import addition, child, deletion, referral


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T10:00:00+00:00")


async def closed(register: Register, desk: Callable[..., Desk], outcome: str = "place_offered_and_started") -> str:
    """The case of a child who was referred on 23 November, found, and closed on Monday 30 November."""
    who = child()
    await register.hear(referral(who, at=at("2026-11-23"), reason=ReferralReason.NO_SCHOOL_PLACE))
    path = f"/v1/cases/{(await register.last('case.opened'))['case_id']}"
    await register.hear(addition(who, at=at("2026-11-30")))
    if outcome != "deceased":
        await desk().do(f"{path}/located", proof="school_confirmed_in_writing")
    await desk().close(path, outcome, "official_record")
    return path


async def clocks(register: Register, code: str) -> list[dict[str, Any]]:
    return [one.body for one in await register.said() if one.short == "clock.started" and one.body["clock"] == code]


@pytest.mark.policy("8.1")
@pytest.mark.policy("7.2")
async def test_scenario_28_the_case_is_open_again_under_its_own_number(
    register: Register, desk: Callable[..., Desk]
) -> None:
    path = await closed(register, desk)
    never_came = referral(child(), at=at("2026-12-01"), reason=ReferralReason.DID_NOT_ARRIVE)
    await register.hear(never_came)
    reopened = await register.only("case.reopened")
    assert path.endswith(reopened["case_id"])
    assert (reopened["repeat"], reopened["reason"], reopened["previous_outcome"]) == (
        1,
        "submission",
        "place_offered_and_started",
    )
    assert reopened["submission_id"] == str(never_came.submission_id)
    assert (reopened["kind"], reopened["category"]) == ("cme", "missing"), "it was one without a school place"
    assert (await register.last("closed-case.met"))["then"] == "reopened"
    assert (await register.told()).count("case.opened") == 1
    assert [(one["starts_on"], one["due_on"]) for one in await clocks(register, "INIT-10")] == [
        ("2026-11-23", "2026-12-07"), ("2026-12-01", "2026-12-15"),
    ]  # fmt: skip
    page = await desk().read(path)
    assert (page["status"], page["repeat"], page["located_at"], page["outcome"]) == ("open", 1, None, None)
    assert (page["due_at"], page["lead_officer_id"], page["category"]) == (
        "2026-12-16T00:00:00Z",
        str(IMOGEN),
        "missing",
    )
    states = {code: [one["state"] for one in page["clocks"] if one["code"] == code] for code in ("INIT-10", "OUTCOME")}
    assert states == {"INIT-10": ["satisfied", "running"], "OUTCOME": ["cancelled"]}, (
        "there is no outcome to tell any more"
    )
    assert [one["outcome"] for one in (await desk().read(f"{path}/closure"))["closures"]] == [
        "place_offered_and_started"
    ]

    register.clock.at = at("2026-12-10")
    await desk().do(f"{path}/located", proof="seen_by_officer")
    to_settle = (await desk().read(f"{path}/closure"))["checks_to_settle"]
    assert (len(to_settle), "admissions" in to_settle) == (10, True)  # waived before its first end, not for the next
    assert await desk().lacks(path, "returned_to_same_school", "school_confirmed_in_writing") == [
        "checks_open",
        "safeguarding_not_considered",
    ]
    await desk().close(path, "returned_to_same_school", "school_confirmed_in_writing")
    assert (await register.last("case.closed"))["repeat"] == 1
    assert len((await register.last("case.closed"))["submission_ids"]) == 2


async def test_twenty_school_days_are_counted_and_after_them_a_new_case_follows(
    register: Register, desk: Callable[..., Desk]
) -> None:
    path = await closed(register, desk)
    await register.hear(referral(child(), at=at("2026-12-31")))  # no school's days are known: the twentieth working day
    assert (await register.last("closed-case.met"))["then"] == "new_case"
    opened = await register.last("case.opened")
    assert path.endswith(opened["follows_case_id"]) and not path.endswith(opened["case_id"])
    assert (await register.last("closed-case.met"))["new_case_id"] == opened["case_id"]
    assert (await desk().read(path))["status"] == "closed"
    [listed] = (await desk().read("/v1/cases"))["items"]
    assert listed["follows_case_id"] == opened["follows_case_id"]
    assert await desk().refused(f"{path}/reopening", reason="closed_in_error", note="of another child") == (
        409,
        "child-has-an-open-case",
    )


@pytest.mark.policy("7.3")
async def test_what_safeguarding_considered_before_a_new_case_counts_for_the_one_before(
    register: Register, desk: Callable[..., Desk]
) -> None:
    who = child()
    await register.hear(referral(who, at=at("2026-11-23"), reason=ReferralReason.NO_SCHOOL_PLACE))
    await register.considered()
    path = f"/v1/cases/{(await register.last('case.opened'))['case_id']}"
    await desk().do(f"{path}/located", proof="school_confirmed_in_writing")
    await desk().end(path, "place_offered_and_started", "official_record")
    await register.hear(CaseConsidered(
        child_id=UUID((await register.last("case.closed"))["child_id"]), consideration_id=uuid4(), considered_at=at("2026-12-01"),
        prompted_by="cme.child.located.v1", recommendation=Recommendation.NO_CONCERN_SEEN,
    ))  # fmt: skip
    await register.hear(referral(who, at=at("2027-02-15"), reason=ReferralReason.NO_SCHOOL_PLACE))
    following = f"/v1/cases/{(await register.last('case.opened'))['case_id']}"
    assert following != path
    assert (await desk().read(f"{following}/closure"))["safeguarding_considered"] is False
    await register.considered()
    assert (await desk().read(f"{following}/closure"))["safeguarding_considered"] is True


@pytest.mark.parametrize(("day", "then"), [("2026-12-30", "reopened"), ("2026-12-31", "new_case")])
async def test_the_last_day_counts(register: Register, desk: Callable[..., Desk], day: str, then: str) -> None:
    await closed(register, desk)
    await register.hear(referral(child(), at=at(day)))
    assert (await register.last("closed-case.met"))["then"] == then


async def test_old_news_and_what_opens_nothing_is_kept_and_said(register: Register, desk: Callable[..., Desk]) -> None:
    path = await closed(register, desk)
    await register.hear(addition(child(), at=at("2026-12-02")))
    assert (await register.last("closed-case.met"))["then"] == "kept"
    assert (await desk().read("/v1/cases", status="closed", met="true"))["items"] == []
    late = deletion(child(), at=at("2026-12-03")).model_copy(update={"deleted_on": at("2026-11-20").date()})
    await register.hear(late)
    assert "case.reopened" not in await register.told()
    assert (await desk().read(path))["status"] == "closed"


async def test_a_child_who_has_died_is_put_before_a_person(register: Register, desk: Callable[..., Desk]) -> None:
    path = await closed(register, desk, "deceased")
    await register.hear(referral(child(), at=at("2026-12-01")))
    assert (await register.last("closed-case.met"))["then"] == "for_a_person"
    assert (await register.told()).count("case.opened") == 1
    [listed] = (await desk().read("/v1/cases", status="closed", met="true"))["items"]
    assert path.endswith(listed["case_id"])
    await desk().do(f"{path}/review")
    assert (await desk().read("/v1/cases", status="closed", met="true"))["items"] == []
    assert await desk().refused(f"{path}/review") == (409, "nothing-to-review")
    register.clock.at = at("2027-06-01")
    await desk().do(f"{path}/reopening", reason="closed_in_error", note="another child of that name has died")
    reopened = await register.only("case.reopened")
    assert (reopened["reason"], reopened["reopened_by"]) == ("closed_in_error", str(IMOGEN))
    assert "another child" not in str([one.body for one in await register.said()])
    assert await desk().refused(f"{path}/reopening", reason="other", note="once more") == (409, "case-not-closed")


async def test_a_person_reopens_in_time_and_not_later(register: Register, desk: Callable[..., Desk]) -> None:
    path = await closed(register, desk)
    register.clock.at = at("2026-12-31")
    assert await desk().refused(f"{path}/reopening", reason="did_not_start", note="the school rang") == (
        409,
        "too-late-to-reopen",
    )
    register.clock.at = at("2026-12-30") - timedelta(hours=1)
    await desk().do(f"{path}/reopening", reason="did_not_start", note="the school rang")
    assert (await clocks(register, "INIT-10"))[-1]["starts_on"] == "2026-12-30"
