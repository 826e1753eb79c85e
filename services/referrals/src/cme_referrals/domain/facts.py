"""What the rules look at: a deletion return as codes and days, and what the register has said about the child."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from cme_calendars import SchoolDays


class ConsentKind(StrEnum):
    """What an authority decides about."""

    SPECIAL_SCHOOL_DELETION = "special_school_deletion"
    """Regulation 9(2)."""
    JOINT_ENQUIRIES = "joint_enquiries"
    """The council's signature under the joint enquiries of grounds (h) and (i)."""
    HOME_EDUCATION_WITHDRAWAL = "home_education_withdrawal"
    """Education Act 1996 s 434A; not in force."""


@dataclass(slots=True, kw_only=True)  # not frozen: one is made of each form, and freezing triples the cost
class Deletion:
    """What a deletion return says, as codes and days; nothing in it says who the child is. None: not said."""

    school_urn: str
    ground: str
    """A letter of regulation 9(1)."""
    deleted_on: date
    received_on: date
    """The local day on which the return came."""
    recorded_on: date | None = None
    """The day on which the name was in fact deleted."""
    last_attended_on: date | None = None
    destination_given: bool = False
    writing_received_on: date | None = None
    """Ground (f): when the school had the parent's writing."""
    stated_day: date | None = None
    """Ground (f): the day after which, it says, the child is educated otherwise."""
    leave_ended_on: date | None = None
    """Ground (h): the last day of the leave."""
    first_absent_on: date | None = None
    """Ground (i): the first day of the absence."""
    other_code_on: date | None = None
    """Ground (i): the last day since then with a session coded other than G, N or O. It breaks the run."""
    enquiries_signed_on: date | None = None
    """Grounds (h), (i): when the school signed the joint enquiries."""
    continues_to_reception: bool | None = None
    """Ground (b): whether the child goes on to reception at this school."""
    other_schools_consented_on: date | None = None
    """Ground (c): when the last proprietor of the other schools had consented."""
    dual_registration_agreed: bool | None = None
    """Ground (a): whether the schools agreed that the pupil be registered at both."""
    main_school_of_mobile_child: bool | None = None
    """Grounds (a), (c): no fixed abode because of a parent's trade (regulation 3), and this is the main school."""
    new_address_given: bool = False
    """Ground (g): the new address stands in the form."""
    distance_miles: int | None = None
    """Ground (g): from the new home to the school."""
    boarder: bool | None = None
    """Grounds (g), (m)."""
    return_expected: bool | None = None
    """Grounds (g), (j): whether the school has reason to expect the pupil back."""
    sentence_months: int | None = None
    """Ground (j): the length of the sentence."""
    entering_sixth_form: bool | None = None
    """Ground (l)."""
    school_age_ends_this_year: bool | None = None
    """Ground (l): compulsory school age ends in the school year of `deleted_on`. None: nobody gave a date of birth."""
    fees_unpaid: bool | None = None
    """Ground (m)."""
    review_ended_on: date | None = None
    """Ground (o): the day on which the last step of the review of the permanent exclusion was over."""
    independent_school: bool | None = None
    """Ground (n): independent, or a non-maintained special school, as GIAS has it. None: not known."""
    placed_by_authority: bool | None = None
    """Special school: whether a local authority arranged the place."""
    special_school: bool | None = None
    """As GIAS has it. None: the school is on no list, or its type is not in it."""
    at_risk: bool = False
    """Enquiries under Children Act 1989 s 47, or a child protection plan."""
    of_compulsory_school_age: bool | None = None
    """On `deleted_on`. None: nobody gave a date of birth."""

    @property
    def counts_school_days(self) -> bool:
        """Whether its ground asks for a number of school days."""
        return self.ground in {"h", "i"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A school attendance order as the register has it."""

    school_urn: str
    in_force_from: date
    in_force_to: date | None = None
    """The last day. None: in force until further notice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """A decision of an authority as the register has it."""

    kind: str
    given: bool
    decided_on: date
    school_urn: str | None = None
    """The school it is for. None: for whichever asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JointEnquiry:
    """The joint enquiries of a school and the council as the register has them."""

    school_urn: str
    ground: str
    decision: str
    """A code of `JointDecision`."""
    began_on: date | None = None
    """h: the last day of the leave; i: the first day of the absence. None: nobody has said."""
    school_signed_on: date | None = None
    authority_signed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What the register has recorded about the child."""

    orders: tuple[Order, ...] = ()
    consents: tuple[Consent, ...] = ()
    """In the order in which they were recorded."""
    joint_enquiries: tuple[JointEnquiry, ...] = ()
    """The one that was decided last comes last."""


@dataclass(slots=True, kw_only=True)  # not frozen: one is made of each form, and freezing triples the cost
class Known:
    """All that a rule may look at."""

    deletion: Deletion
    days: SchoolDays | None = None
    """The school's calendar. None: nobody has loaded it."""
    elsewhere: Elsewhere | None = None
    """None: the register has not said yet which child this is, so nothing it recorded can be looked up."""
