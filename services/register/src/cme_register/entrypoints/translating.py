"""From the words of those who speak to the register into its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from cme_contracts import people
from cme_contracts.base import Event
from cme_contracts.encompass import EncompassReceived
from cme_contracts.referrals import JointEnquirySigned, PupilAdded, PupilDeleted, ReferralRaised, SchoolCalendarChanged
from cme_contracts.returns import (
    AttendanceReturned,
    HomeEducationNotified,
    LostPupilRecorded,
    SicknessReturned,
    TransferFileSent,
)
from cme_register.domain.codes import Category, Kind, SubmissionKind
from cme_register.domain.details import Address, Details, Parent
from cme_register.domain.joint_enquiry import Signature
from cme_register.domain.school_year import SchoolYear
from cme_register.domain.submission import Submission


def referral(event: ReferralRaised) -> Submission:
    """A referral (SR1a)."""
    return Submission(
        id=event.submission_id, first_id=event.first_submission_id, kind=SubmissionKind.REFERRAL,
        reference=event.reference, received_at=event.received_at, details=details(event.personal.plain),
        on_roll=event.on_roll, reason=event.reason.value, factors=tuple(factor.value for factor in event.factors),
        enquiries=tuple(one.model_dump(mode="json") for one in event.enquiries),
        family_id=event.family_id, school_urn=event.school_urn, school_la=event.school_la, home_la=event.home_la,
    )  # fmt: skip


def deletion(event: PupilDeleted) -> Submission:
    """A deletion return."""
    return Submission(
        id=event.submission_id, first_id=event.first_submission_id, kind=SubmissionKind.DELETION,
        reference=event.reference, received_at=event.received_at, details=details(event.personal.plain),
        ground=event.ground.value, destination_known=event.destination_known,
        factors=tuple(factor.value for factor in event.factors), held_by=event.held_by, school_urn=event.school_urn,
        school_la=event.school_la, home_la=event.home_la, effective_on=event.deleted_on,
    )  # fmt: skip


def addition(event: PupilAdded) -> Submission:
    """A new pupil return."""
    return Submission(
        id=event.submission_id, first_id=event.first_submission_id, kind=SubmissionKind.ADDITION,
        reference=event.reference, received_at=event.received_at, details=details(event.personal.plain),
        school_urn=event.school_urn, school_la=event.school_la, home_la=event.home_la, effective_on=event.entered_on,
    )  # fmt: skip


type Noted = HomeEducationNotified | AttendanceReturned | SicknessReturned | LostPupilRecorded | TransferFileSent

NOTED: Mapping[type[Noted], SubmissionKind] = {
    HomeEducationNotified: SubmissionKind.HOME_EDUCATION,
    AttendanceReturned: SubmissionKind.ATTENDANCE,
    SicknessReturned: SubmissionKind.SICKNESS,
    LostPupilRecorded: SubmissionKind.LOST_PUPIL,
    TransferFileSent: SubmissionKind.TRANSFER_FILE,
}
"""What is noted with its child and opens no case by itself. A new kind is one row."""
BESIDE = {
    "submission_id", "first_submission_id", "reference", "received_at", "school_urn", "school_la", "home_la", "factors",
    "personal",
}  # fmt: skip
"""What every submission has: the rest are a noted one's own facts, codes and days."""


def noted(event: Noted) -> Submission:
    """Any of them."""
    return Submission(
        id=event.submission_id, first_id=event.first_submission_id, kind=NOTED[type(event)],
        reference=event.reference, received_at=event.received_at, details=details(event.personal.plain),
        factors=tuple(factor.value for factor in getattr(event, "factors", ())), school_urn=event.school_urn,
        school_la=event.school_la, home_la=event.home_la,
        facts=event.model_dump(mode="json", exclude=BESIDE, exclude_none=True), effective_on=_home_education_from(event),
    )  # fmt: skip


def _home_education_from(event: Noted) -> date | None:
    """The day after the one that the parent's notice states: until it is over the child is the school's pupil."""
    if isinstance(event, HomeEducationNotified) and event.stated_day:
        return event.stated_day + timedelta(days=1)
    return None


def joint_enquiry(event: JointEnquirySigned) -> Submission:
    """A school's half of the joint enquiries: that it was sent."""
    return Submission(
        id=event.submission_id, first_id=event.first_submission_id, kind=SubmissionKind.JOINT_ENQUIRY,
        reference=event.reference, received_at=event.received_at, details=details(event.personal.plain),
        on_roll=True, ground=event.ground.value, school_urn=event.school_urn, school_la=event.school_la,
        home_la=event.home_la,
    )  # fmt: skip


def signature(event: JointEnquirySigned) -> Signature:
    """And what it says."""
    return Signature(
        found=event.found,
        return_expected=event.return_expected,
        enquiries=event.enquiries,
        signed_on=event.signed_on,
    )


def encompass(event: EncompassReceived) -> Submission:
    """That there is an Operation Encompass notice; nothing of it is told here."""
    return Submission(
        id=event.submission_id, first_id=event.first_submission_id, kind=SubmissionKind.ENCOMPASS,
        reference=event.reference, received_at=event.received_at, details=details(event.personal.plain),
    )  # fmt: skip


SUBMISSIONS: Mapping[type[Event], Callable[[Any], Submission]] = {
    ReferralRaised: referral,
    PupilDeleted: deletion,
    PupilAdded: addition,
    EncompassReceived: encompass,
    **dict.fromkeys(NOTED, noted),
}
"""What is a submission and nothing else. All of them are taken in together: many at once cost little more than one."""


def submission(event: Event) -> Submission:
    """Any of these."""
    return SUBMISSIONS[type(event)](event)


def school_year(event: SchoolCalendarChanged) -> SchoolYear:
    """An authority's year, or a school's."""
    terms = None if event.terms is None else tuple((one.first_day, one.last_day) for one in event.terms)
    return SchoolYear(event.academic_year, terms, event.inset_days, event.closed_days)


def kind_and_category(named: str) -> tuple[Kind, Category | None]:
    """What an officer calls a case, by one name: a category of policy 3, or an on-roll enquiry, which is neither."""
    if named == Kind.ON_ROLL_ENQUIRY:
        return Kind.ON_ROLL_ENQUIRY, None
    return Kind.CME, Category(named)


def details(child: people.Child) -> Details:
    """Who the submission is about."""
    return Details(
        forename=child.forename, surname=child.surname, other_names=child.other_names, date_of_birth=child.date_of_birth,
        stated_age=child.stated_age, sex=child.sex, upn=child.upn, nhs_number=child.nhs_number,
        former_upns=child.former_upns,
        addresses=tuple(map(_address, child.addresses)), parents=tuple(map(_parent, child.parents)),
    )  # fmt: skip


def _address(one: people.Address) -> Address:
    return Address(
        lines=one.lines, postcode=one.postcode, uprn=one.uprn, kind=one.kind,
        held_by_safeguarding=one.held_by_safeguarding, token=one.token, found_by=one.found_by,
    )  # fmt: skip


def _parent(one: people.Parent) -> Parent:
    return Parent(one.name, one.relationship, one.telephones, one.email, one.held_by_safeguarding)
