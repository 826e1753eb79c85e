"""A school that has deleted a pupil is chased for the upload and the file that it owes, until it says that it has sent them."""

from datetime import date, datetime
from typing import Any
from uuid import uuid4

import pytest

from cme_contracts.codes_intake import Ground, WithdrawalReason
from cme_contracts.referrals import SubmissionWithdrawn
from cme_contracts.returns import LostPupilRecorded, TransferFileSent
from cme_contracts.sealed import Sealed
from tests.register.integration.county import Register
from tests.register.integration.test_held_deletions import asked
from tests.register.invented import SCHOOL, child, deletion, referral


def noon(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00:00+00:00")


def about(received: str, school: str = SCHOOL) -> dict[str, Any]:
    id_ = uuid4()
    return {
        "submission_id": id_, "first_submission_id": id_, "reference": "CME-TEST", "received_at": noon(received),
        "school_urn": school, "school_la": "999", "personal": Sealed(child()),
    }  # fmt: skip


async def chases(register: Register, what: str = "clock.started") -> dict[str, dict[str, Any]]:
    said = [one.body for one in await register.said(standing=True) if one.short == what]
    return {one["clock"]: one for one in said if one["clock"] in {"LPD", "CTF"}}


@pytest.mark.policy("5.2.3")
async def test_a_school_is_chased_until_it_has_sent_both(register: Register) -> None:
    """Deleted on Wednesday 25 November, returned on Friday the 27th; its days are not known, so working days count."""
    gone = deletion(at=noon("2026-11-27"), on=date(2026, 11, 25))
    await register.hear(gone)
    begun = await chases(register)
    assert {code: (one["due_on"], one["about"]) for code, one in begun.items()} == {
        "LPD": ("2026-11-30", str(gone.submission_id)), "CTF": ("2026-12-16", str(gone.submission_id))
    }  # fmt: skip
    await register.hear(LostPupilRecorded(**about("2026-11-30", school="999002"), uploaded_on=date(2026, 11, 30)))
    assert await chases(register, "clock.satisfied") == {}, "another school's upload"
    await register.hear(LostPupilRecorded(**about("2026-12-02"), uploaded_on=date(2026, 11, 30)))
    met = (await chases(register, "clock.satisfied"))["LPD"]
    assert (met["on_time"], met["satisfied_at"]) == (True, "2026-11-30T00:00:00Z"), "by when it was done"
    await register.let_pass("2026-12-16T23:59:59+00:00")
    assert await chases(register, "deadline.breached") == {}
    await register.let_pass("2026-12-17T00:00:00+00:00")
    late = (await chases(register, "deadline.breached"))["CTF"]
    assert (late["about"], late["tell"]) == (str(gone.submission_id), ["lead_officer"])
    await register.hear(TransferFileSent(**about("2026-12-18"), sent_on=date(2026, 12, 18), destination="XXXXXXX"))
    assert (await chases(register, "clock.satisfied"))["CTF"]["on_time"] is False


@pytest.mark.policy("5.2.3")
async def test_what_a_school_sent_before_its_return_is_not_asked_for(register: Register) -> None:
    await register.hear(LostPupilRecorded(**about("2026-11-26"), uploaded_on=date(2026, 11, 26)))
    await register.hear(deletion(at=noon("2026-11-27"), on=date(2026, 11, 25)))
    assert [*await chases(register)] == ["CTF"]


@pytest.mark.parametrize(
    ("gone", "owed"),
    [
        ({"known": True}, ["CTF"]),
        ({"ground": Ground.K}, []),
        ({"held_by": ("order_in_force",)}, []),
    ],
)
async def test_a_known_destination_needs_no_upload_and_a_death_or_a_deletion_that_is_held_back_nothing(
    register: Register, gone: dict[str, Any], owed: list[str]
) -> None:
    await register.hear(referral(at=noon("2026-11-23")))
    await register.hear(deletion(at=noon("2026-11-27"), on=date(2026, 11, 25), **gone))
    assert [*await chases(register)] == owed


@pytest.mark.parametrize("what", ["withdrawn", "held", "sent again"])
async def test_a_deletion_that_counts_no_more_is_chased_no_more(register: Register, what: str) -> None:
    gone = deletion(at=noon("2026-11-27"), on=date(2026, 11, 25))
    await register.hear(gone)
    chain = {"submission_id": gone.submission_id, "first_submission_id": gone.submission_id, "reference": "CME-TEST"}
    if what == "withdrawn":
        await register.hear(SubmissionWithdrawn(
            **chain, received_at=noon("2026-11-30"), reason=WithdrawalReason.SENT_IN_ERROR, withdrawn_at=noon("2026-11-30")
        ))  # fmt: skip
    elif what == "held":
        await register.hear(asked(gone, "attendance_order", held=True, at=noon("2026-11-30")))
    else:
        await register.hear(deletion(at=noon("2026-11-30"), on=date(2026, 11, 26), first=gone.submission_id))
    ended = await chases(register, "clock.cancelled")
    assert {code: one["about"] for code, one in ended.items()} == dict.fromkeys(("LPD", "CTF"), str(gone.submission_id))
    again = {one["due_on"] for one in (await chases(register)).values() if one["about"] != str(gone.submission_id)}
    assert again == ({"2026-12-01", "2026-12-17"} if what == "sent again" else set())
