"""What intake says: what has been received. Only the register triages."""

from typing import ClassVar, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from cme_contracts.base import Event, Service
from cme_contracts.codes import Factor
from cme_contracts.codes_intake import (
    ChallengeState,
    Ground,
    LinkPurpose,
    ReferralReason,
    ReferrerKind,
    WithdrawalReason,
)
from cme_contracts.fields import (
    FirstSubmissionId,
    Instant,
    LaCode,
    Reference,
    SubmissionId,
    Urn,
    date,
    day,
    instant,
)
from cme_contracts.people import Child, Confidential, Contact, Referrer
from cme_contracts.sealed import Sealed

STREAM = "cme.referrals"
CONCERNS = "cme.referrals.concerns"
"""The fast lane: what raises or changes a concern never waits for a routine event."""

PUBLIC_TASK = "UK GDPR Article 6(1)(e), Education Act 1996 s 436A: to identify children missing education."
SAFEGUARDING = "UK GDPR Articles 6(1)(e) and 9(2)(g), DPA 2018 Sch 1 para 18: to keep children safe."


class EstablishmentChanged(Event):
    """A school is on the council's list, or its entry has changed. Public reference data (GIAS)."""

    type: ClassVar[str] = "cme.establishment.changed.v1"
    stream: ClassVar[str] = STREAM
    owner: ClassVar[Service] = "referrals"
    source_clause: ClassVar[str] = "policy 5.2"

    urn: Urn
    la_code: LaCode
    establishment_number: str = Field(description="Four digits; with the authority's code, the LAESTAB.")
    name: str = Field(description="The establishment's published name.")
    phase: str = Field(description="Phase of education as GIAS names it.")
    open: bool = Field(description="False once the establishment has closed.")
    mailbox: str | None = Field(default=None, description="The office's mailbox, where notices go. Not a person's.")
    type_code: str | None = Field(default=None, description="Type of establishment, two figures (GIAS).")
    opened_on: date | None = Field(default=None, description="Its first day; None: long ago, or not yet.")
    closed_on: date | None = Field(default=None, description="Its last day; None: open, or nobody knows when.")
    changed_at: Instant = instant("When the list said so.")

    @property
    def key(self) -> str:
        return self.urn


class SchoolTerm(BaseModel):
    """One stretch of school days."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    first_day: date = day("The first day on which the school may meet.")
    last_day: date = day("The last one, included.")


class SchoolCalendarChanged(Event):
    """A school year was entered or changed: an authority's, or how one school departs from it. Public reference data.

    A school's own terms replace its authority's for that year; its days off add to them. The latest said is what holds.
    """

    type: ClassVar[str] = "cme.school-calendar.changed.v1"
    stream: ClassVar[str] = STREAM
    owner: ClassVar[Service] = "referrals"
    source_clause: ClassVar[str] = "policy 5.2; regulations 9(1)(h), (i) and 13"

    la_code: LaCode | None = Field(default=None, description="Whose year it is, where it is an authority's.")
    urn: Urn | None = Field(default=None, description="Whose year it is, where it is one school's.")
    academic_year: str = Field(description="As 2026-27.", pattern=r"^\d{4}-\d{2}$")
    terms: tuple[SchoolTerm, ...] | None = Field(
        default=None, description="In their order, none overlapping. None: a school keeps its authority's."
    )
    inset_days: tuple[date, ...] = Field(default=(), description="Staff training: pupils do not come.")
    closed_days: tuple[date, ...] = Field(default=(), description="All other days in term on which it is shut.")
    changed_at: Instant = instant("When it was entered.")

    @property
    def key(self) -> str:
        return self.urn or self.la_code or ""

    @model_validator(mode="after")
    def _is_somebodys(self) -> Self:
        if (self.urn is None) == (self.la_code is None):
            raise ValueError("a school year is an authority's or a school's")
        return self


class Submission(Event):
    """What every submission carries, whatever its kind."""

    submission_id: SubmissionId
    first_submission_id: FirstSubmissionId
    reference: Reference
    received_at: Instant = instant("When the council received it: the clocks start from this day.")

    @property
    def key(self) -> str:
        return str(self.first_submission_id)


class ReferrerNamed(Submission):
    """Somebody who told the council about a child is to be told what became of it."""

    type: ClassVar[str] = "cme.referrer.named.v1"
    stream: ClassVar[str] = STREAM
    owner: ClassVar[Service] = "referrals"
    source_clause: ClassVar[str] = "policy 7"
    readers: ClassVar[frozenset[Service]] = frozenset({"notifications"})
    lawful_basis: ClassVar[str] = PUBLIC_TASK

    kind: ReferrerKind
    school_urn: Urn | None = None
    personal: Sealed[Referrer]


class EnquiryMade(BaseModel):
    """One thing that was done to find the child before the council was told (policy 5.2.4). Codes only."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    made_on: date = day("The day on which it was done.")
    method: str = Field(description="telephone, email, text, letter, home_visit, contacts, other.")
    outcome: str = Field(description="no_answer, left_message, spoke, returned, nobody_there, moved_away, other.")


