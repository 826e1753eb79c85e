"""Checks as tasks to other bodies: asked, chased, answered, waived; the ledger, and what finds children (policy 5.1, 7)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from cme_contracts.codes_intake import ReferralReason
from cme_contracts.referrals import EnquiryMade
from cme_register.application.checks import planned_for
from tests.register.integration.county import GWILYM, IMOGEN, Register
from tests.register.integration.desk import Desk
from tests.register.invented import child, referral

NO_PLACE = ReferralReason.NO_SCHOOL_PLACE
SEEN = {"kind": "official_record", "reference": "DMS 26/4711"}


async def opened(register: Register, **facts: Any) -> str:
    await register.hear(referral(**facts))
    return f"/v1/cases/{(await register.last('case.opened'))['case_id']}"


async def asked(desk: Desk, case: str, check: str, how: str = "email", **more: Any) -> str:
    answer = await desk.post(f"{case}/checks", {"check": check, "how": how, **more})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["check_id"])


async def answered(desk: Desk, case: str, check_id: str, result: str, **more: Any) -> None:
    body = {"result": result, "evidence": SEEN, **more}
    answer = await desk.post(f"{case}/checks/{check_id}/answer", body)
    assert answer.status_code == 200, answer.text


@pytest.mark.policy("5.1.3")
async def test_a_body_is_asked_chased_and_answers_late_for_ever(register: Register, desk: Callable[..., Desk]) -> None:
    """Asked on Monday 23 November, five working days: due on the 30th, answered on 3 December."""
    case = await opened(register)
    check_id = await asked(desk(), case, "public_health_nursing")
    said = await register.only("check.requested")
    assert (said["to"], said["due_on"], said["mandatory"], said["requested_by"]) == (
        "health", "2026-11-30", True, str(IMOGEN),
    )  # fmt: skip
    before = len(await register.told())
    await register.go_through("2026-11-27T00:00:00+00:00", "2026-12-01T00:00:00+00:00")
    clocks = [one for one in (await register.said())[before:] if one.body.get("about") == check_id]
    assert [one.short for one in clocks] == ["clock.warned", "deadline.breached"]
    assert clocks[1].body["tell"] == ["lead_officer"]
    [item] = (await desk().read("/v1/cases"))["items"]
    assert (item["checks"]["overdue"], item["overdue"][0]["clock"]) == (1, "CHECK-BODY")
    await register.let_pass("2026-12-03T15:00:00+00:00")
    assert (await register.last("deadline.escalated"))["tell"] == ["team_manager"]
    await answered(desk(), case, check_id, "lead", note="The nurse has a newer address.")
    done = await register.only("check.answered")
    assert (done["result"], done["on_time"]) == ("lead", False)
    assert "newer" not in str([one.body for one in await register.said()])
    [line] = [one for one in (await desk().read(f"{case}/checks"))["tried"] if one["kind"] == "check"]
    assert (line["state"], line["result"], line["chased"], line["evidence_reference"]) == (
        "answered", "lead", 2, "DMS 26/4711",
    )  # fmt: skip
    again = {"result": "nothing", "evidence": SEEN}
    assert (await desk().post(f"{case}/checks/{check_id}/answer", again)).json()["code"] == "check-settled"


@pytest.mark.policy("7.2")
async def test_the_plan_follows_what_the_case_is_and_shrinks_by_answers_and_waivers(
    register: Register, desk: Callable[..., Desk]
) -> None:
    case = await opened(register)

    async def outstanding() -> set[str]:
        planned = (await desk().read(f"{case}/checks"))["planned"]
        async with register.db.transaction() as tx:  # what may not be outstanding when a case ends
            same = await planned_for(tx, await tx.cases.lock(case.rpartition("/")[2]), register.rules)  # type: ignore[arg-type]
        found = {one["check"] for one in planned if one["outstanding"]}
        assert found == {one.definition.code for one in same if one.outstanding}
        return found

    missing = await outstanding()
    assert {"home_visit", "social_care", "lost_pupil_database", "neighbouring_authorities"} <= missing
    await answered(desk(), case, await asked(desk(), case, "social_care"), "nothing")
    waiver = {"checks": ["home_visit"], "reason": "would_endanger"}
    refused = (await desk().post(f"{case}/waived-checks", waiver)).json()
    assert (refused["code"], refused["errors"][0]["code"]) == ("cannot-waive", "may-not-waive")
    assert (await desk("team_manager").post(f"{case}/waived-checks", waiver)).status_code == 200
    assert (await register.only("check.waived"))["waived_by"] == str(GWILYM)
    assert await outstanding() == missing - {"social_care", "home_visit"}
    await desk().do(f"{case}/category", category="without_school_place")
    assert await outstanding() == {"education_database", "admissions", "home_education"}


@pytest.mark.policy("7.3")
async def test_a_child_who_was_found_is_not_asked_after_any_more_by_one_decision(
    register: Register, desk: Callable[..., Desk]
) -> None:
    """Ten mandatory checks, one of them asked already: one decision, ten facts, and the clock of the asked one ends."""
    case = await opened(register)
    running = await asked(desk(), case, "social_care")
    before = len(await register.told())
    needed = (await desk().read(f"{case}/closure"))["checks_to_settle"]
    assert len(needed) >= 10
    body = {"checks": needed, "reason": "found_otherwise", "note": "Seen at her aunt's on Monday."}
    unable = await desk().post(f"{case}/waived-checks", body | {"checks": [*needed, "the_oracle"]})
    assert (unable.status_code, unable.json()["code"]) == (422, "cannot-waive")
    named = {one["pointer"]: one["code"] for one in unable.json()["errors"]}
    assert named[f"#/checks/{len(needed)}"] == "no-such-check"
    assert named[f"#/checks/{needed.index('home_visit')}"] == "may-not-waive" and "the_oracle" not in unable.text
    assert len(await register.told()) == before, "all of them or none"
    twice = await desk().post(f"{case}/waived-checks", body | {"checks": ["send", "send"]})
    assert (twice.status_code, twice.json()["code"]) == (422, "invalid")

    waived = await desk("team_manager").post(f"{case}/waived-checks", body)
    assert waived.status_code == 200, waived.text
    assert [one["check"] for one in waived.json()["waived"]] == needed
    facts = [one.body for one in await register.said() if one.short == "check.waived"]
    assert [one["check"] for one in facts] == needed and len({one["check_id"] for one in facts}) == len(needed)
    assert {one["check_id"] for one in facts if one["check"] == "social_care"} == {running}
    ended = [one for one in await register.said() if one.short == "clock.cancelled"]
    assert [one.body["about"] for one in ended] == [running]
    assert (await desk().read(f"{case}/closure"))["checks_to_settle"] == []


async def test_two_visits_count_only_at_different_times(register: Register, desk: Callable[..., Desk]) -> None:
    case = await opened(register)
    first, second = [await asked(desk(), case, "home_visit", "home_visit") for _ in range(2)]
    body = {"check": "home_visit", "how": "home_visit"}
    assert (await desk().post(f"{case}/checks", body)).json()["code"] == "check-runs"
    register.clock.at = datetime.fromisoformat("2026-11-24T18:00:00+00:00")
    await answered(desk(), case, first, "nothing", answered_at="2026-11-24T10:00:00+00:00")
    await answered(desk(), case, second, "nothing", answered_at="2026-11-24T10:20:00+00:00")
    third = await asked(desk(), case, "home_visit", "home_visit")

    async def visits() -> tuple[int, bool]:
        [one] = [one for one in (await desk().read(f"{case}/checks"))["planned"] if one["check"] == "home_visit"]
        return one["answered"], one["outstanding"]

    assert await visits() == (1, True)
    too_soon = {"result": "nothing", "evidence": SEEN, "answered_at": "2026-11-24T17:00:00+00:00"}
    answer = await desk().post(f"{case}/checks/{third}/answer", too_soon)
    assert answer.json()["code"] == "answered-out-of-time"  # before it was asked
    register.clock.at = datetime.fromisoformat("2026-11-25T17:30:00+00:00")
    await answered(desk(), case, third, "nothing")
    assert await visits() == (2, False)


async def test_some_bodies_answer_only_under_a_power_that_is_named(
    register: Register, desk: Callable[..., Desk]
) -> None:
    case = await opened(register)
    body = {"check": "revenue_and_customs", "how": "letter"}
    assert (await desk().post(f"{case}/checks", body)).json()["code"] == "gateway-needed"
    await asked(desk(), case, "revenue_and_customs", "letter", legal_gateway="s 16 of an invented Act")
    assert "invented Act" not in str([one.body for one in await register.said()])
    assert (await desk().post(f"{case}/checks", {"check": "the_oracle", "how": "other"})).json()[
        "code"
    ] == "no-such-check"


@pytest.mark.policy("5.2.4")
async def test_what_the_school_has_tried_stands_in_the_same_ledger(
    register: Register, desk: Callable[..., Desk]
) -> None:
    tried = (
        EnquiryMade(made_on=datetime(2026, 11, 19).date(), method="telephone", outcome="no_answer"),
        EnquiryMade(made_on=datetime(2026, 11, 20).date(), method="home_visit", outcome="nobody_there"),
    )
    await register.hear(referral().model_copy(update={"enquiries": tried}))
    case = f"/v1/cases/{(await register.last('case.opened'))['case_id']}"
    register.clock.at = datetime.fromisoformat("2026-11-24T10:00:00+00:00")
    await asked(desk(), case, "admissions")
    await desk().post(f"{case}/attempts", {"method": "telephone", "outcome": "left_message"})
    lines = (await desk().read(f"{case}/checks"))["tried"]
    assert [(one["by"], one["kind"], one.get("method") or one.get("check")) for one in lines] == [
        ("referrer", "enquiry", "telephone"), ("referrer", "enquiry", "home_visit"),
        ("council", "check", "admissions"), ("council", "contact_attempt", "telephone"),
    ]  # fmt: skip
    assert {one["outcome"] for one in lines if one["by"] == "referrer"} == {"no_answer", "nobody_there"}


@pytest.mark.policy("8.1")
async def test_which_checks_find_children_is_counted_across_cases(
    register: Register, desk: Callable[..., Desk]
) -> None:
    cases = [await opened(register, who=child(name)) for name in ("Ada", "Bea", "Cleo")]
    for case, result in zip(cases, ("found", "nothing", None), strict=True):
        register.clock.at = datetime.fromisoformat("2026-11-23T10:00:00+00:00")
        check_id = await asked(desk(), case, "general_practice")
        register.clock.at = datetime.fromisoformat("2026-11-25T10:00:00+00:00")
        if result:
            await answered(desk(), case, check_id, result)
    [row] = (await desk().read("/v1/checks/yield", **{"from": "2026-11-01", "to": "2026-11-30"}))["items"]
    assert {name: row[name] for name in ("asked", "answered", "in_time", "found", "nothing", "median_working_days")} == {
        "asked": 3, "answered": 2, "in_time": 2, "found": 1, "nothing": 1, "median_working_days": 2,
    }  # fmt: skip
    assert (await desk().read("/v1/checks/yield", **{"from": "2026-12-01", "to": "2026-12-31"}))["items"] == []


async def test_an_answer_that_comes_after_the_case_has_ended_is_kept(
    register: Register, desk: Callable[..., Desk]
) -> None:
    case = await opened(register, reason=NO_PLACE)
    check_id = await asked(desk(), case, "send")
    await desk().close(case, "deceased", "official_record")
    await register.let_pass("2026-11-25T09:00:00+00:00")
    await answered(desk(), case, check_id, "nothing")
    assert (await register.only("check.answered"))["on_time"] is True
    assert (await desk().post(f"{case}/checks", {"check": "send", "how": "email"})).json()["code"] == "case-not-open"


async def test_checks_of_a_joined_record_go_with_it_and_come_back(
    register: Register, desk: Callable[..., Desk]
) -> None:
    one = await opened(register, who=child("Isolde"))
    isolde = (await register.last("case.opened"))["child_id"]
    other = await opened(register, who=child("Izzy"))
    izzy = (await register.last("case.opened"))["child_id"]
    check_id = await asked(desk(), other, "admissions")
    await desk("team_manager").do(f"/v1/children/{isolde}/join", absorbed_child_id=izzy)
    assert [line["check_id"] for line in (await desk().read(f"{one}/checks"))["tried"]] == [check_id]
    register.clock.at = datetime.fromisoformat("2026-11-24T10:00:00+00:00")
    await answered(desk(), one, check_id, "lead")  # the body answers to whoever asks now
    await desk("team_manager").do(f"/v1/children/{isolde}/separate", restored_child_id=izzy)
    assert (await desk().read(f"{one}/checks"))["tried"] == []
    [line] = (await desk().read(f"{other}/checks"))["tried"]
    assert (line["check_id"], line["state"]) == (check_id, "answered")
    assert (
        await desk().post(f"{one}/checks/{check_id}/answer", {"result": "lead", "evidence": SEEN})
    ).status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"check": "admissions"}, "how"),
        ({"check": "admissions", "how": "pigeon"}, "how"),
        ({"check": "Isolde Quillfeather", "how": "email"}, "check"),
        ({"check": "admissions", "how": "email", "legal_gateway": "  "}, "legal_gateway"),
    ],
)
async def test_what_cannot_be_meant_is_refused_with_its_field(
    register: Register, desk: Callable[..., Desk], body: dict[str, Any], field: str
) -> None:
    case = await opened(register)
    answer = await desk().post(f"{case}/checks", body)
    assert answer.status_code == 422 and field in str(answer.json()["errors"])
    assert "Quillfeather" not in answer.text
    assert "check.requested" not in await register.told()
