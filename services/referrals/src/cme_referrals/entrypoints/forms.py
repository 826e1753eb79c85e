"""The three forms as they are sent: SR1a, the new pupil return, the deletion return."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from cme_contracts.codes import Factor, Ground, ReferralReason
from cme_referrals.application.forms import DeletionForm, Evidence, NewPupilForm, ReferralForm
from cme_referrals.entrypoints.fields import Day, Form, Known, LaCode, School, Text
from cme_referrals.entrypoints.people import Referrer, SentForm


class Enquiry(Form):
    """One thing that was done to find the child (policy 5.2.4)."""

    made_on: Day
    method: Literal["telephone", "email", "text", "letter", "home_visit", "contacts", "other"]
    outcome: Literal["no_answer", "left_message", "spoke", "returned", "nobody_there", "moved_away", "other"]


class Sr1a(SentForm):
    """CME SR1a. Needed: the child's name, date of birth or age, last known address, and a contact of the referrer."""

    referrer: Referrer
    school_urn: School | None = Field(default=None, description="The school the child attends or last attended.")
    on_roll: bool | None = Field(default=None, description="On its admission register now.")
    last_attended_on: Day | None = None
    reason: Annotated[ReferralReason, Known()] | None = None
    factors: tuple[Annotated[Factor, Known()], ...] | None = Field(
        default=None, max_length=30, description="An empty list says that none applies; leaving it out says nothing."
    )
    enquiries: tuple[Enquiry, ...] = Field(default=(), max_length=100)
    home_la: LaCode | None = Field(default=None, description="The authority where the child lives.")

    def form(self) -> ReferralForm:
        """What the use case takes."""
        return ReferralForm(
            about=self.child.about(),
            referrer=self.referrer.named(),
            referrer_kind=self.referrer.kind,
            school_urn=self.school_urn,
            home_la=self.home_la,
            on_roll=self.on_roll,
            last_attended_on=self.last_attended_on,
            reason=self.reason,
            factors=self.factors,
            enquiries=len(self.enquiries),
        )


class NewPupilReturn(SentForm):
    """Regulation 13(1): a name was entered in the admission register."""

    entered_on: Day
    most_junior_class: bool | None = Field(
        default=None,
        description="In the school's most junior class. With entry on the first day of the school year no return is needed.",
    )
    school_urn: School | None = Field(default=None, description="The school's own; left out, the one in the token.")
    last_school_urn: School | None = None
    home_la: LaCode | None = None

    def form(self) -> NewPupilForm:
        """What the use case takes."""
        return NewPupilForm(
            about=self.child.about(),
            entered_on=self.entered_on,
            most_junior_class=self.most_junior_class,
            school_urn=self.school_urn,
            last_school_urn=self.last_school_urn,
            home_la=self.home_la,
        )


class Destination(Form):
    """Where the child is to be educated, as far as anybody has said. At least one of the two."""

    school_urn: School | None = None
    description: Text | None = None
    starts_on: Day | None = Field(default=None, description="The day on which the pupil starts there.")


class GroundEvidence(Form):
    """What a ground asks for besides its letter. Give what belongs to the ground; leave the rest out."""

    writing_received_on: Day | None = Field(
        default=None, description="f: the day on which the school received the parent's writing."
    )
    stated_day: Day | None = Field(
        default=None, description="f: the day after which, says the parent's writing, the child is educated otherwise."
    )
    leave_ended_on: Day | None = Field(default=None, description="h: the last day of the leave of absence.")
    first_absent_on: Day | None = Field(default=None, description="i: the first school day of the absence.")
    other_code_on: Day | None = Field(
        default=None, description="i: the last day since then with a session coded other than G, N or O, if any."
    )
    enquiries_signed_on: Day | None = Field(
        default=None, description="h, i: the day on which the school signed the joint enquiries."
    )
    placed_by_authority: bool | None = Field(
        default=None, description="Special school: whether a local authority arranged the place."
    )

    def evidence(self) -> Evidence:
        """What the use case takes."""
        return Evidence(**self.model_dump())


class DeletionReturn(SentForm):
    """Regulations 9(1) and 13: a name is deleted, on a ground from a to o. "Moved away" is a destination, no ground."""

    ground: Annotated[Ground, Known()]
    deleted_on: Day
    recorded_on: Day | None = Field(
        default=None, description="The day on which the name was in fact deleted; left out, nobody says it differs."
    )
    evidence: GroundEvidence = GroundEvidence()
    destination: Destination | None = Field(default=None, description="null: nobody has said.")
    school_urn: School | None = Field(default=None, description="The school's own; left out, the one in the token.")
    last_attended_on: Day | None = None
    factors: tuple[Annotated[Factor, Known()], ...] | None = Field(default=None, max_length=30)
    home_la: LaCode | None = None

    def form(self) -> DeletionForm:
        """What the use case takes."""
        return DeletionForm(
            about=self.child.about(),
            ground=self.ground,
            deleted_on=self.deleted_on,
            school_urn=self.school_urn,
            destination_described=bool(self.destination and self.destination.description),
            destination_urn=self.destination.school_urn if self.destination else None,
            starts_on=self.destination.starts_on if self.destination else None,
            recorded_on=self.recorded_on,
            evidence=self.evidence.evidence(),
            last_attended_on=self.last_attended_on,
            factors=self.factors,
            home_la=self.home_la,
        )
