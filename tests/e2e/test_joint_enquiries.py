"""Ground (i) through the whole system: a school deletes and signs its half, and the council's half decides."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from cme_calendars import local_date
from tests.e2e.intake import SCHOOL, reach
from tests.e2e.local_run import LocalRun
from tests.story.child import invented_child
from tests.story.system import System
from tests.support import eventually

pytestmark = [pytest.mark.prove, pytest.mark.timeout(400)]
OFFICER = str(UUID(int=17))


@pytest.mark.policy("5.2.6")
async def test_a_child_is_on_the_roll_until_both_have_signed_and_missing_from_then_on(run: LocalRun) -> None:
    child = invented_child()
    async with reach(run) as system:
        school = await system.token("school", urn=SCHOOL)
        officer = await system.token("lead_officer", subject=OFFICER)
        deletion = {
            "child": child, "ground": "i", "destination": None, "deleted_on": "2026-11-24",
            "evidence": {"first_absent_on": "2025-06-02"},
        }  # fmt: skip
        sent = await system.post("referrals", "/v1/deletion-returns", deletion, token=school)
        # which day it is there, its own answer says; then the return is corrected to it
        today = local_date(datetime.fromisoformat(sent["received_at"]))
        again = deletion | {"deleted_on": today.isoformat()}
        sent = await system.post(
            "referrals", f"/v1/submissions/{sent['submission_id']}/correction", again, token=school
        )

        async def enquired() -> bool:
            return await cases(system, officer, sent["submission_id"]) == [("on_roll_enquiry", None)]

        await eventually(enquired, 60)
        half = {
            "child": child, "ground": "i", "began_on": "2025-06-02", "found": False, "signed_on": today.isoformat(),
            "enquiries": [made(today)],
        }  # fmt: skip
        await system.post("referrals", "/v1/joint-enquiries", half, token=school)
        page = await system.get("register", f"/v1/cases?submission_id={sent['submission_id']}", token=officer)
        child_id = page["items"][0]["child_id"]
        ours = {name: half[name] for name in ("ground", "found", "signed_on", "enquiries")} | {"school_urn": SCHOOL}

        async def school_has_signed() -> bool:
            record = await system.get("register", f"/v1/children/{child_id}", token=officer)
            return [one["party"] for one in record["joint_enquiries"]] == ["school"]

        await eventually(school_has_signed, 60)
        answer = await system.post("register", f"/v1/children/{child_id}/joint-enquiries", ours, token=officer)
        assert answer["decision"] == "agreed"

        async def missing() -> bool:
            return await cases(system, officer, sent["submission_id"]) == [("cme", "missing")]

        await eventually(missing, 60)
        shown = await system.get("referrals", f"/v1/submissions/{sent['submission_id']}", token=school)
        assert ("joint-enquiries", "answered", False) in [
            (one["rule"], one["state"], one["still_on_roll"]) for one in shown["challenges"]
        ]


async def cases(system: System, token: str, submission_id: str) -> list[tuple[str, str | None]]:
    page = await system.get("register", f"/v1/cases?submission_id={submission_id}", token=token)
    return [(one["kind"], one["category"]) for one in page["items"]]


def made(today: date) -> dict[str, Any]:
    return {"made_on": (today - timedelta(days=1)).isoformat(), "method": "home_visit", "outcome": "nobody_there"}