class ReferralRaised(Submission):
    """Somebody has told the council about a child: with the referral form (SR1a), or as a partner. Received, not yet triaged."""

    type: ClassVar[str] = "cme.referral.raised.v1"
    stream: ClassVar[str] = STREAM
    owner: ClassVar[Service] = "referrals"
    source_clause: ClassVar[str] = "policy 7"
    readers: ClassVar[frozenset[Service]] = frozenset({"register"})
    lawful_basis: ClassVar[str] = PUBLIC_TASK

    referrer: ReferrerKind
    reason: ReferralReason
    school_urn: Urn | None = Field(default=None, description="The school the child attends or last attended.")
    school_la: LaCode | None = Field(default=None, description="The authority where that school is located.")
    home_la: LaCode | None = Field(default=None, description="The authority where the child lives: the s 436A duty.")
    on_roll: bool | None = Field(default=None, description="On the school's admission register now; None: not said.")
    last_attended_on: date | None = Field(default=None, description="The last day the child was seen at school.")
    factors: tuple[Factor, ...] = Field(default=(), description="What the referrer ticked, as codes.")
    still_missing: tuple[str, ...] = Field(default=(), description="Fields of its form not given: data-quality tasks.")
    family_id: UUID | None = Field(
        default=None,
        description="The same in every submission of one form about brothers and sisters; each is one child.",
    )
    enquiries: tuple[EnquiryMade, ...] = Field(default=(), description="What the referrer has tried, oldest first.")
    personal: Sealed[Child]


class PupilAdded(Submission):
    """A new pupil return was received: a school has entered a name in its admission register."""

    type: ClassVar[str] = "cme.pupil.added.v1"
    stream: ClassVar[str] = STREAM
    owner: ClassVar[Service] = "referrals"
    source_clause: ClassVar[str] = "policy 5.2; regulation 13(1)"
    readers: ClassVar[frozenset[Service]] = frozenset({"register"})
    lawful_basis: ClassVar[str] = PUBLIC_TASK

    school_urn: Urn
    school_la: LaCode
    home_la: LaCode | None = Field(default=None, description="The authority where the child lives.")
    entered_on: date = day("The day the name was entered in the admission register.")
    due_on: date = day("The last day the return was due: the end of the fifth day after.")
    personal: Sealed[Child]


class PupilDeleted(Submission):
    """A deletion return was received. A return, not proof of a lawful deletion."""

    type: ClassVar[str] = "cme.pupil.deleted.v1"
    stream: ClassVar[str] = STREAM
    owner: ClassVar[Service] = "referrals"
    source_clause: ClassVar[str] = "policy 5.2; regulations 9(1) and 13"
    readers: ClassVar[frozenset[Service]] = frozenset({"register"})
    lawful_basis: ClassVar[str] = PUBLIC_TASK

    school_urn: Urn
    school_la: LaCode
    home_la: LaCode | None = Field(default=None, description="The authority where the child lives.")
    ground: Ground
    deleted_on: date = day("The day the name was deleted from the admission register.")
    destination_known: bool = Field(description="False: nobody has said where the child is to be educated.")
    destination_urn: Urn | None = Field(default=None, description="The new school, where it was named.")
    factors: tuple[Factor, ...] = Field(default=(), description="What the school ticked, as codes.")
    held_by: tuple[str, ...] = Field(
        default=(),
        description="Rules by which the child is treated as still registered, as at receipt; SubmissionChallenged says what changes.",
    )
    personal: Sealed[Child]


class LinkRequested(Event):
    """Somebody without an account gave an e-mail address and asked for a link. Anybody may have given it: nothing is proven yet."""

    type: ClassVar[str] = "cme.link.requested.v1"
    stream: ClassVar[str] = STREAM
    owner: ClassVar[Service] = "referrals"
    source_clause: ClassVar[str] = "policy 5.4, 7"
    readers: ClassVar[frozenset[Service]] = frozenset({"notifications"})
    lawful_basis: ClassVar[str] = PUBLIC_TASK

    link_id: UUID = Field(description="One asking: the subject and the id of the link, which is made where it is sent.")
    purpose: LinkPurpose
    requested_at: Instant = instant("When it was asked for.")
    personal: Sealed[Contact]

    @property
    def key(self) -> str:
        return str(self.link_id)


