"""Code lists of what is sent to intake: who sends it, why, on which ground, and what is decided of it."""

from cme_contracts.codes import OpenCode


class ReferrerKind(OpenCode):
    """Who told the council (policy 5.2, 5.4)."""

    SCHOOL = "school"
    HEALTH = "health"
    SOCIAL_CARE = "social_care"
    POLICE = "police"
    HOUSING = "housing"
    OTHER_AUTHORITY = "other_authority"
    PARENT = "parent"
    PUBLIC = "public"
    UNKNOWN = "unknown"


class ReferralReason(OpenCode):
    """Why the referrer believes the child is missing education (policy 3, 6)."""

    WHEREABOUTS_UNKNOWN = "whereabouts_unknown"
    NO_SCHOOL_PLACE = "no_school_place"
    DID_NOT_ARRIVE = "did_not_arrive"
    NOT_RETURNED = "not_returned"
    HOME_EDUCATION_UNSUITABLE = "home_education_unsuitable"
    OTHER = "other"
    UNKNOWN = "unknown"


class Ground(OpenCode):
    """Ground for deletion: regulation 9(1)(a) to (o), or 9(3), of the School Attendance (Pupil Registration) (England) Regulations 2024."""

    A = "a"
    B = "b"
    C = "c"
    D = "d"
    E = "e"
    F = "f"
    G = "g"
    H = "h"
    I = "i"
    J = "j"
    K = "k"
    L = "l"
    M = "m"
    N = "n"
    O = "o"
    NOT_OF_SCHOOL_AGE = "9(3)"
    UNKNOWN = "unknown"


class ChallengeState(OpenCode):
    """What is said of a rule that a submission is held against (policy 5.2). No state stops a submission."""

    CHALLENGED = "challenged"
    ANSWERED = "answered"
    NOT_YET_KNOWN = "not_yet_known"
    UNKNOWN = "unknown"


class ReturnKind(OpenCode):
    """A return of a school that has a day on which it is due (policy 5.2, 5.3; regulation 13)."""

    NEW_PUPIL_RETURN = "new_pupil_return"
    DELETION_RETURN = "deletion_return"
    HOME_EDUCATION_NOTIFICATION = "home_education_notification"
    ATTENDANCE_RETURN = "attendance_return"
    SICKNESS_RETURN = "sickness_return"
    LOST_PUPIL_RECORD = "lost_pupil_record"
    CTF_SENT = "ctf_sent"
    UNKNOWN = "unknown"


class AbsenceCode(OpenCode):
    """How a session of an absence was coded that leads to an attendance return (regulation 13)."""

    G = "G"
    N = "N"
    O = "O"
    U = "U"
    UNKNOWN = "unknown"


class JointDecision(OpenCode):
    """Where the joint enquiries of a school and the council stand (regulation 9(1)(h) and (i))."""

    AWAITING_SCHOOL = "awaiting_school"
    AWAITING_AUTHORITY = "awaiting_authority"
    AGREED = "agreed"
    NOT_AGREED = "not_agreed"
    WITHDRAWN = "withdrawn"
    UNKNOWN = "unknown"


class EncompassRecipient(OpenCode):
    """Who is told of an Operation Encompass notice before the next school day."""

    SETTING = "setting"
    COUNCIL_OFFICER = "council_officer"
    """Of a child who is educated at home or on no roll."""
    UNKNOWN = "unknown"


class WithdrawalReason(OpenCode):
    """Why a sender takes back what they sent. A code, never a narrative."""

    SENT_IN_ERROR = "sent_in_error"
    WRONG_CHILD = "wrong_child"
    SENT_TWICE = "sent_twice"
    CHILD_IS_FOUND = "child_is_found"
    NAME_NOT_DELETED = "name_not_deleted"
    OTHER = "other"
    UNKNOWN = "unknown"


class LinkPurpose(OpenCode):
    """What a link was asked for by somebody without an account (policy 5.4)."""

    TELL = "tell"
    FOLLOW = "follow"
    UNKNOWN = "unknown"


class ConsentKind(OpenCode):
    """What an authority decides about before a name may be deleted (policy 5.2, 5.3)."""

    SPECIAL_SCHOOL_DELETION = "special_school_deletion"
    JOINT_ENQUIRIES = "joint_enquiries"
    HOME_EDUCATION_WITHDRAWAL = "home_education_withdrawal"
    UNKNOWN = "unknown"
