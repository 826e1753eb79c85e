"""What a submission does: opens a case, joins one, is evidence, or is only kept (policy 3, 5.2, 7)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cme_calendars import local_date
from cme_register.domain.case import Case
from cme_register.domain.codes import NO_SCHOOL_PLACE, Category, Kind, SubmissionKind
from cme_register.domain.status import Standing
from cme_register.domain.submission import Submission

UNKNOWN = Standing()

ANSWERED_BY_ITS_GROUND = frozenset({"f", "j", "k", "l", "9(3)"})
"""Grounds of regulation 9 that themselves say where the child is: educated at home (f), in custody (j), dead (k), over
school age (l), not of compulsory school age (9(3)). A return on one of them opens no case, whatever it says of a destination."""


class Move(StrEnum):
    """What is done with a submission."""

    OPEN = "open"
    LINK = "link"
    """It belongs to the child's open case: one case, however many referrals."""
    NOTE = "note"
    """Noted with the child, where a case shows it; its sender waits for no outcome."""
    KEEP = "keep"
    WAIT = "wait"
    """Kept, and looked at again on the day on which the child is of compulsory school age."""
    OVER_AGE = "over_age"
    """Kept: the child is over compulsory school age, and others' concern."""


@dataclass(frozen=True, slots=True)
class Triage:
    """The decision. For OPEN, what the case is; for LINK, what it becomes if that changes."""

    move: Move
    kind: Kind | None = None
    category: Category | None = None


def triage(submission: Submission, case: Case | None, standing: Standing = UNKNOWN) -> Triage:
    """Decide by rule; `case` is the child's open one, `standing` what is known of them otherwise.

    A child who is not of compulsory school age on the day of receipt is not missing education (Education Act 1996 s 8). One whose
    birth date nobody knows is taken to be.
    """
    decided = _by_kind(submission, case, standing)
    day = local_date(submission.received_at)
    if decided.move is not Move.OPEN or standing.age is None or day in standing.age:
        return decided
    return Triage(Move.WAIT if day < standing.age.first_day else Move.OVER_AGE)


def _by_kind(submission: Submission, case: Case | None, standing: Standing) -> Triage:
    match submission.kind:
        case SubmissionKind.ADDITION:
            return Triage(Move.NOTE if case else Move.KEEP)
        case SubmissionKind.EXPECTED_STARTER:
            return Triage(Move.KEEP)
        case SubmissionKind.ENCOMPASS:
            return Triage(Move.NOTE)
        case SubmissionKind.DELETION:
            return _deletion(submission, case, standing)
        case SubmissionKind.JOINT_ENQUIRY:  # on the roll until both have signed, and the council's half is owed
            return Triage(Move.LINK) if case else Triage(Move.OPEN, Kind.ON_ROLL_ENQUIRY)
        case SubmissionKind.REFERRAL | SubmissionKind.IMPORTED:
            return Triage(Move.LINK) if case else _referral(submission)
        case _:
            return Triage(
                Move.NOTE
            )  # by itself no child missing education: another team's, or to be read beside a case


def _referral(submission: Submission) -> Triage:
    if submission.on_roll:
        return Triage(Move.OPEN, Kind.ON_ROLL_ENQUIRY)
    if submission.reason == NO_SCHOOL_PLACE:
        return Triage(Move.OPEN, Kind.CME, Category.WITHOUT_SCHOOL_PLACE)
    return Triage(Move.OPEN, Kind.CME, Category.MISSING)


def is_lost(submission: Submission) -> bool:
    """Whether a deletion return itself says that nobody knows where the child is."""
    return not submission.destination_known and submission.ground not in ANSWERED_BY_ITS_GROUND


def _deletion(submission: Submission, case: Case | None, standing: Standing) -> Triage:
    """Off the roll with nobody knowing where: missing education from now on (domain scenario 15).

    Where another school has said already that it has the child, it is known where (scenario 16).
    While a rule holds the deletion back the child is on the roll, and at most an on-roll enquiry (scenarios 8, 10, 12).
    """
    elsewhere = standing.school_on(local_date(submission.received_at)) not in {None, submission.school_urn}
    lost = is_lost(submission) and not elsewhere
    if submission.held_by:
        enquire = case is None and (lost or submission.watch_over)
        return Triage(Move.OPEN, Kind.ON_ROLL_ENQUIRY) if enquire else Triage(Move.LINK if case else Move.KEEP)
    if case is None:
        return Triage(Move.OPEN, Kind.CME, Category.MISSING) if lost else Triage(Move.KEEP)
    if lost and case.kind is Kind.ON_ROLL_ENQUIRY:
        return Triage(Move.LINK, Kind.CME, Category.MISSING)
    return Triage(Move.LINK)
