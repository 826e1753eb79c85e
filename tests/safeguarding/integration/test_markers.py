"""What is known of a child for a year is news on the day on which the child vanishes; what has ended is not."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from cme_contracts.codes import CaseKind, Category, Factor
from cme_contracts.safeguarding import CaseConsidered, ConcernRaised, EscalatedToSocialCare
from cme_contracts.safeguarding_markers import MarkerEnded, MarkerRecorded
from tests.safeguarding.integration.visitor import OFFICER, Visitor, open_case
from tests.safeguarding.support import CANARY, Safeguarding, Someone

PLAN = {"type": "child_protection_plan", "source": "social_care", "since": "2026-09-14", "level": "confirmed"}


async def known_child(safeguarding: Safeguarding) -> Someone:
    """Somebody whose return to school closed their case months ago."""
    child = await open_case(safeguarding)
    await safeguarding.hear(child.category(CaseKind.CME, Category.WITHOUT_SCHOOL_PLACE), child.closed())
    safeguarding.clock.at = child.at = datetime(2027, 3, 9, 8, 40, tzinfo=UTC)
    child.case_id = uuid4()
    return child


async def markers(visitor: Visitor, child: Someone, role: str = "lead_officer") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await visitor.get(f"/v1/children/{child.child_id}/markers", role=role)).json()[
        "items"
    ]
    return found


@pytest.mark.policy("9.2")
async def test_a_child_on_a_roll_and_on_a_plan_who_vanishes_goes_to_social_care_the_same_day(
    safeguarding: Safeguarding, visitor: Visitor
) -> None:
    """As scenario 26: plan known in September 2026; absent and the house empty on Tuesday 9 March 2027."""
    child = await known_child(safeguarding)
    added = await visitor.post(f"/v1/children/{child.child_id}/markers", PLAN)
    assert added.status_code == 201
    assert await safeguarding.said(EscalatedToSocialCare) == []  # that there is a plan, social care knows

    submission = uuid4()
    await safeguarding.hear(
        child.matched(submission), child.opened(submission, kind=CaseKind.ON_ROLL_ENQUIRY, category=None)
    )
    [told] = await safeguarding.said(EscalatedToSocialCare)
    assert told["factors"] == ["child_protection_plan"]
    assert (told["to_be_confirmed"], told["answer_due_on"]) == (True, "2027-03-10")
    assert datetime.fromisoformat(told["escalated_at"]).date().isoformat() == "2027-03-09"
    alerted = (await safeguarding.said(ConcernRaised))[-1]
    assert "child_protection_plan" in alerted["factors"]


@pytest.mark.parametrize("how", ["found_missing", "a_second_referral", "a_report_first"])
async def test_it_goes_the_same_day_where_the_child_of_an_open_case_vanishes(
    safeguarding: Safeguarding, visitor: Visitor, how: str
) -> None:
    child, first, second = Someone(), uuid4(), uuid4()
    await safeguarding.hear(
        child.matched(first),
        child.opened(first, Factor.SECTION_47, category=Category.WITHOUT_SCHOOL_PLACE),
    )
    [by_rule] = await safeguarding.said(EscalatedToSocialCare)
    path = f"/v1/escalations/{by_rule['escalation_id']}/confirmation"
    assert (await visitor.post(path, {"confirmed": False})).status_code == 201  # known there, and the child is at home
    if how == "found_missing":
        await safeguarding.hear(child.category(CaseKind.CME, Category.MISSING))
    else:
        report = child.concern(Factor.SUDDEN_DISAPPEARANCE, submission=second)
        linked = [child.matched(second), child.duplicate(second, Factor.SUDDEN_DISAPPEARANCE)]
        await safeguarding.hear(*([report, *linked] if how == "a_report_first" else linked))
    assert [one["factors"] for one in await safeguarding.said(EscalatedToSocialCare)] == [
        ["section_47"],
        ["section_47"],
    ]


async def test_what_an_officer_knows_of_the_child_of_an_open_case_acts_at_once(
    safeguarding: Safeguarding, visitor: Visitor
) -> None:
    child = await open_case(safeguarding)
    key = str(uuid4())
    path = f"/v1/children/{child.child_id}/markers"
    first, repeated = [await visitor.post(path, PLAN, key=key) for _ in range(2)]
    assert (first.status_code, repeated.json()) == (201, first.json())
    [recorded] = await safeguarding.said(MarkerRecorded)
    assert (recorded["marker_id"], recorded["factor"], recorded["recorded_by"]) == (
        first.json()["marker_id"], "child_protection_plan", OFFICER,
    )  # fmt: skip
    assert len(await safeguarding.said(EscalatedToSocialCare)) == 1
    assert (await safeguarding.said(CaseConsidered))[-1]["prompted_by"] == MarkerRecorded.type


async def test_a_plan_that_has_ended_is_kept_with_its_days_and_sends_nobody_to_social_care(
    safeguarding: Safeguarding, visitor: Visitor
) -> None:
    child = await known_child(safeguarding)
    path = f"/v1/children/{child.child_id}/markers"
    marker = (await visitor.post(path, PLAN)).json()["marker_id"]
    body = {"because": "no_longer_true", "ended_on": "2027-02-26"}
    ended = await visitor.post(f"{path}/{marker}/end", body)
    assert (ended.status_code, ended.json()) == (201, {"ended": [marker]})
    again = await visitor.post(f"{path}/{marker}/end", body)
    assert (again.status_code, again.json()["code"]) == (409, "already-ended")
    [said] = await safeguarding.said(MarkerEnded)
    assert (said["because"], said["ended_on"]) == ("no_longer_true", "2027-02-26")

    submission = uuid4()
    await safeguarding.hear(child.matched(submission), child.opened(submission))
    assert await safeguarding.said(EscalatedToSocialCare) == []
    assert "child_protection_plan" not in (await safeguarding.said(CaseConsidered))[-1]["factors"]
    [kept] = await markers(visitor, child)
    assert (kept["in_force"], kept["since"], kept["ended_on"], kept["ended_by"]) == (
        False, "2026-09-14", "2027-02-26", OFFICER,
    )  # fmt: skip

    third = uuid4()
    await safeguarding.hear(child.matched(third), child.duplicate(third, Factor.CHILD_PROTECTION_PLAN))
    assert len(await safeguarding.said(EscalatedToSocialCare)) == 1  # a new plan is news


async def test_what_has_ended_alerts_nobody_again_to_what_goes_on(safeguarding: Safeguarding, visitor: Visitor) -> None:
    child = await open_case(safeguarding)
    first, again = uuid4(), uuid4()
    await safeguarding.hear(child.matched(first), child.concern(Factor.CHILD_IN_NEED, Factor.FGM, submission=first))
    ended = next(one for one in await markers(visitor, child, "safeguarding") if one["type"] == "child_in_need")
    body = {"because": "no_longer_true", "ended_on": "2026-11-23"}
    answer = await visitor.post(f"/v1/children/{child.child_id}/markers/{ended['marker_id']}/end", body)
    assert answer.status_code == 201, answer.text
    await safeguarding.hear(child.matched(again), child.concern(Factor.FGM, submission=again))
    assert [one["factors"] for one in await safeguarding.said(ConcernRaised)] == [["child_in_need", "fgm"]]


@pytest.mark.parametrize("concern_first", [True, False])
async def test_what_a_report_says_is_one_marker_whatever_is_heard_first(
    safeguarding: Safeguarding, visitor: Visitor, *, concern_first: bool
) -> None:
    child, submission = Someone(), uuid4()
    report = child.concern(Factor.CHILD_IN_NEED, Factor.EHCP, submission=submission)
    case = [child.matched(submission), child.opened(submission, Factor.CHILD_IN_NEED, Factor.EHCP)]
    await safeguarding.hear(*([report, *case] if concern_first else [*case, report]))
    [marker] = await markers(visitor, child)
    assert (marker["type"], marker["source"], marker["level"], marker["since"]) == (
        "child_in_need", "school", "reported", "2026-11-23",
    )  # fmt: skip


async def test_a_restricted_marker_is_for_safeguarding_alone(safeguarding: Safeguarding, visitor: Visitor) -> None:
    child, report = Someone(), uuid4()
    await safeguarding.hear(child.matched(report), child.opened(report), child.incident(submission=uuid4()))
    notice = uuid4()
    await safeguarding.hear(child.matched(notice), child.incident(submission=notice))
    assert await markers(visitor, child) == []
    [shown] = await markers(visitor, child, "safeguarding")
    assert (shown["type"], shown["source"], shown["restricted"]) == ("encompass_notice", "police", True)
    path = f"/v1/children/{child.child_id}/markers/{shown['marker_id']}/end"
    body = {"because": "recorded_in_error", "ended_on": "2026-11-23"}
    assert (await visitor.post(path, body)).status_code == 404
    assert (await visitor.post(path, body, role="safeguarding")).status_code == 201
    readings = (await visitor.get(f"/v1/children/{child.child_id}/accesses", role="safeguarding")).json()["items"]
    assert [one["what"] for one in readings].count("markers") == 2


@pytest.mark.policy("6.3")
async def test_earlier_episodes_are_reckoned_from_what_the_register_says(
    safeguarding: Safeguarding, visitor: Visitor
) -> None:
    """Missing from 23 November to the same day; gone again on 9 March: somebody is alerted that it is not the first time."""
    child, first = Someone(), uuid4()
    await safeguarding.hear(child.matched(first), child.opened(first), child.located(), child.closed())
    assert await safeguarding.said(ConcernRaised) == []
    safeguarding.clock.at = child.at = datetime(2027, 3, 9, 8, 40, tzinfo=UTC)
    child.case_id, second = uuid4(), uuid4()
    await safeguarding.hear(child.matched(second), child.opened(second))
    [raised] = await safeguarding.said(ConcernRaised)
    assert raised["factors"] == ["previously_missing"]
    shown = (await visitor.get(f"/v1/children/{child.child_id}/markers")).json()["missing_episodes"]
    assert [(one["began_at"][:10], (one["ended_at"] or "")[:10]) for one in shown] == [
        ("2026-11-23", "2026-11-23"),
        ("2027-03-09", ""),
    ]


async def test_what_is_no_marker_is_refused_with_a_word_that_helps(
    safeguarding: Safeguarding, visitor: Visitor
) -> None:
    child = await open_case(safeguarding)
    path = f"/v1/children/{child.child_id}/markers"
    for change, status, code in (
        ({"type": "made_up"}, 422, "no-such-marker-type"),
        ({"type": CANARY}, 422, "invalid"),
        ({"source": "gossip"}, 422, "invalid"),
        ({"level": "certain"}, 422, "invalid"),
        ({"since": "2026-11-24"}, 422, "marker-in-future"),
        ({"note": CANARY}, 422, "invalid"),
    ):
        answer = await visitor.post(path, PLAN | change)
        assert (answer.status_code, answer.json()["code"]) == (status, code), change
        assert CANARY not in answer.text
    assert (await visitor.post(f"/v1/children/{uuid4()}/markers", PLAN)).status_code == 404
    ending = {"because": "no_longer_true", "ended_on": "2026-11-20"}
    assert (await visitor.post(f"{path}/{uuid4()}/end", ending)).status_code == 404
    assert await safeguarding.said(MarkerRecorded) == []
    types = (await visitor.get("/v1/marker-types")).json()["items"]
    assert {"type", "factor", "restricted", "source", "valid_from"} == set(types[0])
