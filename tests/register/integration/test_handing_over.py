"""What is another team's work goes to that team once, and stands with the child it is about."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from cme_contracts.codes import Team
from cme_contracts.codes_intake import Ground
from cme_register.application.handing_over import hand_over_chain
from cme_register.domain.errors import NotOnRegister
from tests.register.integration.county import Register
from tests.register.integration.desk import Desk
from tests.register.invented import child, deletion, referral

LATER = datetime.fromisoformat("2026-11-25T10:00:00+00:00")


async def hand_over(register: Register, chain: UUID, team: Team = Team.SEND, reason: str = "a-rule") -> None:
    wanted: dict[str, Any] = {"team": team, "reason": reason, "source": "policy 5.3", "reference": "CME-TEST"}
    async with register.db.transaction() as tx:
        await hand_over_chain(
            tx, submission_id=chain, first_submission_id=chain, handover_id=uuid4(), at=LATER, **wanted
        )


async def test_a_chain_goes_to_a_team_for_a_reason_once(register: Register, desk: Callable[..., Desk]) -> None:
    sent = deletion(known=True, ground=Ground.A)
    await register.hear(sent)
    for _ in range(2):
        await hand_over(register, sent.submission_id)
    said = await register.only("child.handed-over")
    assert (said["team"], said["reference"], said["submission_id"]) == ("send", "CME-TEST", str(sent.submission_id))
    await hand_over(register, sent.submission_id, Team.ATTENDANCE_ORDERS)
    await hand_over(register, sent.submission_id, reason="another-rule")
    assert (await register.told()).count("child.handed-over") == 3
    shown = (await desk().read(f"/v1/children/{said['child_id']}"))["handed_over"]
    assert [(one["team"], one["reason"]) for one in shown] == [
        ("attendance_orders", "a-rule"), ("send", "a-rule"), ("send", "another-rule")
    ]  # fmt: skip


async def test_it_names_the_case_and_stands_in_its_chronology(register: Register, desk: Callable[..., Desk]) -> None:
    sent = referral()
    await register.hear(sent)
    await hand_over(register, sent.submission_id)
    said = await register.only("child.handed-over")
    case = await desk().read(f"/v1/cases/{said['case_id']}")
    assert [line["detail"]["team"] for line in case["chronology"] if line["what"] == "cme.child.handed-over.v1"] == [
        "send"
    ]


async def test_a_record_that_is_joined_takes_it_along_and_back(register: Register, desk: Callable[..., Desk]) -> None:
    first, second = referral(child("Isolde")), referral(child("Izzy"))
    await register.hear(first, second)
    isolde, izzy = [one.body["child_id"] for one in await register.said() if one.short == "submission.matched"]
    await desk("team_manager").do(f"/v1/children/{isolde}/join", absorbed_child_id=izzy)
    await hand_over(register, second.submission_id)
    assert (await register.only("child.handed-over"))["child_id"] == isolde
    await desk("team_manager").do(f"/v1/children/{isolde}/separate", restored_child_id=izzy)
    shown = [len((await desk().read(f"/v1/children/{name}"))["handed_over"]) for name in (isolde, izzy)]
    assert shown == [0, 1]


async def test_what_nobody_sent_is_handed_to_nobody(register: Register) -> None:
    with pytest.raises(NotOnRegister):
        await hand_over(register, uuid4())
    assert "child.handed-over" not in await register.told()
