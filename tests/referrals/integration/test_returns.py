"""Schools' other returns, and whether each was in time: answered, kept for ever, and said when it was late."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cme_bus.database import Database
from cme_referrals.adapters.files import read_term_dates
from cme_referrals.adapters.postgres import ReferralsTx
from cme_referrals.application.load import load_terms
from cme_referrals.domain.school_data import OwnDays
from tests.referrals.integration.conftest import Standing
from tests.referrals.integration.visitor import Visitor
from tests.referrals.invented import CANARY, CHILD, MONDAY, SCHOOL, deletion, new_pupil

COUNTY = Path(__file__).parents[3] / "deploy" / "local" / "county"
LATE = "cme.return.late.v1"


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T15:00:00").replace(tzinfo=UTC)


def sent(**more: Any) -> dict[str, Any]:
    return {"child": CHILD} | more


def said_to_be_late(said: list[tuple[str, str, dict[str, Any]]]) -> list[tuple[Any, ...]]:
    return [(body["kind"], body["due_on"], body["late_by"]) for type_, _, body in said if type_ == LATE]


async def load_days(db: Database[ReferralsTx], *own: OwnDays) -> None:
    async with db.transaction() as tx:
        for terms in (read_term_dates(COUNTY / "term-dates.json"), *own):
            await load_terms(tx, terms, at=MONDAY)


async def whole(visitor: Visitor, answer: dict[str, Any]) -> dict[str, Any]:
    found = await visitor.get(f"/v1/submissions/{answer['submission_id']}", visitor.school())
    read: dict[str, Any] = found.json()
    return read


@pytest.mark.policy("5.2.1")
async def test_a_late_return_is_taken_answered_and_said_and_no_correction_mends_it(
    visitor: Visitor, clock: Standing
) -> None:
    """Scenario 5: entered on Thursday 19 November, due on Tuesday the 24th, received on Friday the 27th."""
    clock.at = at("2026-11-27")
    answer = await visitor.accepted("/v1/new-pupil-returns", new_pupil(entered_on="2026-11-19"))
    told = {name: answer[name] for name in ("due_on", "late", "late_by", "late_by_days")}
    assert told == {"due_on": "2026-11-24", "late": True, "late_by": 3, "late_by_days": "calendar"}
    said = await visitor.said()
    assert [type_ for type_, _, _ in said] == ["cme.pupil.added.v1", LATE]
    assert {key for _, key, _ in said} == {answer["submission_id"]}
    assert (said[1][2]["school_urn"], said[1][2]["counted_in"]) == (SCHOOL, "calendar") and CANARY not in str(said[1])

    clock.at = at("2026-11-30")
    correction = f"/v1/submissions/{answer['submission_id']}/correction"
    later = await visitor.accepted(correction, new_pupil(entered_on="2026-11-26"))
    for one in (answer, later):
        kept = await whole(visitor, one)
        assert (kept["due_on"], kept["late"], kept["late_by"]) == ("2026-11-24", True, 3)
    await visitor.accepted(correction, new_pupil(entered_on="2026-11-16"))
    assert (await whole(visitor, answer))["late_by"] == 6
    assert len(said_to_be_late(await visitor.said())) == 1


@pytest.mark.policy("5.2.2")
async def test_a_deletion_return_is_late_from_the_day_after_the_deletion(visitor: Visitor, clock: Standing) -> None:
    """Scenario 16, of another school: deleted on 13 November, told on the 24th. Told beforehand it is in time."""
    clock.at = at("2026-11-24")
    await visitor.accepted("/v1/deletion-returns", deletion(deleted_on="2026-11-13"))
    assert (await visitor.accepted("/v1/deletion-returns", deletion(deleted_on="2026-11-27")))["late"] is False
    assert said_to_be_late(await visitor.said()) == [("deletion_return", "2026-11-13", 11)]


@pytest.mark.policy("5.3.2")
async def test_home_education_is_told_on_the_day_of_the_writing_or_the_next_working_day(
    visitor: Visitor, clock: Standing
) -> None:
    """Scenario 7: the writing came on Friday 20 November."""
    notice = sent(writing_received_on="2026-11-20", stated_day="2026-12-04", factors=["social_worker"])
    late = {}
    for day in ("2026-11-20", "2026-11-23", "2026-11-24"):
        clock.at = at(day)
        late[day] = (await visitor.accepted("/v1/home-education-notifications", notice)).get("late")
    assert late == {"2026-11-20": False, "2026-11-23": False, "2026-11-24": True}
    said = await visitor.said()
    notified = [body for type_, _, body in said if type_ == "cme.home-education.notified.v1"]
    assert {(one["school_urn"], one["stated_day"]) for one in notified} == {(SCHOOL, "2026-12-04")}
    assert said_to_be_late(said) == [("home_education_notification", "2026-11-20", 2)]
    assert [type_ for type_, _, _ in said].count("cme.concern.reported.v1") == 3


@pytest.mark.policy("5.3.2")
async def test_a_parent_may_write_to_the_council_and_then_no_school_is_late(visitor: Visitor) -> None:
    officer = visitor.bearer("lead_officer")
    answer = await visitor.accepted(
        "/v1/home-education-notifications", sent(writing_received_on="2026-11-02"), who=officer
    )
    assert "late" not in answer and "school_urn" in answer["still_missing"]
    assert [type_ for type_, _, _ in await visitor.said()] == ["cme.home-education.notified.v1"]
    assert await visitor.count("punctuality") == 0


async def test_an_oral_notice_is_taken_and_lists_the_writing_as_missing(visitor: Visitor) -> None:
    """Scenario 8."""
    answer = await visitor.accepted("/v1/home-education-notifications", sent())
    assert "writing_received_on" in answer["still_missing"] and "late" not in answer


@pytest.mark.policy("5.2.4")
async def test_an_attendance_return_is_due_on_the_tenth_school_day_once_somebody_has_said_which_days_those_are(
    visitor: Visitor, clock: Standing, db: Database[ReferralsTx]
) -> None:
    """Scenario 13: absent since Thursday 15 October; half-term is between, so the tenth day is Wednesday 4 November."""
    form = sent(
        first_absent_on="2026-10-15", codes=["N", "O", "N"], cause="nobody knows", factors=[],
        enquiries=[{"made_on": "2026-10-16", "method": "telephone", "outcome": "no_answer"}],
    )  # fmt: skip
    clock.at = at("2026-11-06")
    answer = await visitor.accepted("/v1/attendance-returns", form)
    assert "late" not in answer and "due_on" not in answer
    body = (await visitor.said())[0][2]
    assert (body["codes"], body["cause_known"], body["enquiries"]) == (["N", "O"], True, 1)
    assert "nobody knows" not in json.dumps(body)

    await load_days(db)
    kept = await whole(visitor, answer)
    assert (kept["due_on"], kept["late"], kept["late_by"], kept["late_by_days"]) == ("2026-11-04", True, 2, "school")
    assert said_to_be_late(await visitor.said()) == [("attendance_return", "2026-11-04", 2)]
    await load_days(db, OwnDays(SCHOOL, "2026-27"))
    assert len(said_to_be_late(await visitor.said())) == 1


async def test_a_withdrawn_return_waits_for_no_calendar(
    visitor: Visitor, clock: Standing, db: Database[ReferralsTx]
) -> None:
    clock.at = at("2026-11-06")
    answer = await visitor.accepted("/v1/attendance-returns", sent(first_absent_on="2026-10-15"))
    await visitor.send(f"/v1/submissions/{answer['submission_id']}/withdrawal", {"reason": "wrong_child"})
    await load_days(db)
    assert said_to_be_late(await visitor.said()) == []


async def test_a_sickness_return_carries_days_and_no_illness(visitor: Visitor) -> None:
    form = sent(first_absent_on="2026-11-16", grounds_on="2026-11-23", expected_back_on="2026-12-14")
    answer = await visitor.accepted("/v1/sickness-returns", form)
    assert (answer["due_on"], answer["late"]) == ("2026-11-23", False)
    body = (await visitor.said())[0][2]
    assert (body["grounds_on"], body["expected_back_on"]) == ("2026-11-23", "2026-12-14")
    refused = await visitor.send("/v1/sickness-returns", form | {"illness": "a secret"})
    assert refused.status_code == 422 and "a secret" not in refused.text


@pytest.mark.policy("5.2.3")
async def test_an_upload_is_judged_by_its_own_day_and_a_wrong_file_name_is_kept_aside(
    visitor: Visitor, clock: Standing, db: Database[ReferralsTx]
) -> None:
    """Scenario 15: the name was deleted on Friday 27 November."""
    await load_days(db)
    clock.at = at("2026-12-03")
    record = sent(uploaded_on="2026-11-30", deleted_on="2026-11-27", file_name="9994001_CTF_XXXXXXX_001.xml")
    answer = await visitor.accepted("/v1/lost-pupil-records", record)
    assert (answer["due_on"], answer["late"], answer["data_quality"]) == ("2026-11-30", False, [])
    wrong = await visitor.accepted(
        "/v1/lost-pupil-records", record | {"uploaded_on": "2026-12-02", "file_name": f"{CANARY}.xml"}
    )
    assert (wrong["late_by"], [note["field"] for note in wrong["data_quality"]]) == (2, ["file_name"])
    said = [body for type_, _, body in await visitor.said() if type_ == "cme.lost-pupil.recorded.v1"]
    assert [one.get("file_name") for one in said] == ["9994001_CTF_XXXXXXX_001.xml", None]

    file = sent(sent_on="2026-12-03", deleted_on="2026-11-27", file_name="9994001_CTF_9994002_003.xml")
    answer = await visitor.accepted("/v1/transfer-files", file)
    assert (answer["late"], answer["late_by_days"]) == (False, "school")
    contradicts = await visitor.accepted("/v1/transfer-files", file | {"destination_laestab": "9994009"})
    assert [note["field"] for note in contradicts["data_quality"]] == ["destination_laestab", "file_name"]
    said = [body for type_, _, body in await visitor.said() if type_ == "cme.transfer-file.sent.v1"]
    assert [one["destination"] for one in said] == ["9994002", None]


async def test_a_batch_keeps_and_says_the_same(visitor: Visitor, clock: Standing) -> None:
    clock.at = at("2026-11-27")
    rows = (
        "kind,child.forename,child.surname,entered_on,deleted_on,ground,uploaded_on,writing_received_on,codes",
        "new_pupil_return,Juniper,Vale,2026-11-19,,,,,",
        "deletion_return,Juniper,Vale,,2026-11-27,g,,,",
        "lost_pupil_record,Juniper,Vale,,2026-11-20,,2026-11-26,,",
        "home_education_notification,Juniper,Vale,,,,,27/11/2026,",
        "attendance_return,Juniper,Vale,,,,,,G;N",
    )
    answer = await visitor.client.post(
        "/v1/batches", content="\n".join(rows), headers=visitor.school() | {"Content-Type": "text/csv"}
    )
    assert (answer.json()["accepted"], answer.json()["refused"]) == (5, 0), answer.text
    assert sorted(said_to_be_late(await visitor.said())) == [
        ("lost_pupil_record", "2026-11-23", 3), ("new_pupil_return", "2026-11-24", 3)
    ]  # fmt: skip
    kept = await visitor.pool.fetch("SELECT kind, late FROM punctuality ORDER BY kind")
    assert [tuple(row) for row in kept] == [
        ("attendance_return", None), ("deletion_return", False), ("home_education_notification", False),
        ("lost_pupil_record", True), ("new_pupil_return", True),
    ]  # fmt: skip


@pytest.mark.parametrize("path", ["attendance-returns", "sickness-returns", "lost-pupil-records", "transfer-files"])
async def test_a_return_is_a_schools_own(visitor: Visitor, path: str) -> None:
    days = {"uploaded_on": "2026-11-20"} if path == "lost-pupil-records" else {}
    days |= {"sent_on": "2026-11-20"} if path == "transfer-files" else {}
    for who in (visitor.bearer("lead_officer"), visitor.bearer("partner", partner_kind="health")):
        answer = await visitor.send(f"/v1/{path}", sent(**days), who=who)
        assert answer.status_code in {403, 404}
    assert await visitor.count("submission") == 0
