"""Code lists that several events use. They are open: a reader built before a code existed reads it as UNKNOWN."""

from enum import StrEnum
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema


class OpenCode(StrEnum):
    """A code list that may grow. An old reader survives a new code; nobody writes UNKNOWN on purpose."""

    @classmethod
    def _missing_(cls, value: object) -> "OpenCode | None":
        return cls.__members__.get("UNKNOWN") if isinstance(value, str) else None

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Written as the text it is: pydantic would call Python for the value of each."""
        schema: CoreSchema = handler(source)
        return {**schema, "serialization": core_schema.simple_ser_schema("str")}

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        known = [member.value for member in cls if member.name != "UNKNOWN"]
        return {
            "type": "string",
            "title": cls.__name__,
            "description": (cls.__doc__ or "").strip(),
            "x-open-codes": known,
        }


class Factor(OpenCode):
    """Something that may put the child at risk (policy 6, 9; Working Together). A code, never a narrative."""

    CHILD_PROTECTION_PLAN = "child_protection_plan"
    LOOKED_AFTER = "looked_after"
    CHILD_IN_NEED = "child_in_need"
    SECTION_47 = "section_47"
    SOCIAL_WORKER = "social_worker"
    DOMESTIC_ABUSE = "domestic_abuse"
    FGM = "fgm"
    FORCED_MARRIAGE = "forced_marriage"
    EXPLOITATION = "exploitation"
    TRAFFICKING = "trafficking"
    RADICALISATION = "radicalisation"
    PRIVATE_FOSTERING = "private_fostering"
    PREVIOUSLY_MISSING = "previously_missing"
    SUDDEN_DISAPPEARANCE = "sudden_disappearance"
    IMMEDIATE_DANGER = "immediate_danger"
    EHCP = "ehcp"
    YOUTH_JUSTICE = "youth_justice"
    HOMELESS_OR_REFUGE = "homeless_or_refuge"
    NEW_FROM_ABROAD = "new_from_abroad"
    GYPSY_ROMA_TRAVELLER = "gypsy_roma_traveller"
    REFUGEE_OR_ASYLUM = "refugee_or_asylum"
    TRANSITION_POINT = "transition_point"
    WHEREABOUTS_UNKNOWN = "whereabouts_unknown"
    DEADLINE_BREACHED = "deadline_breached"
    FREQUENT_MOVES = "frequent_moves"
    FAMILY_BREAKDOWN = "family_breakdown"
    RUN_AWAY = "run_away"
    NEW_FROM_OTHER_AREA = "new_from_other_area"
    SERVICE_CHILD = "service_child"
    YOUNG_CARER = "young_carer"
    EXCLUDED = "excluded"
    HOME_EDUCATION_FAILED = "home_education_failed"
    TEENAGE_PARENT = "teenage_parent"
    MISSED_EDUCATION_BEFORE = "missed_education_before"
    UNKNOWN = "unknown"


class CaseKind(OpenCode):
    """A child on a school roll is not missing education in law, however absent (Education Act 1996 s 436A)."""

    CME = "cme"
    ON_ROLL_ENQUIRY = "on_roll_enquiry"
    UNKNOWN = "unknown"


class Category(OpenCode):
    """The policy's two categories of children missing education (policy 3)."""

    MISSING = "missing"
    WITHOUT_SCHOOL_PLACE = "without_school_place"
    UNKNOWN = "unknown"


class OfficerRole(OpenCode):
    """Who answers for what in the council; also the rungs of the ladder (policy 5.1, 7)."""

    LEAD_OFFICER = "lead_officer"
    TEAM_MANAGER = "team_manager"
    SERVICE_LEAD = "service_lead"
    HEAD_OF_SERVICE = "head_of_service"
    UNKNOWN = "unknown"


class Outcome(OpenCode):
    """How a case ended (policy 7, 8). Each asks for a kind of proof: see the register's outcome table."""

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
    """Not closed: on periodic review. A reason of the department's return, no proof that the child is safe."""
    UNTRACED = "untraced"
    """Not closed: after every check, looked for again after three, six and twelve months."""
    UNKNOWN = "unknown"


