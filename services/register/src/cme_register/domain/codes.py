"""The register's own words. Each has its twin in the contracts, which a test compares."""

from enum import StrEnum


class SubmissionKind(StrEnum):
    """How the council heard of the child."""

    REFERRAL = "referral"
    DELETION = "deletion"
    ADDITION = "addition"
    HOME_EDUCATION = "home_education_notification"
    ATTENDANCE = "attendance_return"
    SICKNESS = "sickness_return"
    LOST_PUPIL = "lost_pupil_record"
    TRANSFER_FILE = "ctf_sent"
    ENCOMPASS = "encompass_notice"
    EXPECTED_STARTER = "expected_starter"
    """A line of an import: a child who is to start in Reception or Year 7."""
    IMPORTED = "imported_case"
    """A case that was open when the register was begun: a referral of whose sender nothing is known."""
    JOINT_ENQUIRY = "joint_enquiry"
    """A school's half of the joint enquiries of ground (h) or (i)."""


RETURNS = frozenset({
    SubmissionKind.DELETION, SubmissionKind.ADDITION, SubmissionKind.HOME_EDUCATION, SubmissionKind.ATTENDANCE,
    SubmissionKind.SICKNESS, SubmissionKind.LOST_PUPIL, SubmissionKind.TRANSFER_FILE, SubmissionKind.JOINT_ENQUIRY,
})  # fmt: skip
"""What a school sends of a pupil of its own."""
DID_NOT_ARRIVE, NO_SCHOOL_PLACE = "did_not_arrive", "no_school_place"
"""Reasons for a referral that rules go by: `cme_contracts.codes_intake.ReferralReason`."""


class Kind(StrEnum):
    """A child on a school roll is not missing education in law, however absent (Education Act 1996 s 436A)."""

    CME = "cme"
    ON_ROLL_ENQUIRY = "on_roll_enquiry"


class Category(StrEnum):
    """The two categories of policy 3."""

    MISSING = "missing"
    WITHOUT_SCHOOL_PLACE = "without_school_place"


class Status(StrEnum):
    """Where a case stands."""

    OPEN = "open"
    CLOSED = "closed"
    JOINED = "joined"
    """Waits behind the case of the record that absorbed this one's; comes back if the records are separated."""


class Stage(StrEnum):
    """What is done with an open case. Whatever its stage, it is the child's one open case, and somebody's."""

    WORKING = "working"
    CLOSURE_PROPOSED = "closure_proposed"
    DORMANT = "dormant"
    """Not found after every check, or believed abroad: on review, with days on which it is looked at again."""


class Role(StrEnum):
    """Who answers for what; the rungs of the ladder tell them (policy 5.1, 7)."""

    LEAD_OFFICER = "lead_officer"
    TEAM_MANAGER = "team_manager"
    SERVICE_LEAD = "service_lead"
    HEAD_OF_SERVICE = "head_of_service"


class Outcome(StrEnum):
    """How a case ended (policy 7, 8)."""

    ON_ROLL_IN_COUNTY = "on_roll_in_county"
    ON_ROLL_ELSEWHERE = "on_roll_elsewhere"
    ON_ROLL_INDEPENDENT = "on_roll_independent"
    RETURNED_TO_SAME_SCHOOL = "returned_to_same_school"
    HOME_EDUCATION = "home_education"
    EDUCATED_OTHERWISE = "educated_otherwise"
    TRANSFERRED_TO_OTHER_AUTHORITY = "transferred_to_other_authority"
    MOVED_ABROAD_VERIFIED = "moved_abroad_verified"
    NOT_COMPULSORY_SCHOOL_AGE = "not_compulsory_school_age"
    DECEASED = "deceased"
    DUPLICATE_OR_ERROR = "duplicate_or_error"
    PLACE_OFFERED_AND_STARTED = "place_offered_and_started"
    ORDER_COMPLIED = "order_complied"
    NOT_IN_AREA = "not_in_area"
    NEVER_ARRIVED = "never_arrived"
    MOVED_ABROAD_BELIEVED = "moved_abroad_believed"
    UNTRACED = "untraced"


class Proof(StrEnum):
    """What shows that something is true."""

    SCHOOL_CONFIRMED_IN_WRITING = "school_confirmed_in_writing"
    AUTHORITY_CONFIRMED_IN_WRITING = "authority_confirmed_in_writing"
    SEEN_BY_OFFICER = "seen_by_officer"
    SEEN_BY_PROFESSIONAL = "seen_by_professional"
    OFFICIAL_RECORD = "official_record"
    PARENT_IN_WRITING = "parent_in_writing"


class SignOff(StrEnum):
    """Whose agreement a closure needs besides the officer's who proposes it."""

    SECOND_OFFICER = "second_officer"
    TEAM_MANAGER = "team_manager"
    SAFEGUARDING = "safeguarding"


class ClosureRefusal(StrEnum):
    """Why a proposed closure came to nothing."""

    EVIDENCE_INSUFFICIENT = "evidence_insufficient"
    CHECKS_INCOMPLETE = "checks_incomplete"
    SAFEGUARDING_QUESTION = "safeguarding_question"
    WRONG_OUTCOME = "wrong_outcome"
    TAKEN_BACK = "taken_back"
    NEW_FACTS = "new_facts"
    OTHER = "other"


class Waking(StrEnum):
    """Why a case is worked on again that was closed or on review."""

    SUBMISSION = "submission"
    CONCERN = "concern"
    CHILD_LOCATED = "child_located"
    REVIEW = "review"
    DID_NOT_START = "did_not_start"
    CLOSED_IN_ERROR = "closed_in_error"
    OTHER = "other"
