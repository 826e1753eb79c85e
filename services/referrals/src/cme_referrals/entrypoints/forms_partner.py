"""What a partner sends: a form short enough for a GP between two patients (policy 5.4)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from cme_contracts.codes import Factor
from cme_contracts.codes_intake import ReferrerKind
from cme_referrals.application.forms import PartnerForm
from cme_referrals.entrypoints.fields import Day, Known, LaCode, School, Text, YesNo
from cme_referrals.entrypoints.people import Child, Referrer
from cme_referrals.entrypoints.siblings import MOST, FamilyForm, Sibling
from cme_web.problems import Wrong

Words = Annotated[str, Field(max_length=4000)]
"""Free text. It is kept sealed with the form and goes into no event."""


class PartnerChild(Child):
    """The child. Without a name, words by which somebody could look for them are enough."""

    description: Words | None = Field(
        default=None, description="Where no name is known: who is meant. Kept with the form, put into no event."
    )


class Partner(Referrer):
    """Who tells the council. With an account, the kind is what the token says."""

    organisation: Text | None = Field(default=None, description="Kept with the form, put into no event.")

    @field_validator("kind")
    @classmethod
    def _is_a_partner(cls, given: ReferrerKind | None) -> ReferrerKind | None:
        if given is ReferrerKind.SCHOOL:
            raise Wrong("is not a partner's", "A school refers with /v1/referrals.")
        return given


class PartnerSibling(Sibling):
    """A brother or sister, as a partner knows of them."""

    child: PartnerChild
    in_school: YesNo | None = None


class PartnerNotification(FamilyForm):
    """A child who may be missing education, as a partner knows of them. Needed: a name or description, and a contact."""

    SHARED = frozenset({
        "referrer", "whereabouts_known", "last_seen_on", "last_seen_where", "factors", "more", "home_la",
    })  # fmt: skip

    referrer: Partner
    child: PartnerChild
    siblings: tuple[PartnerSibling, ...] = Field(
        default=(),
        max_length=MOST,
        description="Brothers and sisters: each becomes a submission of its own, all or none.",
    )
    in_school: YesNo | None = Field(default=None, description="Goes to a school, as far as the partner knows.")
    on_roll: YesNo | None = Field(default=None, description="Is on a school's admission register.")
    whereabouts_known: YesNo | None = Field(
        default=None, description="The partner knows where the child lives now: the first of the addresses."
    )
    school_urn: School | None = Field(default=None, description="The school the child attends or last attended.")
    school_name: Text | None = Field(
        default=None, description="The same where the URN is not known. Kept with the form."
    )
    last_seen_on: Day | None = None
    last_seen_where: Text | None = Field(default=None, description="Kept with the form.")
    factors: tuple[Annotated[Factor, Known()], ...] | None = Field(
        default=None, max_length=30, description="An empty list says that none applies; leaving it out says nothing."
    )
    more: Words | None = Field(default=None, description="Anything else. Kept with the form, put into no event.")
    home_la: LaCode | None = Field(default=None, description="The authority where the child lives.")

    def form(self) -> PartnerForm:
        """What the use case takes."""
        return PartnerForm(
            about=self.child.about(),
            described=bool(self.child.description),
            referrer=self.referrer.named(),
            referrer_kind=self.referrer.kind,
            in_school=self.in_school,
            on_roll=self.on_roll,
            whereabouts_known=self.whereabouts_known,
            school_urn=self.school_urn,
            school_named=bool(self.school_name),
            last_seen_on=self.last_seen_on,
            factors=self.factors,
            home_la=self.home_la,
        )
