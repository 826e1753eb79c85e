"""Code lists of a child's status in law and of school places. Open, as those of `codes`."""

from cme_contracts.codes import OpenCode


class LegalStatus(OpenCode):
    """What a child is in law, one at a time (Education Act 1996 ss 7, 8, 436A; policy 3)."""

    ON_ROLL_ENQUIRY = "on_roll_enquiry"
    MISSING = "missing"
    WITHOUT_SCHOOL_PLACE = "without_school_place"
    HOME_EDUCATION_NOT_ASSESSED = "home_education_not_assessed"
    HOME_EDUCATION_SUITABLE = "home_education_suitable"
    RECEIVING_EDUCATION = "receiving_education"
    LEFT_ROLL = "left_roll"
    OUTSIDE_AREA = "outside_area"
    BEFORE_SCHOOL_AGE = "before_school_age"
    AFTER_SCHOOL_AGE = "after_school_age"
    DECEASED = "deceased"
    NOT_KNOWN = "not_known"
    UNKNOWN = "unknown"


class Intake(OpenCode):
    """The points at which a whole year starts at another school (policy 6)."""

    RECEPTION = "reception"
    YEAR_7 = "year_7"
    UNKNOWN = "unknown"


class Came(OpenCode):
    """Whether an expected starter came."""

    EXPECTED = "expected"
    ARRIVED = "arrived"
    DID_NOT_ARRIVE = "did_not_arrive"
    UNKNOWN = "unknown"
