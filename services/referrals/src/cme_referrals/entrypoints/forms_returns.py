"""Schools' other returns as they are sent (policy 5.2, 5.3; regulation 13)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from cme_contracts.codes import Factor
from cme_contracts.codes_intake import AbsenceCode
from cme_referrals.application.forms_returns import (
    AttendanceForm,
    HomeEducationForm,
    LostPupilForm,
    SicknessForm,
    TransferFileForm,
)
from cme_referrals.entrypoints.fields import Day, Known, LaCode, School, Text
from cme_referrals.entrypoints.forms import Enquiry
from cme_referrals.entrypoints.people import SentForm

Factors = Annotated[
    tuple[Annotated[Factor, Known()], ...] | None,
    Field(max_length=30, description="An empty list says that none applies; leaving it out says nothing."),
]
FileName = Annotated[
    str, Field(max_length=100, description="Of the Common Transfer File, e.g. 9994001_CTF_XXXXXXX_001.xml.")
]
DELETED_ON = "The day the name was deleted from the admission register: what the last day is counted from."


class OfASchool(SentForm):
    """What they have in common."""

    school_urn: School | None = Field(default=None, description="The school's own; left out, the one in the token.")
    home_la: LaCode | None = Field(default=None, description="The authority where the child lives.")


class HomeEducationNotification(SentForm):
    """A parent means to educate the child at home. Tell the council on the day the writing is received."""

    writing_received_on: Day | None = Field(
        default=None, description="The day the parent's writing was received. By word of mouth only: leave it out."
    )
    stated_day: Day | None = Field(
        default=None, description="The day after which, says the parent's writing, the child is educated otherwise."
    )
    school_urn: School | None = Field(
        default=None, description="The school the child is taken from; a school may leave out its own."
    )
    factors: Factors = None
    home_la: LaCode | None = Field(default=None, description="The authority where the child lives.")

    def form(self) -> HomeEducationForm:
        """What the use case takes."""
        return HomeEducationForm(
            about=self.child.about(),
            writing_received_on=self.writing_received_on,
            stated_day=self.stated_day,
            school_urn=self.school_urn,
            factors=self.factors,
            home_la=self.home_la,
        )


class AttendanceReturn(OfASchool):
    """A pupil absent for ten continuous school days, coded G, N, O or U; or one who fails to attend regularly."""

    first_absent_on: Day | None = Field(
        default=None, description="The first school day of the absence: the return is due on the tenth."
    )
    codes: tuple[Annotated[AbsenceCode, Known()], ...] = Field(
        default=(), max_length=4, description="Every code used for its sessions."
    )
    cause: Text | None = Field(default=None, description="If known. Kept with the form, put into no event.")
    enquiries: tuple[Enquiry, ...] = Field(default=(), max_length=100, description="Attempts to reach the family.")
    factors: Factors = None

    def form(self) -> AttendanceForm:
        """What the use case takes."""
        return AttendanceForm(
            about=self.child.about(),
            first_absent_on=self.first_absent_on,
            codes=tuple(dict.fromkeys(self.codes)),
            cause_given=bool(self.cause),
            enquiries=len(self.enquiries),
            school_urn=self.school_urn,
            factors=self.factors,
            home_la=self.home_la,
        )


class SicknessReturn(OfASchool):
    """A pupil, coded I, of whom there are grounds to believe that fifteen school days will be missed through illness."""

    first_absent_on: Day | None = Field(default=None, description="The first school day of the illness.")
    grounds_on: Day | None = Field(
        default=None, description="The day on which there were grounds to believe so: the day the return is due."
    )
    expected_back_on: Day | None = None

    def form(self) -> SicknessForm:
        """What the use case takes."""
        return SicknessForm(
            about=self.child.about(),
            first_absent_on=self.first_absent_on,
            grounds_on=self.grounds_on,
            expected_back_on=self.expected_back_on,
            school_urn=self.school_urn,
            home_la=self.home_la,
        )


class LostPupilRecord(OfASchool):
    """A pupil's record was uploaded to the Lost Pupil Database (s2s), because nobody knows where the child goes."""

    uploaded_on: Day
    deleted_on: Day | None = Field(default=None, description=DELETED_ON)
    file_name: FileName | None = None

    def form(self) -> LostPupilForm:
        """What the use case takes."""
        return LostPupilForm(
            about=self.child.about(),
            uploaded_on=self.uploaded_on,
            deleted_on=self.deleted_on,
            file_name=self.file_name,
            school_urn=self.school_urn,
            home_la=self.home_la,
        )


class TransferFile(OfASchool):
    """A pupil's Common Transfer File was sent."""

    sent_on: Day
    deleted_on: Day | None = Field(default=None, description=DELETED_ON)
    destination_laestab: Annotated[str, Field(max_length=20)] | None = Field(
        default=None,
        description="Authority and establishment, seven figures; XXXXXXX: unknown; MMMMMMM: outside or abroad. "
        "Left out, what the file's name says.",
    )
    file_name: FileName | None = None

    def form(self) -> TransferFileForm:
        """What the use case takes."""
        return TransferFileForm(
            about=self.child.about(),
            sent_on=self.sent_on,
            deleted_on=self.deleted_on,
            destination=self.destination_laestab,
            file_name=self.file_name,
            school_urn=self.school_urn,
            home_la=self.home_la,
        )