class SubmissionChallenged(Submission):
    """A rule was held against a deletion return: it is not met, is met now, or cannot be decided yet. The return was taken."""

    type: ClassVar[str] = "cme.submission.challenged.v1"
    stream: ClassVar[str] = STREAM
    owner: ClassVar[Service] = "referrals"
    source_clause: ClassVar[str] = "policy 5.2; regulation 9"

    school_urn: Urn
    rule: str = Field(description="A code of intake's table of rules, e.g. ground-f-writing.")
    state: ChallengeState = Field(description="Said again whenever it changes; the latest is what holds.")
    source: str = Field(description="The law the rule follows from.")
    what: str = Field(description="What the rule asks, as the table words it. Nothing that was sent.")
    mend: str = Field(description="What the school can do about it, as the table words it. Nothing that was sent.")
    not_before: date | None = Field(
        default=None, description="The first day on which this rule would allow the deletion, where it can be said."
    )
    ground: Ground | None = Field(default=None, description="The ground of the deletion; None: said before 0.3.0.")
    still_on_roll: bool | None = Field(
        default=None,
        description="Whether, as long as this rule stands so, the child is treated as still registered at the school.",
    )
    with_others: bool | None = Field(
        default=None,
        description="True: several rules were challenged at once, and one event among them has the notice.",
    )
    notice: str | None = Field(
        default=None,
        description="What and mend of all that were challenged at once, for the school to be told in one message.",
    )
    decided_at: Instant = instant("When intake decided.")


class JointEnquirySigned(Submission):
    """A school signs its half of the joint enquiries of ground (h) or (i). The council's half is the register's."""

    type: ClassVar[str] = "cme.joint-enquiry.signed.v1"
    stream: ClassVar[str] = STREAM
    owner: ClassVar[Service] = "referrals"
    source_clause: ClassVar[str] = "policy 5.1, 5.2; regulation 9(1)(h) and (i)"
    readers: ClassVar[frozenset[Service]] = frozenset({"register"})
    lawful_basis: ClassVar[str] = PUBLIC_TASK

    school_urn: Urn
    school_la: LaCode
    home_la: LaCode | None = Field(default=None, description="The authority where the child lives.")
    ground: Ground = Field(description="h or i.")
    began_on: date | None = Field(
        default=None, description="h: the last day of the leave; i: the first day of the absence. None: not said."
    )
    enquiries: int = Field(description="How many enquiries the school reports.", ge=0)
    found: bool = Field(description="Whether the school has found the child.")
    return_expected: bool | None = Field(
        default=None, description="Whether it has reasonable grounds to expect the child back; None: not said."
    )
    signed_on: date = day("The day on which the school signed.")
    personal: Sealed[Child]


class SubmissionWithdrawn(Submission):
    """A sender takes back what they sent. It stays as it was received; what follows from it a person decides."""

    type: ClassVar[str] = "cme.submission.withdrawn.v1"
    stream: ClassVar[str] = STREAM
    owner: ClassVar[Service] = "referrals"
    source_clause: ClassVar[str] = "policy 7"

    reason: WithdrawalReason
    withdrawn_at: Instant = instant("When the sender said so.")


class ConcernReported(Submission):
    """A submission carries a factor that safeguarding must see at once, before the register has matched it."""

    type: ClassVar[str] = "cme.concern.reported.v1"
    stream: ClassVar[str] = CONCERNS
    owner: ClassVar[Service] = "referrals"
    source_clause: ClassVar[str] = "policy 9"
    readers: ClassVar[frozenset[Service]] = frozenset({"safeguarding"})
    lawful_basis: ClassVar[str] = SAFEGUARDING

    referrer: ReferrerKind
    on_roll: bool | None = Field(default=None, description="On a school's admission register now; None: not said.")
    factors: tuple[Factor, ...] = Field(min_length=1, description="What was ticked, as codes.")
    personal: Sealed[Child]


class ConfidentialAddressGiven(Submission):
    """A submission gives an address, or a way to reach a parent, that is marked confidential. Nobody else is told it."""

    type: ClassVar[str] = "cme.confidential-address.given.v1"
    stream: ClassVar[str] = CONCERNS
    owner: ClassVar[Service] = "referrals"
    source_clause: ClassVar[str] = "policy 10"
    readers: ClassVar[frozenset[Service]] = frozenset({"safeguarding"})
    lawful_basis: ClassVar[str] = SAFEGUARDING

    personal: Sealed[Confidential]
