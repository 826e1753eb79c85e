"""The two returns as they are sent: the new pupil return and the deletion return."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from cme_contracts.codes import Factor
from cme_contracts.codes_intake import Ground
from cme_contracts.referrals import EnquiryMade
from cme_referrals.application.forms import DeletionForm, Evidence, NewPupilForm
from cme_referrals.entrypoints.fields import Day, Form, Known, LaCode, School, Text, YesNo
from cme_referrals.entrypoints.people import SentForm


class Enquiry(Form):
    """One thing that was done to find the child (policy 5.2.4)."""

    made_on: Day
    method: Literal["telephone", "email", "text", "letter", "home_visit", "contacts", "other"]
    outcome: Literal["no_answer", "left_message", "spoke", "returned", "nobody_there", "moved_away", "other"]

    def made(self) -> EnquiryMade:
        """What others are told of it: no words, and nobody's name."""
        return EnquiryMade(made_on=self.made_on, method=self.method, outcome=self.outcome)


class NewPupilReturn(SentForm):
    """Regulation 13(1): a name was entered in the admission register."""

    entered_on: Day
    most_junior_class: YesNo | None = Field(
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
    continues_to_reception: YesNo | None = Field(
        default=None, description="b: whether the child goes on to reception at this school."
    )
    other_schools_consented_on: Day | None = Field(
        default=None, description="c: the day by which the proprietors of all the other schools had consented."
    )
    dual_registration_agreed: YesNo | None = Field(
        default=None, description="a: whether the schools agreed that the pupil stays registered at both."
    )
    main_school_of_mobile_child: YesNo | None = Field(
        default=None, description="a, c: no fixed abode because of a parent's trade, and this is the main school."
    )
    distance_miles: Annotated[int, Field(ge=0, le=25_000)] | None = Field(
        default=None, description="g: from the new home to the school, if the new address is not given."
    )
    boarder: YesNo | None = Field(default=None, description="g, m: whether the pupil boards at the school.")
    return_expected: YesNo | None = Field(
        default=None, description="g, j: whether the school has reason to expect the pupil back."
    )
    sentence_months: Annotated[int, Field(ge=0, le=1200)] | None = Field(
        default=None, description="j: the length of the sentence in whole months."
    )
    entering_sixth_form: YesNo | None = Field(
        default=None, description="l: whether the pupil enters the sixth form of this school."
    )
    fees_unpaid: YesNo | None = Field(default=None, description="m: whether the boarding fees are unpaid.")
    review_ended_on: Day | None = Field(
        default=None, description="o: the day on which the last step of the exclusion's review was over."
    )
    placed_by_authority: YesNo | None = Field(
        default=None, description="Special school: whether a local authority arranged the place."
    )

    def evidence(self) -> Evidence:
        """What the use case takes."""
        return Evidence(**{name: getattr(self, name) for name in self.model_fields_set})


class DeletionReturn(SentForm):
    """Regulations 9 and 13: a name is deleted, on a ground from a to o. "Moved away" is a destination, no ground."""

    ground: Annotated[Ground, Known()] = Field(
        description="A letter of regulation 9(1); 9(3) for a pupil who is not of compulsory school age."
    )
    deleted_on: Day
    recorded_on: Day | None = Field(
        default=None, description="The day on which the name was in fact deleted; left out, nobody says it differs."
    )
    evidence: GroundEvidence = GroundEvidence()
    destination: Destination | None = Field(default=None, description="null: nobody has said.")
    school_urn: School | None = Field(default=None, description="The school's own; left out, the one in the token.")
    most_senior_class: YesNo | None = Field(
        default=None,
        description="In the school's most senior class. Deleted after the last term of the school year, no return is needed.",
    )
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
            new_address_given=any(
                one.kind == "new" and (any(one.lines) or one.postcode) for one in self.child.addresses
            ),
            most_senior_class=self.most_senior_class,
            last_attended_on=self.last_attended_on,
            factors=self.factors,
            home_la=self.home_la,
        )
