"""What an officer has before them at nine in the morning: who needs somebody first, what is due, and whose it is."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from cme_contracts.codes import Factor
from cme_contracts.codes_intake import ReferralReason
from tests.register.integration.county import IMOGEN, TOBIAS, Register
from tests.register.integration.desk import Desk
from tests.register.invented import NOVEMBER, child, referral

NO_PLACE = ReferralReason.NO_SCHOOL_PLACE


async def test_at_nine_in_the_morning(register: Register, desk: Callable[..., Desk]) -> None:
    """On Tuesday 8 December: Ada and Bea came on 23 November and are overdue by a day, the others came a day and a week later."""
    await register.hear(
        referral(child("Ada")),
        referral(child("Bea"), reason=NO_PLACE),
        referral(child("Cleo"), at=NOVEMBER + timedelta(days=1), factors=(Factor.CHILD_PROTECTION_PLAN,)),
        referral(child("Dora"), at=NOVEMBER + timedelta(days=7), reason=NO_PLACE, on_roll=False),
    )
    await register.let_pass("2026-12-08T00:00:00+00:00")
    register.clock.at = datetime.fromisoformat("2026-12-08T09:00:00+00:00")

    async def names(at: Desk | None = None, **query: str) -> list[str]:
        items = (await (at or desk()).read("/v1/cases", **query))["items"]
        return [one["child"]["forename"] for one in items]

    assert await names() == ["Ada", "Cleo", "Bea", "Dora"]
    assert await names(overdue="true") == ["Ada", "Bea"]
    assert await names(due_by="2026-12-08") == ["Ada", "Cleo", "Bea"]
    assert (await names(rating="red"), await names(rating="green")) == (["Ada", "Cleo"], ["Bea", "Dora"])
    assert await names(category="missing") == ["Ada", "Cleo"]
    assert await names(category="without_school_place", overdue="true") == ["Bea"]

    first = (await desk().read("/v1/cases"))["items"][0]
    assert (first["next"]["clock"], first["overdue"][0]["clock"]) == ("INIT-10", "INIT-10")
    seen = f'"{first["version"]}"'
    assert (
        await desk("team_manager").post(
            f"/v1/cases/{first['case_id']}/located", {"proof": "seen_by_officer"}, seen=seen
        )
    ).status_code == 200


async def test_who_stands_in_for_a_colleague_has_their_cases_too(register: Register, desk: Callable[..., Desk]) -> None:
    await register.hear(referral(child("Ada")), referral(child("Bea")))
    tobias = desk("lead_officer", str(TOBIAS))

    async def mine(at: Desk) -> set[Any]:
        return {one["lead_officer_id"] for one in (await at.read("/v1/cases", officer_id="me"))["items"]}

    assert (await mine(desk()), await mine(tobias)) == ({str(IMOGEN)}, {str(TOBIAS)})
    away = {"from": "2026-11-23", "to": "2026-11-24", "cover_id": str(TOBIAS)}
    assert (await desk("team_manager").post(f"/v1/officers/{IMOGEN}/absences", away)).status_code == 200
    assert await mine(tobias) == {str(IMOGEN), str(TOBIAS)}
    register.clock.at = datetime.fromisoformat("2026-11-25T09:00:00+00:00")
    assert await mine(tobias) == {str(TOBIAS)}
