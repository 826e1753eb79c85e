"""The school's half of the joint enquiries of ground (h) or (i), as it is sent."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from cme_contracts.codes_intake import Ground
from cme_referrals.application.receive_joint_enquiry import JointEnquiryForm
from cme_referrals.entrypoints.fields import Day, LaCode, School, Text, YesNo
from cme_referrals.entrypoints.forms import Enquiry
from cme_referrals.entrypoints.people import SentForm


class SignedEnquiry(Enquiry):
    """One thing that was done to find the child, and by whom."""

    by: Text | None = Field(default=None, description="The role, not the name. Kept with the form, put into no event.")


class JointEnquiry(SentForm):
    """Regulation 9(1)(h) and (i): what the school did, found and thinks. The council signs its own half."""

    ground: Literal["h", "i"]
    began_on: Day | None = Field(
        default=None, description="h: the last day of the leave of absence; i: the first school day of the absence."
    )
    enquiries: tuple[SignedEnquiry, ...] = Field(default=(), max_length=100)
    found: YesNo = Field(description="Whether the school has found the child.")
    return_expected: YesNo | None = Field(
        default=None, description="Whether the school has reasonable grounds to expect the child back."
    )
    signed_on: Day
    school_urn: School | None = Field(default=None, description="The school's own; left out, the one in the token.")
    home_la: LaCode | None = None

    def form(self) -> JointEnquiryForm:
        """What the use case takes."""
        return JointEnquiryForm(
            about=self.child.about(),
            ground=Ground(self.ground),
            began_on=self.began_on,
            enquiries=tuple(one.made_on for one in self.enquiries),
            found=self.found,
            return_expected=self.return_expected,
            signed_on=self.signed_on,
            school_urn=self.school_urn,
            home_la=self.home_la,
        )
