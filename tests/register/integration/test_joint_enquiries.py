"""A school and the council sign the joint enquiries of ground (i), each for itself; what holds is said each time."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from cme_contracts.codes_intake import Ground, WithdrawalReason
from cme_contracts.referrals import JointEnquirySigned, SubmissionWithdrawn
from cme_contracts.sealed import Sealed
from tests.register.integration.county import IMOGEN, Register
from tests.register.integration.desk import Desk
from tests.register.invented import SCHOOL, child, referral

FRIDAY = datetime(2026, 11, 27, 14, tzinfo=UTC)
COUNCIL: dict[str, Any] = {
    "school_urn": SCHOOL,
    "ground": "i",
    "enquiries": [{"made_on": "2026-11-24", "method": "home_visit", "outcome": "nobody_there"}],
    "found": False,
    "signed_on": "2026-11-27",
}


def by_school(first: UUID | None = None, **more: Any) -> JointEnquirySigned:
    id_ = uuid4()
    said: dict[str, Any] = {"ground": Ground.I, "began_on": date(2026, 11, 2), "found": False}
    return JointEnquirySigned(
        submission_id=id_, first_submission_id=first or id_, reference="CME-TEST", received_at=FRIDAY, school_urn=SCHOOL,
        school_la="999", enquiries=4, signed_on=FRIDAY.date(), personal=Sealed(child()), **(said | more),
    )  # fmt: skip


def withdrawn(sent: JointEnquirySigned) -> SubmissionWithdrawn:
    return SubmissionWithdrawn(
        submission_id=sent.submission_id, first_submission_id=sent.first_submission_id, reference=sent.reference,
        received_at=FRIDAY, reason=WithdrawalReason.SENT_IN_ERROR, withdrawn_at=FRIDAY,
    )  # fmt: skip


async def said(register: Register) -> list[tuple[str, str | None, str | None]]:
    return [
        (one.body["decision"], one.body.get("school_signed_on"), one.body.get("authority_signed_on"))
        for one in await register.said()
        if one.short == "joint-enquiry.decided"
    ]


@pytest.mark.policy("5.1.3")
@pytest.mark.policy("5.2.6")
async def test_the_schools_half_opens_an_on_roll_enquiry_and_the_councils_half_decides(
    register: Register, desk: Callable[..., Desk]
) -> None:
    sent = by_school()
    await register.hear(sent)
    assert await register.told() == [
        "submission.matched", "case.opened", "lead-officer.assigned", "clock.started", "joint-enquiry.decided"
    ]  # fmt: skip
    opened = await register.only("case.opened")
    assert opened["kind"] == "on_roll_enquiry"
    first = await register.only("joint-enquiry.decided")
    assert (first["decision"], first["began_on"], first["submission_id"]) == (
        "awaiting_authority", "2026-11-02", str(sent.submission_id),
    )  # fmt: skip

    path = f"/v1/children/{opened['child_id']}/joint-enquiries"
    register.clock.at = datetime(2026, 11, 30, 9, tzinfo=UTC)
    answer = await desk().post(path, COUNCIL | {"signed_on": "2026-11-30"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["decision"] == "agreed"
    last = await register.last("joint-enquiry.decided")
    assert (last["enquiry_id"], last["signed_by"], last["reference"]) == (
        first["enquiry_id"], str(IMOGEN), sent.reference
    )  # fmt: skip
    assert (last["school_signed_on"], last["authority_signed_on"]) == ("2026-11-27", "2026-11-30")

    signatures = (await desk().read(f"/v1/children/{opened['child_id']}"))["joint_enquiries"]
    assert [(one["party"], one["enquiries"]) for one in signatures] == [("school", 4), ("authority", 1)]
    back = await desk().post(f"{path}/{last['enquiry_id']}/withdrawal", {})
    assert (back.status_code, back.json()["decision"]) == (200, "awaiting_authority")
    assert await desk().refused(f"{path}/{last['enquiry_id']}/withdrawal") == (409, "not-signed")
    assert (await desk().refused(f"{path}/{uuid4()}/withdrawal"))[0] == 404


async def test_in_either_order_a_correction_replaces_and_a_withdrawal_takes_the_schools_half_back(
    register: Register, desk: Callable[..., Desk]
) -> None:
    await register.hear(referral(child()))
    child_id = (await register.only("submission.matched"))["child_id"]
    register.clock.at = FRIDAY
    found = COUNCIL | {"found": True, "return_expected": False}
    assert (await desk().post(f"/v1/children/{child_id}/joint-enquiries", found)).json()[
        "decision"
    ] == "awaiting_school"
    sent = by_school()
    await register.hear(sent)
    await register.hear(by_school(sent.first_submission_id, found=True, return_expected=False))
    await register.hear(withdrawn(sent))
    assert [decision for decision, _, _ in await said(register)] == [
        "awaiting_school", "not_agreed", "agreed", "awaiting_school"
    ]  # fmt: skip
    assert len({one.body["enquiry_id"] for one in await register.said() if one.short == "joint-enquiry.decided"}) == 1


async def test_another_absence_is_another_enquiry(register: Register) -> None:
    first, later = by_school(began_on=date(2026, 3, 2)), by_school()
    await register.hear(first)
    await register.hear(later)
    ids = [one.body["enquiry_id"] for one in await register.said() if one.short == "joint-enquiry.decided"]
    assert len(set(ids)) == 2


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"signed_on": "2026-11-28"}, "signed-in-the-future"),
        ({"found": True}, "invalid"),
        ({"ground": "g"}, "invalid"),
        ({"enquiries": []}, "invalid"),
        ({"signed_on": "2026-11-23"}, "invalid"),
    ],
)
async def test_a_half_that_cannot_be_meant_is_refused(
    register: Register, desk: Callable[..., Desk], more: dict[str, Any], code: str
) -> None:
    await register.hear(referral(child()))
    child_id = (await register.only("submission.matched"))["child_id"]
    register.clock.at = FRIDAY
    answer = await desk().post(f"/v1/children/{child_id}/joint-enquiries", COUNCIL | more)
    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
    assert await said(register) == []
