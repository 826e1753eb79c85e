"""An Operation Encompass notice: a marker for safeguarding, that there is one for the register, the incident for nobody else."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from cme_bus.database import Database
from cme_referrals.adapters.postgres import ReferralsTx
from tests.referrals.integration.conftest import Standing
from tests.referrals.integration.test_challenges import calendar
from tests.referrals.integration.visitor import Visitor
from tests.referrals.invented import CHILD, SCHOOL

PATH, CANARY = "/v1/encompass-notices", "QUILL-2026-0001"


def notice(**more: Any) -> dict[str, Any]:
    return {"child": CHILD, "incident_on": "2026-11-21", "police_reference": CANARY, "school_urn": SCHOOL} | more


def police(visitor: Visitor, kind: str = "police") -> dict[str, str]:
    return visitor.bearer("partner", sub="control-room", partner_kind=kind)


@pytest.mark.policy("9.1")
@pytest.mark.parametrize(("hour", "in_time"), [(8, True), (9, False)])
async def test_the_school_is_to_be_told_before_monday_begins(
    visitor: Visitor, db: Database[ReferralsTx], clock: Standing, hour: int, in_time: bool
) -> None:
    await calendar(db)
    clock.at = datetime(2026, 11, 23, hour, 12, tzinfo=UTC)
    sent = await visitor.accepted(PATH, notice(), who=police(visitor))
    assert sent["tell_before"] == "2026-11-23"
    said = [(type_, body) for type_, key, body in await visitor.said() if key == sent["submission_id"]]
    (safeguarding, marker), (register, known) = said
    assert safeguarding == "cme.encompass.notified.v1"
    assert (marker["recipient"], marker["on_time"], marker["school_urn"]) == ("setting", in_time, SCHOOL)
    assert register == "cme.encompass.received.v1"
    assert set(known) == {"submission_id", "first_submission_id", "reference", "received_at", "personal"}
    assert CANARY not in json.dumps([marker, known]) and "2026-11-21" not in json.dumps([marker, known])


async def test_educated_at_home_or_on_no_roll_the_councils_officer_is_told(visitor: Visitor) -> None:
    for more in ({"home_educated": True}, {"on_roll": False}, {"school_urn": None}):
        sent = await visitor.accepted(PATH, notice(**more), who=visitor.bearer("lead_officer"))
        assert sent["tell_before"] == "2026-11-23"
    markers = [body for type_, _, body in await visitor.said() if type_ == "cme.encompass.notified.v1"]
    assert {one["recipient"] for one in markers} == {"council_officer"}


@pytest.mark.policy("10.3")
async def test_the_police_give_it_and_others_are_not_shown_the_incident(visitor: Visitor) -> None:
    assert (await visitor.send(PATH, notice(), who=police(visitor, "health"))).status_code == 403
    assert (await visitor.send(PATH, notice())).status_code == 403
    assert (await visitor.send(PATH, notice(incident_on="2026-11-24"), who=police(visitor))).status_code == 422
    sent = await visitor.accepted(PATH, notice(), who=police(visitor))
    path = f"/v1/submissions/{sent['submission_id']}"
    for who in (police(visitor), visitor.bearer("safeguarding")):
        assert (await visitor.get(path, who)).json()["as_received"] == notice()
    shown = (await visitor.get(path, visitor.bearer("lead_officer"))).json()
    assert (shown["kind"], shown["as_received"]) == ("encompass_notice", {"child": CHILD})
    assert (await visitor.get(path, visitor.school())).status_code == 404
