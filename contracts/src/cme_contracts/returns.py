"""What intake says of schools' other returns: none of them is by itself a child missing education (policy 5.2, 5.3)."""

from typing import ClassVar

from pydantic import Field

from cme_contracts.base import Service
from cme_contracts.codes import Factor
from cme_contracts.codes_intake import AbsenceCode, Ground, ReturnKind
from cme_contracts.fields import LaCode, Urn, date, day
from cme_contracts.people import Child
from cme_contracts.referrals import PUBLIC_TASK, STREAM, Submission
from cme_contracts.sealed import Sealed

MEDICAL_NEEDS = (
    "UK GDPR Articles 6(1)(e) and 9(2)(g), Education Act 1996 s 19: to arrange education for a child who is ill."
)


class SchoolReturn(Submission):
    """What these have in common. A child they are about is on the school's roll, or was."""

    school_urn: Urn
    school_la: LaCode = Field(description="The authority to which the school makes its returns.")
    home_la: LaCode | None = Field(default=None, description="The authority where the child lives.")
    personal: Sealed[Child]


class HomeEducationNotified(Submission):
    """A parent means to educate the child at home. It is for the home education team, and opens no case."""

    type: ClassVar[str] = "cme.home-education.notified.v1"
    stream: ClassVar[str] = STREAM
    owner: ClassVar[Service] = "referrals"
    source_clause: ClassVar[str] = "policy 5.3"
    readers: ClassVar[frozenset[Service]] = frozenset({"register"})
    lawful_basis: ClassVar[str] = PUBLIC_TASK

    school_urn: Urn | None = Field(
        default=None, description="The school the parent takes the child from; None: not said."
    )
    school_la: LaCode | None = None
    home_la: LaCode | None = Field(default=None, description="The authority where the child lives.")
    writing_received_on: date | None = Field(
        default=None, description="The day the parent's writing was received; None: there is none, or nobody said."
    )
    stated_day: date | None = Field(
        default=None, description="The day after which, it says, the child is educated otherwise."
    )
    factors: tuple[Factor, ...] = Field(default=(), description="What the sender ticked, as codes.")
    personal: Sealed[Child]


class AttendanceReturned(SchoolReturn):
    """A pupil has been absent for ten continuous school days, or fails to attend regularly. On a roll: no case."""

    type: ClassVar[str] = "cme.attendance.returned.v1"
    stream: ClassVar[str] = STREAM
    owner: ClassVar[Service] = "referrals"
    source_clause: ClassVar[str] = "policy 5.2; regulation 13"
    readers: ClassVar[frozenset[Service]] = frozenset({"register"})
    lawful_basis: ClassVar[str] = PUBLIC_TASK

    first_absent_on: date | None = Field(default=None, description="The first school day of the absence.")
    codes: tuple[AbsenceCode, ...] = Field(default=(), description="How its sessions were coded.")
    cause_known: bool = Field(description="The school has given a cause; it stays with the form.")
    enquiries: int = Field(default=0, ge=0, description="How many attempts to reach the family the school reports.")
    factors: tuple[Factor, ...] = Field(default=(), description="What the school ticked, as codes.")


class SicknessReturned(SchoolReturn):
    """A pupil is expected to miss fifteen school days through illness: for section 19, and no case."""

    type: ClassVar[str] = "cme.sickness.returned.v1"
    stream: ClassVar[str] = STREAM
    owner: ClassVar[Service] = "referrals"
    source_clause: ClassVar[str] = "policy 5.2; regulation 13; Education Act 1996 s 19"
    readers: ClassVar[frozenset[Service]] = frozenset({"register"})
    lawful_basis: ClassVar[str] = MEDICAL_NEEDS

    first_absent_on: date | None = Field(default=None, description="The first school day of the illness.")
    grounds_on: date | None = Field(
        default=None, description="The day since which there are grounds to believe that fifteen days will be missed."
    )
    expected_back_on: date | None = Field(default=None, description="When the school expects the pupil back.")


class LostPupilRecorded(SchoolReturn):
    """A school has uploaded a pupil's record to the Lost Pupil Database. That says where nobody knows the child to be."""

    type: ClassVar[str] = "cme.lost-pupil.recorded.v1"
    stream: ClassVar[str] = STREAM
    owner: ClassVar[Service] = "referrals"
    source_clause: ClassVar[str] = "policy 5.2.3"
    readers: ClassVar[frozenset[Service]] = frozenset({"register"})
    lawful_basis: ClassVar[str] = PUBLIC_TASK

    uploaded_on: date = day("The day of the upload.")
    deleted_on: date | None = Field(
        default=None, description="The day the name was deleted from the admission register."
    )
    file_name: str | None = Field(
        default=None, description="Of the file uploaded; None: not given, or it cannot be one."
    )


class TransferFileSent(SchoolReturn):
    """A school has sent a pupil's Common Transfer File."""

    type: ClassVar[str] = "cme.transfer-file.sent.v1"
    stream: ClassVar[str] = STREAM
    owner: ClassVar[Service] = "referrals"
    source_clause: ClassVar[str] = "policy 5.2"
    readers: ClassVar[frozenset[Service]] = frozenset({"register"})
    lawful_basis: ClassVar[str] = PUBLIC_TASK

    sent_on: date = day("The day it was sent.")
    deleted_on: date | None = Field(
        default=None, description="The day the name was deleted from the admission register."
    )
    destination: str | None = Field(
        default=None, description="Authority and establishment, seven figures; XXXXXXX: unknown; MMMMMMM: outside."
    )
    file_name: str | None = Field(default=None, description="Of the file; None: not given, or it cannot be one.")


class ReturnLate(Submission):
    """A school's return came after the last day on which it was in time. It was taken all the same, and stays late."""

    type: ClassVar[str] = "cme.return.late.v1"
    stream: ClassVar[str] = STREAM
    owner: ClassVar[Service] = "referrals"
    source_clause: ClassVar[str] = "policy 5.2; regulation 13"

    kind: ReturnKind
    school_urn: Urn
    ground: Ground | None = Field(
        default=None, description="Of a deletion return. Of a death (k) no school is written to."
    )
    due_on: date = day("The last day on which it would have been in time.")
    late_by: int | None = Field(
        default=None,
        ge=0,
        description="Days after that, as its rule counts them; 0: before the next that counts; None: no calendar reaches so far.",
    )
    counted_in: str = Field(description="Which days: calendar, working (the council's) or school (that school's).")