class Proof(OpenCode):
    """What shows that an outcome is true (policy 7; Education Act 1996 s 436A)."""

    SCHOOL_CONFIRMED_IN_WRITING = "school_confirmed_in_writing"
    AUTHORITY_CONFIRMED_IN_WRITING = "authority_confirmed_in_writing"
    SEEN_BY_OFFICER = "seen_by_officer"
    SEEN_BY_PROFESSIONAL = "seen_by_professional"
    OFFICIAL_RECORD = "official_record"
    PARENT_IN_WRITING = "parent_in_writing"
    UNKNOWN = "unknown"


class MatchCertainty(OpenCode):
    """How sure it is that a submission is a child's (policy 8)."""

    CERTAIN = "certain"
    POSSIBLE = "possible"
    UNKNOWN = "unknown"


class MatchDecision(OpenCode):
    """What somebody says of two records that may be one child (policy 8)."""

    SAME = "same"
    DIFFERENT = "different"
    UNKNOWN = "unknown"


class Consideration(OpenCode):
    """What is considered before a case may close (policy 5.1, 9)."""

    SAFEGUARDING = "safeguarding"
    SIBLING = "sibling"
    UNKNOWN = "unknown"


class SignOff(OpenCode):
    """Whose agreement a closure needs besides the officer's who proposes it; each is another person."""

    SECOND_OFFICER = "second_officer"
    TEAM_MANAGER = "team_manager"
    SAFEGUARDING = "safeguarding"
    UNKNOWN = "unknown"


class ClosureRefusal(OpenCode):
    """Why a proposed closure came to nothing. What a person wrote about it stays in the register."""

    EVIDENCE_INSUFFICIENT = "evidence_insufficient"
    CHECKS_INCOMPLETE = "checks_incomplete"
    SAFEGUARDING_QUESTION = "safeguarding_question"
    WRONG_OUTCOME = "wrong_outcome"
    TAKEN_BACK = "taken_back"
    NEW_FACTS = "new_facts"
    """By rule: something was heard of the child before the closure was agreed."""
    OTHER = "other"
    UNKNOWN = "unknown"


class Waking(OpenCode):
    """Why a case is worked on again that was closed or on review (policy 8)."""

    SUBMISSION = "submission"
    CONCERN = "concern"
    CHILD_LOCATED = "child_located"
    REVIEW = "review"
    DID_NOT_START = "did_not_start"
    CLOSED_IN_ERROR = "closed_in_error"
    OTHER = "other"
    UNKNOWN = "unknown"


class AfterClosure(OpenCode):
    """What follows where something arrives about a child whose case is closed (policy 8)."""

    REOPENED = "reopened"
    NEW_CASE = "new_case"
    KEPT = "kept"
    FOR_A_PERSON = "for_a_person"
    UNKNOWN = "unknown"


class Assignment(OpenCode):
    """Why a case has gone to this Lead Officer (policy 7)."""

    BY_LOAD = "by_load"
    BY_MANAGER = "by_manager"
    OFFICER_LEFT = "officer_left"
    NOBODY_HAD_IT = "nobody_had_it"
    ALREADY_THEIRS = "already_theirs"
    UNKNOWN = "unknown"


class Team(OpenCode):
    """A team of the council to which what is not the CME team's work is handed (policy 5.1, 5.3)."""

    HOME_EDUCATION = "home_education"
    ATTENDANCE = "attendance"
    MEDICAL_NEEDS = "medical_needs"
    SEND = "send"
    ATTENDANCE_ORDERS = "attendance_orders"
    LEGAL = "legal"
    POST_16 = "post_16"
    EARLY_YEARS = "early_years"
    UNKNOWN = "unknown"


class Recommendation(OpenCode):
    """What screening recommends. A person decides (policy 9)."""

    NO_CONCERN_SEEN = "no_concern_seen"
    CONSIDER = "consider"
    AT_ONCE = "at_once"
    UNKNOWN = "unknown"


class Audience(OpenCode):
    """Whom a message is for (policy 5.4, 7)."""

    REFERRER = "referrer"
    SCHOOL = "school"
    LEAD_OFFICER = "lead_officer"
    MANAGEMENT = "management"
    PARTNER = "partner"
    TEAM = "team"
    UNKNOWN = "unknown"


class Channel(OpenCode):
    """How a message travels."""

    EMAIL = "email"
    MAILBOX = "mailbox"
    UNKNOWN = "unknown"
