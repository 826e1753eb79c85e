"""What is no child missing education by itself is noted with its child, opens no case, and goes to the team whose it is."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from cme_contracts import people
from cme_contracts.codes_intake import AbsenceCode, ReturnKind
from cme_contracts.returns import (
    AttendanceReturned,
    HomeEducationNotified,
    LostPupilRecorded,
    ReturnLate,
    SicknessReturned,
    TransferFileSent,
)  # fmt: skip
from cme_contracts.sealed import Sealed
from tests.register.integration.county import Register
from tests.register.integration.desk import Desk
from tests.register.invented import SCHOOL, child, referral

DECEMBER = datetime.fromisoformat("2026-12-02T10:00:00+00:00")


def about(who: people.Child | None = None, *, first: UUID | None = None) -> dict[str, Any]:
    id_ = uuid4()
    return {
        "submission_id": id_, "first_submission_id": first or id_, "reference": "CME-TEST", "received_at": DECEMBER,
        "school_urn": SCHOOL, "school_la": "999", "personal": Sealed(who or child()),
    }  # fmt: skip


def home_education(**more: Any) -> HomeEducationNotified:
    return HomeEducationNotified(**about(**more), writing_received_on=date(2026, 12, 1), stated_day=date(2026, 12, 18))


def attendance() -> AttendanceReturned:
    return AttendanceReturned(
        **about(), first_absent_on=date(2026, 11, 18), codes=(AbsenceCode.N, AbsenceCode.O), cause_known=False
    )


EVENTS: dict[str, Callable[[], Any]] = {
    "home_education_notification": home_education,
    "attendance_return": attendance,
    "sickness_return": lambda: SicknessReturned(**about(), grounds_on=date(2026, 12, 1)),
    "lost_pupil_record": lambda: LostPupilRecorded(**about(), uploaded_on=date(2026, 12, 1)),
    "ctf_sent": lambda: TransferFileSent(**about(), sent_on=date(2026, 12, 1), destination="9994002"),
}


@pytest.mark.policy("5.3.2")
@pytest.mark.policy("8.1")
async def test_each_is_matched_kept_with_its_child_and_opens_no_case(
    register: Register, desk: Callable[..., Desk]
) -> None:
    await register.hear(*(make() for make in EVENTS.values()))
    told = await register.told()
    assert told.count("submission.matched") == len(EVENTS) and "case.opened" not in told
    handed = {one.body["reason"]: one.body["team"] for one in await register.said() if one.short == "child.handed-over"}
    assert handed == {
        "home_education_notification": "home_education", "attendance_return": "attendance",
        "sickness_return": "medical_needs",
    }  # fmt: skip
    (child_id,) = {one.key for one in await register.said()}
    shown = await desk().read(f"/v1/children/{child_id}")
    assert {one["kind"] for one in shown["submissions"]} == set(EVENTS) and shown["cases"] == []
    assert {one["team"] for one in shown["handed_over"]} == set(handed.values())


async def test_a_hand_over_follows_the_match_and_a_correction_hands_over_nothing(register: Register) -> None:
    first = home_education()
    await register.hear(first)
    assert await register.told() == ["submission.matched", "child.handed-over"]
    await register.hear(home_education(first=first.submission_id), first)
    assert await register.told() == ["submission.matched", "child.handed-over", "submission.matched"]


async def test_a_case_shows_what_was_noted_before_and_after_it_was_opened_and_that_it_was_late(
    register: Register, desk: Callable[..., Desk]
) -> None:
    returned = attendance()
    late = ReturnLate(
        **{name: getattr(returned, name) for name in ("submission_id", "first_submission_id", "reference", "received_at")},
        kind=ReturnKind.ATTENDANCE_RETURN, school_urn=SCHOOL, due_on=date(2026, 12, 1), late_by=1, counted_in="school",
    )  # fmt: skip
    await register.hear(returned, late)
    await register.hear(referral(), EVENTS["lost_pupil_record"]())
    opened = await register.only("case.opened")
    assert "duplicate.linked" not in await register.told()
    page = await desk().read(f"/v1/cases/{opened['case_id']}")
    noted = {line["detail"]["kind"]: line["detail"] for line in page["chronology"] if "noted" in line["what"]}
    assert set(noted) == {"attendance_return", "lost_pupil_record"}
    assert noted["attendance_return"]["codes"] == ["N", "O"]
    assert noted["lost_pupil_record"]["uploaded_on"] == "2026-12-01"
    (line,) = [line["detail"] for line in page["chronology"] if line["what"] == ReturnLate.type]
    assert (line["due_on"], line["late_by"]) == ("2026-12-01", 1)
    assert [one["kind"] for one in page["submissions"]] == ["referral"]
