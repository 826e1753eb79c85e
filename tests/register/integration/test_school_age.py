"""Compulsory school age begins and ends by itself, on the right day, and a corrected birth date is looked at again (scenarios 21, 22)."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from cme_contracts.codes import Factor
from cme_contracts.codes_intake import WithdrawalReason
from cme_contracts.referrals import SubmissionWithdrawn
from tests.register.integration.county import Register
from tests.register.integration.desk import Desk
from tests.register.invented import child, deletion, referral

NOBODY = "00000000-0000-0000-0000-000000000000"


def noon(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00:00+00:00")


async def teams(register: Register) -> list[str]:
    return [one.body["team"] for one in await register.said() if one.short == "child.handed-over"]


@pytest.mark.policy("3.2")
@pytest.mark.parametrize(
    ("born", "received", "early", "begins", "first_day", "due_on"),
    [
        (date(2021, 12, 31), "2026-12-10", "2026-12-30T23:59:59+00:00", "2026-12-31T00:00:00+00:00", "2026-12-31", "2027-01-15"),
        (date(2022, 1, 1), "2027-03-10", "2027-03-30T22:59:59+00:00", "2027-03-30T23:00:00+00:00", "2027-03-31", "2027-04-14"),
        (date(2022, 4, 1), "2027-05-10", "2027-08-30T22:59:59+00:00", "2027-08-30T23:00:00+00:00", "2027-08-31", "2027-09-14"),
    ],
)  # fmt: skip
async def test_a_child_who_is_too_young_is_watched_and_looked_at_again_as_their_day_begins(
    register: Register,
    desk: Callable[..., Desk],
    born: date,
    received: str,
    early: str,
    begins: str,
    first_day: str,
    due_on: str,
) -> None:
    sent = referral(child(born=born), at=noon(received), factors=(Factor.EHCP,))
    await register.hear(sent)
    assert await register.told() == ["submission.matched", "child.handed-over"]
    assert (await teams(register), await register.statuses()) == (["early_years"], [("before_school_age", received)])
    child_id = (await register.only("submission.matched"))["child_id"]
    (watch,) = (await desk().read(f"/v1/children/{child_id}"))["age_watches"]
    assert (watch["submission_id"], watch["begins_on"], watch["ended_at"]) == (str(sent.submission_id), first_day, None)
    assert await register.let_pass(early) == 0
    assert await register.let_pass(begins) == 1
    opened, clock = await register.only("case.opened"), await register.only("clock.started")
    assert (opened["submission_id"], opened["factors"]) == (str(sent.submission_id), ["ehcp"])
    assert (clock["starts_on"], clock["due_on"]) == (first_day, due_on)
    assert (await register.statuses())[1:] == [("missing", first_day)]
    shown = await desk().read(f"/v1/children/{child_id}")
    assert shown["submissions"][0]["case_id"] == opened["case_id"]
    assert [one["because"] for one in shown["age_watches"]] == ["of_age"]


async def test_what_else_came_meanwhile_is_one_case_and_what_was_taken_back_is_none(register: Register) -> None:
    young = child(born=date(2021, 12, 31))
    gone = referral(child("Merle", born=date(2021, 12, 31)), at=noon("2026-12-10"))
    await register.hear(referral(young, at=noon("2026-12-10")), deletion(young, at=noon("2026-12-14")), gone)
    await register.hear(SubmissionWithdrawn(
        submission_id=gone.submission_id, first_submission_id=gone.submission_id, reference="CME-TEST",
        received_at=noon("2026-12-15"), reason=WithdrawalReason.SENT_IN_ERROR, withdrawn_at=noon("2026-12-15"),
    ))  # fmt: skip
    await register.let_pass("2027-01-04T09:00:00+00:00")
    assert [one for one in await register.told() if one in {"case.opened", "duplicate.linked"}] == [
        "case.opened", "duplicate.linked"
    ]  # fmt: skip
    assert (await register.only("clock.started"))["starts_on"] == "2026-12-31", "late, but from the right day"


@pytest.mark.policy("3.2")
@pytest.mark.parametrize(
    ("born", "until", "ends", "last_day", "flag"),
    [
        (date(2011, 2, 14), "2027-06-25T22:59:59+00:00", "2027-06-25T23:00:00+00:00", "2027-06-25", False),
        (date(2011, 8, 31), "2027-06-25T22:59:59+00:00", "2027-06-25T23:00:00+00:00", "2027-06-25", False),
        (date(2011, 9, 1), "2028-06-30T22:59:59+00:00", "2028-06-30T23:00:00+00:00", "2028-06-30", True),
    ],
)
async def test_at_the_end_of_the_leaving_date_the_case_ends_by_rule_of_law_and_goes_to_the_post_16_team(
    register: Register, desk: Callable[..., Desk], born: date, until: str, ends: str, last_day: str, flag: bool
) -> None:
    await register.hear(referral(child(born=born), at=noon("2027-06-21")))
    case_id = (await register.only("case.opened"))["case_id"]
    await register.let_pass(until)
    assert "csa.ceased" not in await register.told()
    await register.let_pass(ends)
    ceased, closed = await register.only("csa.ceased"), await register.only("case.closed")
    assert (ceased["last_day"], ceased["check_leaving_date"], ceased["team"]) == (last_day, flag, "post_16")
    assert ceased["safeguarding_goes_on"] is True
    assert (closed["outcome"], closed["decided_by"]) == ("not_compulsory_school_age", NOBODY)
    assert await teams(register) == ["post_16"]
    assert (await register.statuses())[-1][0] == "after_school_age"
    page = await desk().read(f"/v1/cases/{case_id}")
    assert (page["status"], page["outcome"]) == ("closed", "not_compulsory_school_age")
    shown = await desk().read(f"/v1/children/{page['child_id']}")
    assert shown["compulsory_school_age"]["check_leaving_date"] is flag
    assert await register.let_pass("2028-09-01T00:00:00+00:00") >= 0
    assert (await register.told()).count("csa.ceased") == 1


async def test_whoever_is_over_that_age_is_passed_on_at_once(register: Register) -> None:
    await register.hear(referral(child(born=date(2011, 2, 14)), at=noon("2027-06-28")))
    assert await register.told() == ["submission.matched", "child.handed-over"]
    assert (await teams(register), await register.statuses()) == (["post_16"], [("after_school_age", "2027-06-28")])


@pytest.mark.policy("8.1")
async def test_a_corrected_birth_date_ends_the_watch_for_the_wrong_one(
    register: Register, desk: Callable[..., Desk]
) -> None:
    """Written as May 2022, meant as May 2021: of compulsory school age since August 2026; the council knows on 15 December."""
    sent = referral(child(born=date(2022, 5, 4)), at=noon("2026-12-10"))
    await register.hear(sent)
    await register.hear(referral(child(born=date(2021, 5, 4)), at=noon("2026-12-15"), first=sent.submission_id))
    assert (await register.told()).count("case.opened") == 1
    clock = await register.only("clock.started")
    assert (clock["starts_on"], clock["due_on"]) == ("2026-12-15", "2026-12-31")
    child_id = (await register.last("submission.matched"))["child_id"]
    shown = await desk().read(f"/v1/children/{child_id}")
    assert (shown["details"]["date_of_birth"], shown["status"]["status"]) == ("2021-05-04", "missing")
    before = await register.told()
    assert await register.let_pass("2026-12-16T00:00:00+00:00") == 0
    assert await register.db.pool.fetchval(
        "SELECT count(*) FROM timer WHERE kind = 'age.begins' AND fired_at IS NULL AND cancelled_at IS NULL"
    ) == 0  # fmt: skip
    assert await register.told() == before


async def test_a_case_whose_child_turns_out_to_be_too_young_ends_and_is_looked_at_again_on_their_day(
    register: Register,
) -> None:
    """Written as May 2016, meant as February 2022: 31 March 2027."""
    sent = referral(child(born=date(2016, 5, 4)), at=noon("2026-12-10"))
    await register.hear(sent)
    await register.hear(referral(child(born=date(2022, 2, 4)), at=noon("2026-12-14"), first=sent.submission_id))
    closed = await register.only("case.closed")
    assert (closed["outcome"], closed["decided_by"]) == ("not_compulsory_school_age", NOBODY)
    assert (await register.statuses())[-1][0] == "before_school_age"
    await register.let_pass("2027-03-30T23:00:00+00:00")
    assert (await register.told()).count("case.opened") == 2
    assert (await register.last("clock.started"))["due_on"] == "2027-04-14"


async def test_whose_birth_date_nobody_knows_is_taken_to_be_of_age_until_somebody_does(
    register: Register, desk: Callable[..., Desk]
) -> None:
    unknown = child(born=None, upn="K830200126002")
    sent = referral(unknown, at=datetime(2027, 6, 21, 9, tzinfo=UTC))
    await register.hear(sent)
    case_id = (await register.only("case.opened"))["case_id"]
    told = [line["what"] for line in (await desk().read(f"/v1/cases/{case_id}"))["chronology"]]
    assert "register.birth-date.unknown" in told
    await register.hear(referral(child(born=date(2011, 2, 14)), at=noon("2027-06-22"), first=sent.submission_id))
    await register.let_pass("2027-06-25T23:00:00+00:00")
    assert (await register.only("case.closed"))["case_id"] == case_id
