"""What a child is in law, as the register says it and shows it: with the dates of domain scenarios 7, 9, 16 and 24, and others."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest

from cme_bus.database import Database
from cme_contracts import people
from cme_contracts.codes_intake import Ground, WithdrawalReason
from cme_contracts.referrals import SubmissionWithdrawn
from cme_contracts.returns import HomeEducationNotified
from cme_contracts.sealed import Sealed
from cme_register.adapters.postgres import RegisterTx
from tests.register.integration.county import GWILYM, KEYRING, Register, Standing
from tests.register.integration.desk import Desk
from tests.register.invented import addition, child, deletion, referral

GLOSSOP = "990001"


def noon(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00:00+00:00")


def notified(at: str, stated: str | None, who: people.Child | None = None) -> HomeEducationNotified:
    id_ = uuid4()
    return HomeEducationNotified(
        submission_id=id_, first_submission_id=id_, reference="CME-TEST", received_at=noon(at), school_urn="999001",
        school_la="999", stated_day=date.fromisoformat(stated) if stated else None, personal=Sealed(who or child()),
    )  # fmt: skip


async def page(register: Register, desk: Callable[..., Desk]) -> Any:
    child_id = (await register.last("submission.matched"))["child_id"]
    return await desk().read(f"/v1/children/{child_id}")


@pytest.mark.policy("3.1")
async def test_a_lost_childs_status_counts_from_the_deletion_and_says_when_it_was_learnt(
    register: Register, desk: Callable[..., Desk]
) -> None:
    await register.hear(deletion(at=noon("2027-02-03"), on=date(2027, 1, 29)))
    assert await register.statuses() == [("missing", "2027-01-29")]
    shown = await page(register, desk)
    assert (shown["status"]["learnt_at"], shown["counted_as_missing_education"]) == ("2027-02-03T12:00:00Z", True)
    case = await register.only("case.opened")
    assert shown["status"]["case_id"] == case["case_id"]
    await desk().do(f"/v1/cases/{case['case_id']}/category", category="without_school_place")
    assert await register.statuses() == [("missing", "2027-01-29"), ("without_school_place", "2027-02-03")]
    history = (await page(register, desk))["status_history"]
    assert [one["status"] for one in history] == ["missing", "without_school_place", "after_school_age"]
    told = [line["what"] for line in (await desk().read(f"/v1/cases/{case['case_id']}"))["chronology"]]
    assert told.count("cme.status.changed.v1") == 2


@pytest.mark.policy("5.3.2")
async def test_home_education_in_writing_is_not_assessed_once_the_stated_day_is_over_and_opens_no_case(
    register: Register, desk: Callable[..., Desk]
) -> None:
    """Scenario 7 in February: her last day will be Friday the 5th."""
    await register.hear(addition(at=noon("2026-09-07")), notified("2027-01-25", "2027-02-05"))
    assert await register.statuses() == [("receiving_education", "2026-09-07")]
    assert await register.let_pass("2027-02-05T23:59:59+00:00") == 0
    assert await register.let_pass("2027-02-06T00:00:00+00:00") == 1
    assert (await register.statuses())[1:] == [("home_education_not_assessed", "2027-02-06")]
    await register.hear(deletion(ground=Ground.F, at=noon("2027-02-08"), on=date(2027, 2, 8)))
    assert len(await register.statuses()) == 2, "it was so since the 6th"
    assert "case.opened" not in await register.told()
    assert (await page(register, desk))["counted_as_missing_education"] is False


@pytest.mark.policy("3.3")
async def test_home_education_found_unsuitable_is_one_case_from_the_day_of_the_decision(
    register: Register, desk: Callable[..., Desk]
) -> None:
    """Scenario 9: at home since March, found unsuitable on 7 December, recorded two days later: due on the 21st."""
    await register.hear(notified("2026-03-09", None))
    child_id = (await register.only("submission.matched"))["child_id"]
    register.clock.at = noon("2026-12-09")
    path = f"/v1/children/{child_id}/home-education"
    body = {"suitable": False, "decided_on": "2026-12-07"}
    first, again = [await desk().post(path, body, key="one-decision-one-key") for _ in range(2)]
    assert first.status_code == 200 and first.json() == again.json()
    assert await register.statuses() == [
        ("home_education_not_assessed", "2026-03-09"),
        ("without_school_place", "2026-12-07"),
    ]
    opened, clock = await register.only("case.opened"), await register.only("clock.started")
    assert (opened["kind"], opened["category"], opened["case_id"]) == (
        "cme", "without_school_place", first.json()["case_id"]
    )  # fmt: skip
    assert (clock["starts_on"], clock["due_on"]) == ("2026-12-07", "2026-12-21")
    assert [
        (one.body["team"], one.body["reason"]) for one in await register.said() if one.short == "child.handed-over"
    ] == [("home_education", "home_education_notification"), ("attendance_orders", "home-education-unsuitable")]
    shown = await page(register, desk)
    assert [one["suitable"] for one in shown["home_education"]] == [False]
    assert (shown["status"]["because"], shown["counted_as_missing_education"]) == ("home_education_assessed", True)
    answer = await desk().post(path, body)
    assert answer.json()["case_id"] == opened["case_id"], "the same case, however often it is decided"
    assert (await register.told()).count("case.opened") == 1


@pytest.mark.policy("3.2")
@pytest.mark.parametrize("then_suitable", [False, True])
async def test_unsuitable_home_education_of_a_child_too_young_is_a_case_once_of_age_unless_it_is_suitable_by_then(
    register: Register, desk: Callable[..., Desk], then_suitable: bool
) -> None:
    """Born in December 2021: five, and of compulsory school age, on 31 December 2026."""
    await register.hear(notified("2026-10-05", None, child(born=date(2021, 12, 31))))
    child_id = (await register.only("submission.matched"))["child_id"]
    path = f"/v1/children/{child_id}/home-education"
    register.clock.at = noon("2026-12-08")
    unsuitable = await desk().post(path, {"suitable": False, "decided_on": "2026-12-07"})
    assert unsuitable.json()["case_id"] is None
    register.clock.at = noon("2026-12-18")
    if then_suitable:
        assert (await desk().post(path, {"suitable": True, "decided_on": "2026-12-18"})).status_code == 200
    await register.let_pass("2026-12-31T00:00:00+00:00")
    if then_suitable:
        assert "case.opened" not in await register.told()
        return
    opened, clock = await register.only("case.opened"), await register.only("clock.started")
    assert (opened["category"], clock["due_on"]) == ("without_school_place", "2027-01-15")
    assert (await register.statuses())[-1] == ("without_school_place", "2026-12-31")
    [sent] = (await desk().read(f"/v1/cases/{opened['case_id']}"))["submissions"]
    assert sent["kind"] == "home_education_notification", "whoever sent the notice is told how it ends"


async def test_suitable_home_education_is_no_case_and_a_decision_of_tomorrow_none_at_all(
    register: Register, desk: Callable[..., Desk]
) -> None:
    await register.hear(notified("2027-01-11", None))
    child_id = (await register.only("submission.matched"))["child_id"]
    path = f"/v1/children/{child_id}/home-education"
    refused = await desk().post(path, {"suitable": True, "decided_on": "2027-01-12"})
    assert (refused.status_code, refused.json()["code"]) == (422, "decided-in-the-future")
    assert (await desk("school").post(path, {"suitable": True, "decided_on": "2027-01-11"})).status_code == 404
    wrong = await desk().post(path, {"suitable": "perhaps", "decided_on": "2027-01-11"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "suitable")
    assert (await desk().post(path, {"suitable": True, "decided_on": "2027-01-11"})).json()["case_id"] is None
    assert (await register.statuses())[-1] == ("home_education_suitable", "2027-01-11")
    assert "case.opened" not in await register.told()


@pytest.mark.policy("5.2.1")
async def test_a_new_school_that_surfaces_first_leaves_nothing_to_look_for(register: Register) -> None:
    """Scenario 16 in March: entered at Glossop on the 2nd; deleted at Chesterfield on 26 February, told on the 8th."""
    await register.hear(addition(at=noon("2027-03-03"), on=date(2027, 3, 2), school=GLOSSOP))
    await register.hear(deletion(at=noon("2027-03-08"), on=date(2027, 2, 26)))
    assert await register.told() == ["submission.matched", "submission.matched"]
    assert await register.statuses() == [("receiving_education", "2027-03-02")]


async def test_an_open_case_is_only_suggested_for_closure_by_a_new_school(
    register: Register, desk: Callable[..., Desk]
) -> None:
    await register.hear(deletion(at=noon("2027-03-01"), on=date(2027, 2, 26)))
    await register.hear(addition(at=noon("2027-03-03"), on=date(2027, 3, 2), school=GLOSSOP))
    case = await register.only("case.opened")
    suggested = await register.only("closure.suggested")
    assert (suggested["case_id"], suggested["outcome"], suggested["school_urn"], suggested["since"]) == (
        case["case_id"], "on_roll_in_county", GLOSSOP, "2027-03-02"
    )  # fmt: skip
    shown = await page(register, desk)
    assert (shown["status"]["status"], shown["status"]["school_urn"]) == ("receiving_education", GLOSSOP)
    assert [one["status"] for one in shown["cases"]] == ["open"]


@pytest.mark.policy("5.1.6")
async def test_a_return_that_is_legally_anothers_opens_our_case_and_they_are_owed_a_copy(
    register: Register, desk: Callable[..., Desk]
) -> None:
    """Scenario 24 in January: a Derby school deletes a child who lives with us; then one of ours a child of Derby."""
    db = Database(register.db.pool, RegisterTx, source="/cme/register", keyring=KEYRING)
    ours = Register(db, Standing(register.clock.at), replace(register.rules, authority="830"))
    sent = deletion(at=noon("2027-01-11"), on=date(2027, 1, 8), school_la="831", home_la="830")
    await ours.hear(sent)
    clock = await ours.only("clock.started")
    assert (clock["starts_on"], clock["due_on"]) == ("2027-01-11", "2027-01-25")
    copy = await ours.only("other-authority.concerned")
    assert (copy["la_code"], copy["school_la"], copy["home_la"]) == ("831", "831", "830")
    shown = await page(register, desk)
    assert (shown["school_la"], shown["home_la"]) == ("831", "830")
    assert [one["la_code"] for one in shown["other_authorities"]] == ["831"]
    corrected = deletion(
        at=noon("2027-01-12"), on=date(2027, 1, 8), school_la="831", home_la="830", first=sent.submission_id
    )
    await ours.hear(corrected)
    assert (await ours.told()).count("other-authority.concerned") == 1
    theirs = deletion(child("Merle"), at=noon("2027-01-12"), school_la="830", home_la="831")
    await ours.hear(theirs)
    assert (await ours.last("other-authority.concerned"))["submission_id"] == str(theirs.submission_id)
    assert (await ours.told()).count("case.opened") == 2, "ours until the other authority accepts"


async def test_what_was_taken_back_or_corrected_is_not_so_any_more(
    register: Register, desk: Callable[..., Desk]
) -> None:
    await register.hear(referral(at=noon("2027-01-11")))
    wrong = addition(at=noon("2027-01-12"), on=date(2027, 1, 4), school=GLOSSOP)
    await register.hear(wrong)
    assert (await register.statuses())[-1] == ("receiving_education", "2027-01-04")
    await register.hear(SubmissionWithdrawn(
        submission_id=wrong.submission_id, first_submission_id=wrong.submission_id, reference="CME-TEST",
        received_at=noon("2027-01-13"), reason=WithdrawalReason.WRONG_CHILD, withdrawn_at=noon("2027-01-13"),
    ))  # fmt: skip
    assert (await register.statuses())[-1] == ("missing", "2027-01-11")
    assert [one["status"] for one in (await page(register, desk))["status_history"]][:1] == ["missing"]


@pytest.mark.policy("8.1")
async def test_statuses_follow_their_records_through_join_and_separation(
    register: Register, desk: Callable[..., Desk]
) -> None:
    await register.hear(referral(at=noon("2027-01-11")), referral(child("Izzy"), at=noon("2027-01-12")))
    isolde, izzy = [one.body["child_id"] for one in await register.said() if one.short == "submission.matched"]
    await register.hear(addition(child("Izzy"), at=noon("2027-01-13"), on=date(2027, 1, 13), school=GLOSSOP))
    before = [(await desk().read(f"/v1/children/{one}"))["status_history"] for one in (isolde, izzy)]
    manager = desk("team_manager", str(GWILYM))
    await manager.do(f"/v1/children/{isolde}/join", absorbed_child_id=izzy)
    joined = await desk().read(f"/v1/children/{isolde}")
    assert [one["status"] for one in joined["status_history"]][:2] == ["missing", "receiving_education"]
    assert (await register.statuses())[-1] == ("receiving_education", "2027-01-13")
    await manager.do(f"/v1/children/{isolde}/separate", restored_child_id=izzy)
    after = [(await desk().read(f"/v1/children/{one}"))["status_history"] for one in (isolde, izzy)]
    assert after == before
    assert (await register.statuses())[-1] == ("missing", "2027-01-11")


async def test_a_case_that_ends_says_what_the_child_is_then(register: Register, desk: Callable[..., Desk]) -> None:
    await register.hear(referral(at=datetime(2027, 1, 11, 9, tzinfo=UTC)))
    case_id = (await register.only("case.opened"))["case_id"]
    await desk().do(f"/v1/cases/{case_id}/located", proof="seen_by_officer")
    await desk().close(
        f"/v1/cases/{case_id}", "moved_abroad_verified", "official_record", evidence="the school's letter"
    )
    await desk("team_manager").do(f"/v1/cases/{case_id}/closure/agreement")
    assert (await register.statuses())[-1] == ("outside_area", "2027-01-11")
