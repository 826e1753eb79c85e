"""What a sender filled in, read and in our words; and what the door knows about the sending."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from cme_contracts.codes import Factor
from cme_contracts.codes_intake import Ground, ReferralReason, ReferrerKind
from cme_contracts.people import Address, Child, Confidential, Referrer
from cme_contracts.referrals import EnquiryMade
from cme_referrals.domain.child_token import same_child
from cme_referrals.domain.returns import Timing
from cme_referrals.domain.rules import Challenge

NOTHING_WITHHELD = Confidential()


@dataclass(slots=True, kw_only=True)  # not frozen: that triples the cost of making one, and one is made of each form
class Receipt:
    """One sending: ids and time are decided at the door, once."""

    submission_id: UUID
    reference: str
    received_at: datetime
    sender: str
    """The token's subject: an identifier, never a name."""
    school_urn: str | None
    """The school the sender speaks for. None: an officer or a partner."""
    as_received: bytes
    """The form word for word as JSON, quarantined identifiers included. Kept sealed."""
    referrer_kind: ReferrerKind | None = None
    """What kind of partner the sender's token says they are; it counts before what a form says. None: it says nothing."""
    corrects: UUID | None = None
    """The first submission of the chain that this one corrects; its row is locked. None: it is the first itself."""
    family_id: UUID | None = None
    """What the submissions of one sending about several children have in common. None: it was about one child."""

    @property
    def first_submission_id(self) -> UUID:
        """Of the chain this submission belongs to: the key of everything that is said about it."""
        return self.corrects or self.submission_id


@dataclass(slots=True, kw_only=True)  # not frozen: that triples the cost of making one, and one is made of each form
class About:
    """The child a form is about, and the identifiers that are not believed until they have been checked."""

    child: Child
    """Without identifiers: `upn` is None here; and without anything that was marked confidential.

    UPRNs stand as they were sent.
    """
    upn: str | None = None
    nhs_number: str | None = None
    former_upns: tuple[str, ...] = ()
    withheld: Confidential = NOTHING_WITHHELD
    """What safeguarding alone is told: its addresses in the order of those that `child` says are held, then parents' own."""
    _at: tuple[str | None, tuple[str, ...] | None] | None = field(default=None, repr=False, compare=False)
    """What `same_child` found last: whoever notes that the child was told of asks, and whoever blinds their address."""

    def addresses(self) -> Sequence[Address]:
        """All that were given, in their order, confidential or not."""
        if not self.withheld.addresses:
            return self.child.addresses
        held = iter(self.withheld.addresses)
        return [next(held) if one.held_by_safeguarding else one for one in self.child.addresses]

    def same_child(self, postcode: str | None) -> tuple[str, ...] | None:
        """The child as whoever looks for them at an address of theirs knows them (`domain.child_token`)."""
        if self._at is None or self._at[0] != postcode:
            child = self.child
            self._at = postcode, same_child(child.forename, child.surname, child.date_of_birth, postcode)
        return self._at[1]


@dataclass(slots=True, kw_only=True)  # not frozen: that triples the cost of making one, and one is made of each form
class ReferralForm:
    """SR1a (policy 7). None: not said."""

    about: About
    referrer: Referrer
    referrer_kind: ReferrerKind | None = None
    school_urn: str | None = None
    home_la: str | None = None
    on_roll: bool | None = None
    last_attended_on: date | None = None
    reason: ReferralReason | None = None
    factors: tuple[Factor, ...] | None = None
    known_factors: tuple[Factor, ...] = ()
    """What other members of the form say as well."""
    enquiries: tuple[EnquiryMade, ...] = ()
    """The enquiries the form reports (policy 5.2.4)."""
    also_given: frozenset[str] = frozenset()
    """Which of the members that only a school is asked for say something, by name."""


