"""Code lists of the work on a case. Open, as all of them."""

from cme_contracts.codes import OpenCode


class CheckResult(OpenCode):
    """What a body answered to a check (policy 5.1, 7.2)."""

    FOUND = "found"
    """It says where the child is. That the child is found an officer records, with a proof."""
    LEAD = "lead"
    """Something to follow."""
    NOTHING = "nothing"
    CANNOT_SAY = "cannot_say"
    """It may not, or cannot, answer."""
    UNKNOWN = "unknown"


class WaiverReason(OpenCode):
    """Why a mandatory check is not made."""

    FOUND_OTHERWISE = "found_otherwise"
    NOT_APPLICABLE = "not_applicable"
    WOULD_ENDANGER = "would_endanger"
    NOT_LAWFUL = "not_lawful"
    BODY_DOES_NOT_ANSWER = "body_does_not_answer"
    OTHER = "other"
    UNKNOWN = "unknown"


class Rating(OpenCode):
    """How urgent a case is beside others, by the register's published rules or by hand. A person decides what is done."""

    RED = "red"
    AMBER = "amber"
    GREEN = "green"
    UNKNOWN = "unknown"


class RatingReason(OpenCode):
    """Why a person rates a case otherwise than the rules."""

    PROFESSIONAL_JUDGEMENT = "professional_judgement"
    NEW_INFORMATION = "new_information"
    SEEN_AND_SAFE = "seen_and_safe"
    FACT_NO_LONGER_TRUE = "fact_no_longer_true"
    RAISED_IN_ERROR = "raised_in_error"
    UNKNOWN = "unknown"


class ContactMethod(OpenCode):
    """How somebody was to be reached (policy 5.1, 5.2.4)."""

    TELEPHONE = "telephone"
    TEXT = "text"
    EMAIL = "email"
    LETTER = "letter"
    HOME_VISIT = "home_visit"
    MEETING = "meeting"
    OTHER = "other"
    UNKNOWN = "unknown"


class ContactOutcome(OpenCode):
    """What came of trying to reach somebody."""

    SPOKE = "spoke"
    REPLIED = "replied"
    LEFT_MESSAGE = "left_message"
    NO_ANSWER = "no_answer"
    RETURNED = "returned"
    NOBODY_THERE = "nobody_there"
    MOVED_AWAY = "moved_away"
    REFUSED = "refused"
    OTHER = "other"
    UNKNOWN = "unknown"


class ContactRole(OpenCode):
    """What somebody is to the child, or to the case."""

    PARENT = "parent"
    CARER = "carer"
    RELATIVE = "relative"
    SCHOOL = "school"
    SOCIAL_CARE = "social_care"
    HEALTH = "health"
    POLICE = "police"
    HOUSING = "housing"
    OTHER_AUTHORITY = "other_authority"
    OTHER_PROFESSIONAL = "other_professional"
    OTHER = "other"
    UNKNOWN = "unknown"


class SupportAnswer(OpenCode):
    """Whether a family took up what it was offered (policy 5.1.4)."""

    TAKEN_UP = "taken_up"
    DECLINED = "declined"
    NO_REPLY = "no_reply"
    UNKNOWN = "unknown"
