"""One child's case as the register lives it, with the dates of domain scenarios 1, 15, 18 and 27."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from cme_contracts.codes import Factor
from cme_contracts.notifications import ReferrerInformed
from cme_contracts.safeguarding import EscalatedToSocialCare, SocialCareAcknowledged
from tests.register.integration.county import GWILYM, IMOGEN, STANDING, Register
from tests.register.integration.desk import Desk
from tests.register.invented import child, deletion, referral


@pytest.mark.policy("7.2")
@pytest.mark.policy("7.3")
async def test_a_child_is_lost_found_and_the_referrer_told(register: Register, desk: Callable[..., Desk]) -> None:
    isolde = child(upn="W830200126001")
    returned = deletion(isolde, at=datetime.fromisoformat("2026-11-23T09:12:00+00:00"))
    await register.hear(returned)
    assert await register.told() == ["submission.matched", "case.opened", "lead-officer.assigned", "clock.started"]
    matched, case, assigned, clock = await register.said()
    assert {one.key for one in (matched, case, assigned, clock)} == {matched.body["child_id"]}
    assert (case.body["kind"], case.body["category"]) == ("cme", "missing")
    assert assigned.body["officer_id"] == str(IMOGEN)
    assert (clock.body["clock"], clock.body["starts_on"], clock.body["due_on"]) == (
        "INIT-10",
        "2026-11-23",
        "2026-12-07",
    )
    assert (clock.body["due_at"], clock.body["warn_at"]) == ("2026-12-08T00:00:00Z", "2026-12-03T00:00:00Z")
    case_id, child_id = case.body["case_id"], case.body["child_id"]

    referred = referral(isolde, at=datetime.fromisoformat("2026-11-25T14:00:00+00:00"))
    await register.hear(referred)
    assert (await register.told())[4:] == ["submission.matched", "duplicate.linked"]

    await register.go_through("2026-12-02T23:59:59+00:00")
    assert len(await register.told()) == 6
    await register.go_through("2026-12-03T00:00:00+00:00", "2026-12-07T23:59:59+00:00")
    assert (await register.told())[6:] == ["clock.warned"]
    await register.go_through("2026-12-08T00:00:00+00:00", "2026-12-09T00:00:00+00:00")
    assert (await register.told())[7:] == ["deadline.breached", "risk.rated", "deadline.escalated"]
    breached, rated, escalated = (await register.said())[7:]
    assert (breached.body["tell"], breached.body["detected_late_by"]) == (["lead_officer", "team_manager"], 0)
    assert (rated.body["previous"], rated.body["rating"]) == ("amber", "red")
    assert (escalated.body["rung"], escalated.body["tell"]) == (2, ["service_lead"])

    await register.hear(*escalated_and_acknowledged(UUID(child_id), UUID(case_id)))

    register.clock.at = datetime.fromisoformat("2026-12-10T10:00:00+00:00")
    await desk().do(f"/v1/cases/{case_id}/located", proof="seen_by_officer")
    assert (await register.told())[10:] == ["child.located", "clock.satisfied"]
    satisfied = (await register.said())[11].body
    assert (satisfied["on_time"], satisfied["late_by_working_days"]) == (False, 3)

    await register.considered()
    await desk().end(f"/v1/cases/{case_id}", "on_roll_in_county", "school_confirmed_in_writing")
    assert (await register.told())[12:22] == ["check.waived"] * 10  # what a missing child's case must have
    closed, telling = (await register.said())[22:]
    assert set(closed.body["submission_ids"]) == {str(returned.submission_id), str(referred.submission_id)}
    assert (telling.body["clock"], telling.body["due_on"]) == ("OUTCOME", "2026-12-11")

    for number, submission_id in enumerate((referred.submission_id, returned.submission_id), 1):
        assert len(await register.told()) == 24
        await register.hear(ReferrerInformed(
            message_id=UUID(int=number), submission_id=submission_id, child_id=UUID(child_id), case_id=UUID(case_id),
            informed_at=datetime(2026, 12, 10, 11, number, tzinfo=UTC),
        ))  # fmt: skip
    assert (await register.told())[24:] == ["clock.satisfied"]
    assert (await register.said())[24].body["on_time"] is True
    assert await register.let_pass("2027-03-01T00:00:00+00:00") == 0

    page = await desk("team_manager", str(GWILYM)).read(f"/v1/cases/{case_id}")
    assert {clock["code"]: clock["state"] for clock in page["clocks"]} == {
        "INIT-10": "satisfied_late", "REVIEW": "satisfied", "OUTCOME": "satisfied", "REVIEW-M1": "cancelled", "REVIEW-MANAGER": "cancelled",
        "LONG": "cancelled", "LPD": "cancelled_late", "CTF": "cancelled",
    }  # fmt: skip
    assert page["escalations"][0]["acknowledged_at"] == "2026-12-09T15:00:00Z"
    told = [
        line["what"].removeprefix("cme.").removesuffix(".v1")
        for line in page["chronology"]
        if line["detail"].get("clock") not in STANDING
    ]
    assert told.count("status.changed") == 2
    assert [one for one in told if one != "status.changed"] == [
        "case.opened", "lead-officer.assigned", "clock.started", "duplicate.linked", "clock.warned", "deadline.breached", "risk.rated",
        "deadline.escalated", "social-care.escalated", "social-care.acknowledged", "child.located", "clock.satisfied",
        *["check.waived"] * 10, "case.closed", "clock.started", "clock.satisfied",
    ]  # fmt: skip


def escalated_and_acknowledged(child_id: UUID, case_id: UUID) -> tuple[EscalatedToSocialCare, SocialCareAcknowledged]:
    escalation = uuid4()
    return (
        EscalatedToSocialCare(
            child_id=child_id, case_id=case_id, escalation_id=escalation, factors=(Factor.DEADLINE_BREACHED,),
            decided_by=IMOGEN, to_be_confirmed=False, consent="not_sought", answer_due_on=datetime(2026, 12, 10).date(),
            answer_due_at=datetime(2026, 12, 11, tzinfo=UTC), escalated_at=datetime(2026, 12, 9, 10, tzinfo=UTC),
        ),
        SocialCareAcknowledged(
            child_id=child_id, case_id=case_id, escalation_id=escalation, their_reference="SC-1", on_time=True,
            acknowledged_at=datetime(2026, 12, 9, 15, tzinfo=UTC),
        ),
    )  # fmt: skip


@pytest.mark.policy("7.3")
async def test_of_a_form_and_its_correction_one_sender_is_told_once(
    register: Register, desk: Callable[..., Desk]
) -> None:
    first = referral(child(), at=datetime.fromisoformat("2026-11-23T09:12:00+00:00"))
    corrected = first.model_copy(
        update={"submission_id": uuid4(), "received_at": datetime.fromisoformat("2026-11-23T10:00:00+00:00")}
    )
    await register.hear(first, corrected)
    case_id = (await register.only("case.opened"))["case_id"]
    register.clock.at = datetime.fromisoformat("2026-11-24T10:00:00+00:00")
    await desk().do(f"/v1/cases/{case_id}/located", proof="seen_by_officer")
    await register.considered()
    await desk().end(f"/v1/cases/{case_id}", "on_roll_in_county", "school_confirmed_in_writing")
    closed = await register.only("case.closed")
    assert closed["submission_ids"] == [str(corrected.submission_id)]
    await register.hear(
        ReferrerInformed(
            message_id=UUID(int=1), submission_id=corrected.submission_id, child_id=UUID(closed["child_id"]),
            case_id=UUID(case_id), informed_at=datetime(2026, 11, 24, 11, tzinfo=UTC),
        )
    )  # fmt: skip
    assert (await register.told())[-1] == "clock.satisfied"
