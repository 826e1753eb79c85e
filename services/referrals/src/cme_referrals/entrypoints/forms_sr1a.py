"""CME SR1a as it is sent: all that is asked for, and little of it needed (policy 7)."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Literal

from pydantic import Field, model_validator

from cme_contracts import people
from cme_contracts.codes import Factor
from cme_contracts.codes_intake import Ground, ReferralReason
from cme_referrals.application.forms import ReferralForm
from cme_referrals.domain.completeness import Kind, asked_of_a_school
from cme_referrals.entrypoints.fields import Day, Email, Form, Known, LaCode, School, Telephone, Text, YesNo
from cme_referrals.entrypoints.forms import Enquiry
from cme_referrals.entrypoints.people import Address, Child, Parent, Referrer
from cme_referrals.entrypoints.siblings import MOST, FamilyForm, Sibling
from cme_web.problems import Wrong

Words = Annotated[str, Field(max_length=4000)]
"""Free text. Like everything here that no event names, it is kept sealed with the form."""
SIGNS = {"application/pdf": b"%PDF-", "image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
"""How a file of each kind begins."""
SCHOOLS_OWN = [(name, *name.partition(".")[::2]) for name in asked_of_a_school(Kind.REFERRAL)]
LONGEST_FILE = 1_400_000
"""Characters of base64: a mebibyte."""


class DatedAddress(Address):
    """Where somebody lives, lived or is to live, and when."""

    lived_from: Day | None = None
    lived_to: Day | None = None


class Carer(Parent):
    """A parent or carer, with what a school knows of them."""

    parental_responsibility: YesNo | None = None
    lives_with_child: YesNo | None = None
    address: Address | None = Field(default=None, description="Where it is not the child's.")
    language: Text | None = None
    interpreter_needed: YesNo | None = None

    def held_elsewhere(self) -> tuple[people.Address, ...]:
        """See `Parent`."""
        if self.address is None or not (self.confidential or self.address.held):
            return ()
        return (self.address.whole(),)


class SpecialNeeds(Form):
    """Special educational needs, as the school's register has them."""

    stage: Literal["none", "support", "ehcp"]
    plan_la: LaCode | None = Field(default=None, description="The authority that keeps the plan.")


class Worker(Form):
    """Somebody who works with the family: a social worker, early help."""

    name: Text
    agency: Text | None = None
    telephone: Telephone | None = None


class ReferredChild(Child):
    """The child, with what the admission register and those who know them have."""

    preferred_forename: Text | None = None
    preferred_surname: Text | None = None
    year_group: Annotated[str, Field(max_length=10)] | None = None
    ethnicity: Text | None = None
    language: Text | None = Field(default=None, description="First language.")
    interpreter_needed: YesNo | None = None
    religion: Text | None = None
    special_needs: SpecialNeeds | None = None
    free_school_meals: YesNo | None = None
    service_child: YesNo | None = Field(default=None, description="A parent serves in the armed forces.")
    early_help: YesNo | None = None
    worker: Worker | None = None
    addresses: tuple[DatedAddress, ...] = Field(default=(), max_length=10, description="Last known address first.")
    parents: tuple[Carer, ...] = Field(default=(), max_length=10)

    def also_called(self) -> tuple[str, ...]:
        """Preferred names among the other names: the child is found by any of them."""
        preferred = " ".join(filter(None, (self.preferred_forename, self.preferred_surname)))
        return (*self.other_names, *([preferred] if preferred else []))


class Relative(Form):
    """Somebody else of the family, or of the household."""

    name: Text
    relationship: Text | None = None
    date_of_birth: Day | None = None
    school_name: Text | None = None
    telephone: Telephone | None = None


class Exclusion(Form):
    """One suspension or permanent exclusion."""

    kind: Literal["suspension", "permanent"]
    began_on: Day
    days: Annotated[int, Field(ge=0, le=365)] | None = None


class Schooling(Form):
    """The child's time at the current or last school."""

    attendance_percent: Annotated[int, Field(ge=0, le=100)] | None = None
    last_codes: Annotated[str, Field(max_length=100)] | None = Field(
        default=None, description="The last sessions' attendance codes, the latest last."
    )
    removed_on: Day | None = Field(default=None, description="The day the name was deleted, if it was.")
    ground: Annotated[Ground, Known()] | None = None
    leave_from: Day | None = Field(default=None, description="A leave of absence that was asked for.")
    leave_to: Day | None = None
    exclusions: tuple[Exclusion, ...] = Field(default=(), max_length=50)
    destination_stated: Text | None = None