@dataclass(slots=True, kw_only=True)  # not frozen: one is made of each form (`Receipt`)
class PartnerForm:
    """A partner notification (policy 5.4). None: not said, or not known."""

    about: About
    described: bool
    """Whether words are given by which a child without a name could be looked for. They stay with the form."""
    referrer: Referrer
    referrer_kind: ReferrerKind | None = None
    in_school: bool | None = None
    on_roll: bool | None = None
    whereabouts_known: bool | None = None
    school_urn: str | None = None
    school_named: bool = False
    last_seen_on: date | None = None
    factors: tuple[Factor, ...] | None = None
    home_la: str | None = None
    follows_by_itself: bool = False
    """The sender's own system asks what became of it: without another contact, it can still be told."""


@dataclass(slots=True, kw_only=True)  # not frozen: one is made of each form (`Receipt`)
class NewPupilForm:
    """A new pupil return (policy 5.2.1, regulation 13(1))."""

    about: About
    entered_on: date
    most_junior_class: bool | None = None
    """In the school's most junior class (regulation 13(2)). None: not said."""
    school_urn: str | None = None
    last_school_urn: str | None = None
    home_la: str | None = None


@dataclass(slots=True, kw_only=True)  # not frozen: one is made of each form (`Receipt`)
class EncompassForm:
    """An Operation Encompass notice (policy 9). None: not said."""

    about: About
    incident_on: date
    police_reference: str | None = None
    school_urn: str | None = None
    on_roll: bool | None = None
    home_educated: bool | None = None


@dataclass(slots=True, kw_only=True)  # not frozen: one is made of each form (`Receipt`)
class Evidence:
    """A ground's own conditions, as `domain.rules.Deletion` has them. None: not said."""

    writing_received_on: date | None = None
    stated_day: date | None = None
    leave_ended_on: date | None = None
    first_absent_on: date | None = None
    other_code_on: date | None = None
    enquiries_signed_on: date | None = None
    continues_to_reception: bool | None = None
    other_schools_consented_on: date | None = None
    dual_registration_agreed: bool | None = None
    main_school_of_mobile_child: bool | None = None
    distance_miles: int | None = None
    boarder: bool | None = None
    return_expected: bool | None = None
    sentence_months: int | None = None
    entering_sixth_form: bool | None = None
    fees_unpaid: bool | None = None
    review_ended_on: date | None = None
    placed_by_authority: bool | None = None


@dataclass(slots=True, kw_only=True)  # not frozen: one is made of each form (`Receipt`)
class DeletionForm:
    """A deletion return (policy 5.2.2, regulations 9 and 13). Where the child goes is not part of the ground."""

    about: About
    ground: Ground
    deleted_on: date
    school_urn: str | None = None
    destination_described: bool = False
    """In words, rather than by a number that may be wrong."""
    destination_urn: str | None = None
    starts_on: date | None = None
    """The day on which the pupil starts at the new school."""
    recorded_on: date | None = None
    """The day on which the name was in fact deleted."""
    evidence: Evidence = field(default_factory=Evidence)
    new_address_given: bool = False
    """Whether one of the child's addresses is where they live from now on."""
    most_senior_class: bool | None = None
    """In the school's most senior class (regulation 13). None: not said."""
    last_attended_on: date | None = None
    factors: tuple[Factor, ...] | None = None
    home_la: str | None = None


@dataclass(slots=True, kw_only=True)  # not frozen: that triples the cost of making one, and one is made of each form
class Received:
    """What the sender is told."""

    still_missing: tuple[str, ...]
    quarantined: tuple[str, ...]
    """Remarks (`domain.remarks`) on fields whose value was kept aside, or holds under another number now."""
    timing: Timing | None = None
    """When this return was due and whether it is late. None: another form."""
    tell_before: date | None = None
    """Operation Encompass: the day before whose start the setting is to be told. None: another form, or no calendar says."""
    exempt: bool | None = None
    """A return that was not needed (regulation 13). None: another form, or it cannot be said."""
    challenges: tuple[Challenge, ...] = ()
    """What does not fit the ground that is named, and what is not known yet. Nothing is refused for it."""
