"""What the forms ask for. A small minimum decides whether a submission is taken; the rest is chased, never refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from cme_referrals.domain.errors import TooLittleError


class Kind(StrEnum):
    """Which form was sent."""

    REFERRAL = "referral"
    NEW_PUPIL_RETURN = "new_pupil_return"
    DELETION_RETURN = "deletion_return"
    HOME_EDUCATION_NOTIFICATION = "home_education_notification"
    ATTENDANCE_RETURN = "attendance_return"
    SICKNESS_RETURN = "sickness_return"
    LOST_PUPIL_RECORD = "lost_pupil_record"
    CTF_SENT = "ctf_sent"
    PARTNER_NOTIFICATION = "partner_notification"
    JOINT_ENQUIRY = "joint_enquiry"
    ENCOMPASS_NOTICE = "encompass_notice"


NAME = ("child.forename", "child.surname")
AGE = ("child.date_of_birth", "child.stated_age")
ADDRESS = ("child.addresses",)
CONTACT = ("referrer.email", "referrer.telephone")

MINIMUM: Mapping[Kind, tuple[tuple[str, ...], ...]] = {
    Kind.REFERRAL: (NAME, AGE, ADDRESS, CONTACT),
    Kind.NEW_PUPIL_RETURN: (NAME,),
    Kind.DELETION_RETURN: (NAME,),
    Kind.HOME_EDUCATION_NOTIFICATION: (NAME,),
    Kind.ATTENDANCE_RETURN: (NAME,),
    Kind.SICKNESS_RETURN: (NAME,),
    Kind.LOST_PUPIL_RECORD: (NAME,),
    Kind.CTF_SENT: (NAME,),
    Kind.JOINT_ENQUIRY: (NAME,),
    Kind.PARTNER_NOTIFICATION: (("child.description", *NAME), (*CONTACT, "referrer.account")),
    Kind.ENCOMPASS_NOTICE: (NAME,),
}
"""Of each group at least one is needed. For a return the register's own facts (day, ground) come besides."""

_CHILD = (
    "child.forename", "child.surname", "child.date_of_birth", "child.sex", "child.upn",
    "child.addresses", "child.addresses.postcode", "child.parents", "child.parents.telephones",
)  # fmt: skip
ASKED: Mapping[Kind, tuple[str, ...]] = {
    Kind.REFERRAL: (
        "referrer.kind", "referrer.name", "referrer.role", "referrer.email", "referrer.telephone", *_CHILD,
        "school_urn", "on_roll", "last_attended_on", "reason", "factors", "enquiries", "home_la",
    ),
    Kind.NEW_PUPIL_RETURN: (*_CHILD, "last_school_urn", "home_la"),
    Kind.DELETION_RETURN: (*_CHILD, "last_attended_on", "destination", "destination.school_urn", "factors", "home_la"),
    Kind.JOINT_ENQUIRY: (*_CHILD, "began_on", "enquiries", "return_expected", "home_la"),
    Kind.PARTNER_NOTIFICATION: (
        "referrer.name", "referrer.email", "child.forename", "child.surname", "child.date_of_birth", "child.addresses",
        "child.parents", "in_school", "on_roll", "whereabouts_known", "school", "last_seen_on", "factors",
    ),
    Kind.HOME_EDUCATION_NOTIFICATION: (
        *_CHILD, "writing_received_on", "stated_day", "school_urn", "factors", "home_la",
    ),
    Kind.ATTENDANCE_RETURN: (*_CHILD, "first_absent_on", "codes", "cause", "enquiries", "factors", "home_la"),
    Kind.SICKNESS_RETURN: (*_CHILD, "first_absent_on", "grounds_on", "home_la"),
    Kind.LOST_PUPIL_RECORD: (*_CHILD, "deleted_on", "file_name", "home_la"),
    Kind.CTF_SENT: (*_CHILD, "deleted_on", "file_name", "destination_laestab", "home_la"),
    Kind.ENCOMPASS_NOTICE: (
        "child.forename", "child.surname", "child.date_of_birth", "child.addresses", "child.parents", "school_urn",
        "police_reference",
    ),
}  # fmt: skip
"""What each form asks for: SR1a (policy 7); the contents of the admission register (regulations 8 and 13);
for a partner, what can be said in two minutes (policy 5.4); for Operation Encompass, what finds child and setting."""


ASKED_OF_A_SCHOOL: Mapping[Kind, tuple[str, ...]] = {
    Kind.REFERRAL: (
        "child.year_group", "child.ethnicity", "child.language", "child.special_needs", "schooling.attendance_percent",
        "schooling.last_codes", "concerns.why", "concerns.risk_appraisal", "referrer.safeguarding_lead", "declaration.accurate",
    ),
}  # fmt: skip
"""What a school knows besides, and nobody else is asked for."""


def asked_of_a_school(kind: Kind) -> tuple[str, ...]:
    """The same, for one kind of form."""
    return ASKED_OF_A_SCHOOL.get(kind, ())


def still_missing(kind: Kind, given: Iterable[str], *, by_school: bool = False) -> tuple[str, ...]:
    """The fields the form asks for and nobody has given: each a data-quality task, none a reason to refuse.

    `by_school`: a school sends it, and is asked for more. `given` are the names of the fields that hold something. Raises `TooLittleError` below the required minimum.
    """
    known = set(given)
    lacking = [group[0] for group in MINIMUM[kind] if known.isdisjoint(group)]
    if lacking:
        raise TooLittleError(tuple(lacking))
    asked = (*ASKED[kind], *(asked_of_a_school(kind) if by_school else ()))
    return tuple([field for field in asked if field not in known])