class FullEnquiry(Enquiry):
    """One thing that was done to find the child, when, by whom, and whom it reached."""

    made_at: Annotated[str, Field(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$", description="Hour and minute")] | None = (
        None
    )
    by: Text | None = Field(default=None, description="The role of whoever did it.")
    person: Text | None = Field(default=None, description="Whom it was to reach.")
    note: Words | None = None


class Concerns(Form):
    """Why the child is thought to be missing education, and what is feared."""

    why: Words | None = None
    risk_appraisal: Words | None = Field(default=None, description="By the designated safeguarding lead.")
    social_care_told_on: Day | None = None
    social_care_outcome: Text | None = None
    police_reference: Text | None = None
    visiting_risk: Words | None = Field(default=None, description="What somebody who visits alone must know.")


class Attachment(Form):
    """A file that belongs to the form. It is kept sealed with it, and is whoever's that may read the form."""

    title: Text
    media_type: Literal["application/pdf", "image/png", "image/jpeg"]
    content: Annotated[str, Field(max_length=LONGEST_FILE, description="base64")]

    @model_validator(mode="after")
    def _is_what_it_says(self) -> Attachment:
        try:
            begins = base64.b64decode(self.content, validate=True)[:8]
        except (binascii.Error, ValueError):
            raise Wrong("is not base64", "Give the file's content as base64, without line breaks.") from None
        if not begins.startswith(SIGNS[self.media_type]):
            raise Wrong("is not a file of this kind", f"Send one of {', '.join(SIGNS)}, and say which it is.")
        return self


class Declaration(Form):
    """What whoever sends the form stands for."""

    accurate: YesNo = Field(description="What is said is accurate as far as they know.")
    family_told: YesNo | None = Field(default=None, description="The family has been given the privacy notice.")
    made_on: Day | None = None


class SafeguardingLead(Form):
    """The school's designated safeguarding lead."""

    name: Text
    email: Email | None = None
    telephone: Telephone | None = None


class FullReferrer(Referrer):
    """Who refers."""

    agency: Text | None = None
    safeguarding_lead: SafeguardingLead | None = None


class ReferredSibling(Sibling):
    """A brother or sister, described as fully as the first child."""

    child: ReferredChild


class Sr1a(FamilyForm):
    """CME SR1a. Needed: the child's name, date of birth or age, last known address, and a contact of the referrer."""

    SHARED = frozenset(
        {"referrer", "reason", "factors", "enquiries", "home_la", "relatives", "concerns", "attachments", "declaration"}
    )

    referrer: FullReferrer
    child: ReferredChild
    siblings: tuple[ReferredSibling, ...] = Field(
        default=(),
        max_length=MOST,
        description="Brothers and sisters: each becomes a submission of its own, all or none.",
    )
    school_urn: School | None = Field(default=None, description="The school the child attends or last attended.")
    on_roll: YesNo | None = Field(default=None, description="On its admission register now.")
    last_attended_on: Day | None = None
    schooling: Schooling | None = None
    reason: Annotated[ReferralReason, Known()] | None = None
    factors: tuple[Annotated[Factor, Known()], ...] | None = Field(
        default=None, max_length=30, description="An empty list says that none applies; leaving it out says nothing."
    )
    enquiries: tuple[FullEnquiry, ...] = Field(default=(), max_length=100)
    relatives: tuple[Relative, ...] = Field(default=(), max_length=20)
    concerns: Concerns | None = None
    attachments: tuple[Attachment, ...] = Field(default=(), max_length=5)
    declaration: Declaration | None = None
    home_la: LaCode | None = Field(default=None, description="The authority where the child lives.")

    def form(self) -> ReferralForm:
        """What the use case takes."""
        needs, given = self.child.special_needs, self.model_fields_set
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
            known_factors=(Factor.EHCP,) if needs and needs.stage == "ehcp" else (),
            enquiries=tuple(one.made() for one in sorted(self.enquiries, key=lambda one: one.made_on)),
            also_given=frozenset(
                [name for name, member, within in SCHOOLS_OWN if member in given and _says(self, member, within)]
            ),
        )


def _says(form: Sr1a, member: str, within: str) -> bool:
    """Whether anything is said there."""
    said = getattr(form, member)
    if within:  # a brother's or sister's form may lack a member
        said = getattr(said, within, None)
    return said is not None and said not in ("", ())
