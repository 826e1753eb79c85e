"""No case leaves "not yet considered" unseen: it is warned of, breached, told up the ladder, and late for ever."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from cme_contracts.codes import Factor
from cme_contracts.safeguarding_clocks import SafeguardingClockWarned, SafeguardingDeadlineMissed
from tests.safeguarding.integration.visitor import Visitor, open_case
from tests.safeguarding.support import CANARY, Safeguarding, Someone

NOTHING = {"decision": "no_further_action", "reasons": ["Seen at home by the family support worker"]}


async def until(safeguarding: Safeguarding, *instant: int) -> None:
    safeguarding.clock.at = datetime(*instant, tzinfo=UTC)  # type: ignore[misc,arg-type]
    await safeguarding.timers.fire_due()


async def of_considering(
    safeguarding: Safeguarding, type_: type[SafeguardingClockWarned | SafeguardingDeadlineMissed]
) -> list[dict[str, Any]]:
    """Not of the clocks of what a rule asked of social care."""
    return [one for one in await safeguarding.said(type_) if one["clock"].startswith("CONSIDER")]


@pytest.mark.policy("9.1")
@pytest.mark.policy("5.1.8")
async def test_a_case_nobody_considers_climbs_the_ladder_and_is_considered_late(
    safeguarding: Safeguarding, visitor: Visitor
) -> None:
    """Opened on Monday 23 November, nobody knows where the child is: two working days."""
    child = await open_case(safeguarding)
    [item] = (await visitor.get("/v1/considerations?undecided=true")).json()["items"]
    assert (item["due_at"], item["overdue"]) == ("2026-11-26T00:00:00+00:00", False)

    await until(safeguarding, 2026, 11, 24, 0, 0, 1)
    [warned] = await safeguarding.said(SafeguardingClockWarned)
    assert (warned["clock"], warned["about"], warned["tell"]) == (
        "CONSIDER",
        item["consideration_id"],
        ["lead_officer"],
    )
    assert (warned["child_id"], warned["case_id"]) == (str(child.child_id), str(child.case_id))

    await until(safeguarding, 2026, 11, 26, 0, 0, 1)
    assert (await visitor.get(f"/v1/considerations/{item['consideration_id']}")).json()["overdue"] is True
    await until(safeguarding, 2026, 12, 2, 7)
    missed = await safeguarding.said(SafeguardingDeadlineMissed)
    assert [(one["rung"], one["tell"]) for one in missed] == [
        (1, ["lead_officer", "team_manager"]),
        (2, ["service_lead"]),
        (3, ["head_of_service"]),
    ]

    path = f"/v1/considerations/{item['consideration_id']}/decision"
    assert (await visitor.post(path, NOTHING)).status_code == 201
    lines = (await visitor.get(f"/v1/children/{child.child_id}/chronology")).json()["items"]
    assert [line for line in lines if line["what"] == "clock_satisfied"] == [
        {
            "at": "2026-12-02T07:00:00+00:00",
            "what": "clock_satisfied",
            "clock": "CONSIDER",
            "about": item["consideration_id"],
            "on_time": False,
        }
    ]
    await until(safeguarding, 2027, 1, 11, 9)
    assert len(await safeguarding.said(SafeguardingDeadlineMissed)) == 3


async def test_whoever_decides_in_time_is_told_of_nothing(safeguarding: Safeguarding, visitor: Visitor) -> None:
    await open_case(safeguarding)
    [item] = (await visitor.get("/v1/considerations?undecided=true")).json()["items"]
    await visitor.post(f"/v1/considerations/{item['consideration_id']}/decision", NOTHING)
    await until(safeguarding, 2026, 12, 14, 9)
    assert await safeguarding.said(SafeguardingClockWarned) == []
    assert await safeguarding.said(SafeguardingDeadlineMissed) == []


@pytest.mark.parametrize("how", ["confirmation", "escalation"])
async def test_whoever_confirms_or_escalates_has_considered_what_waits(
    safeguarding: Safeguarding, visitor: Visitor, how: str
) -> None:
    child = await open_case(safeguarding, Factor.CHILD_PROTECTION_PLAN)
    if how == "confirmation":
        [made] = (await visitor.get(f"/v1/escalations?case_id={child.case_id}")).json()["items"]
        answer = await visitor.post(f"/v1/escalations/{made['escalation_id']}/confirmation", {"confirmed": True})
    else:
        body = {"case_id": str(child.case_id), "factors": ["child_protection_plan"], "consent": "given"}
        answer = await visitor.post("/v1/escalations", body)
    assert answer.is_success
    await until(safeguarding, 2026, 11, 23, 18)
    assert await of_considering(safeguarding, SafeguardingDeadlineMissed) == []


async def test_what_is_decided_after_its_day_and_before_anybody_saw_is_a_breach_first(
    safeguarding: Safeguarding, visitor: Visitor
) -> None:
    """The worker was away: an outage cannot make a late decision look punctual."""
    await open_case(safeguarding)
    [item] = (await visitor.get("/v1/considerations?undecided=true")).json()["items"]
    safeguarding.clock.at = datetime(2026, 11, 26, 9, tzinfo=UTC)
    await visitor.post(f"/v1/considerations/{item['consideration_id']}/decision", NOTHING)
    [missed] = await safeguarding.said(SafeguardingDeadlineMissed)
    assert (missed["rung"], missed["due_on"]) == (1, "2026-11-25")


async def test_a_report_nobody_has_matched_waits_by_the_hour_and_follows_the_child(safeguarding: Safeguarding) -> None:
    child, submission = Someone(), uuid4()
    await safeguarding.hear(child.concern(Factor.SECTION_47, submission=submission))
    await until(safeguarding, 2026, 11, 23, 11, 12, 1)
    await safeguarding.hear(child.matched(submission))
    await until(safeguarding, 2026, 11, 23, 13, 12, 1)

    [warned] = await of_considering(safeguarding, SafeguardingClockWarned)
    [missed] = await of_considering(safeguarding, SafeguardingDeadlineMissed)
    assert (warned["first_submission_id"], warned["child_id"]) == (str(submission), None)
    assert (missed["child_id"], missed["tell"]) == (str(child.child_id), ["lead_officer", "team_manager"])


async def test_nobody_decides_over_what_has_been_heard_since_they_looked(
    safeguarding: Safeguarding, visitor: Visitor
) -> None:
    child = await open_case(safeguarding)
    [item] = (await visitor.get("/v1/considerations?undecided=true")).json()["items"]
    path = f"/v1/considerations/{item['consideration_id']}"
    seen = (await visitor.get(path)).headers["etag"]
    assert seen == f'"{item["version"]}"'
    second = uuid4()
    await safeguarding.hear(child.matched(second), child.duplicate(second, Factor.FGM))

    refused = await visitor.post(f"{path}/decision", NOTHING, seen=seen)
    assert (refused.status_code, refused.json()["code"]) == (412, "changed-meanwhile")
    unreadable = await visitor.post(f"{path}/decision", NOTHING, seen=CANARY)
    assert (unreadable.status_code, unreadable.json()["code"]) == (400, "unreadable-etag")
    assert CANARY not in unreadable.text
    again = (await visitor.get(path)).headers["etag"]
    assert (await visitor.post(f"{path}/decision", NOTHING, seen=again)).status_code == 201


async def test_what_waited_before_there_were_clocks_gets_its_own(safeguarding: Safeguarding) -> None:
    """As the migration leaves it: a timer for each, and the worker counts from when it was considered."""
    child = await open_case(safeguarding)
    pool = safeguarding.db.pool
    await pool.execute("DELETE FROM timer")
    await pool.execute("DELETE FROM clock")
    waiting: UUID = await pool.fetchval("SELECT id FROM consideration WHERE case_id = $1", child.case_id)
    await pool.execute(
        "INSERT INTO timer (kind, subject, due_at) SELECT 'clock.catch-up', id, considered_at FROM consideration"
    )
    safeguarding.clock.turn(days=4)
    await safeguarding.timers.fire_due()
    missed = await safeguarding.said(SafeguardingDeadlineMissed)
    assert {one["about"] for one in missed} == {str(waiting)}
    assert missed[0]["due_on"] == "2026-11-25"
    assert safeguarding.clock.at - datetime.fromisoformat(missed[0]["due_at"]) < timedelta(days=4)
