"""What happens to a case that starts, meets or ends a clock. The table of clocks names these, so that no code names a clock."""

from __future__ import annotations

from enum import StrEnum

from cme_register.domain.case import Case
from cme_register.domain.codes import Category, Kind, Outcome
from cme_register.domain.risk import Risk


class Occurrence(StrEnum):
    """Said where it happens, by `application.clocks.occurred`."""

    CASE_OPENED = "case_opened"
    CASE_REOPENED = "case_reopened"
    LEAD_OFFICER_ASSIGNED = "lead_officer_assigned"
    BECAME_MISSING = "became_missing"
    BECAME_WITHOUT_SCHOOL_PLACE = "became_without_school_place"
    BECAME_ON_ROLL_ENQUIRY = "became_on_roll_enquiry"
    CHILD_LOCATED = "child_located"
    CASE_REVIEWED = "case_reviewed"
    CASE_REVIEWED_BY_MANAGER = "case_reviewed_by_manager"
    CASE_CLOSED = "case_closed"
    CLOSURE_PROPOSED = "closure_proposed"
    CLOSURE_DECIDED = "closure_decided"
    """Agreed by everybody asked, refused, or fallen through."""
    CASE_BECAME_DORMANT = "case_became_dormant"
    CASE_WOKEN = "case_woken"
    RECHECKED_ONCE = "rechecked_once"
    """A case on review was looked at for the first time, as are the next two for a second time, and ever after."""
    RECHECKED_TWICE = "rechecked_twice"
    RECHECKED_AGAIN = "rechecked_again"
    NOTHING_ELSE_RUNS = "nothing_else_runs"
    """An open case has no next date: never left like that."""
    RECORDS_SEPARATED = "records_separated"
    """About one placement: it is a child's who has no open case."""
    REFERRERS_TO_BE_TOLD = "referrers_to_be_told"
    """It was closed, and somebody has sent what it is about."""
    REFERRERS_INFORMED = "referrers_informed"
    CHECK_ASKED_OF_OWN_TEAM = "check_asked_of_own_team"
    """About one check, as are the next five."""
    CHECK_ASKED_OF_BODY = "check_asked_of_body"
    CHECK_ASKED_FORMALLY = "check_asked_formally"
    VISIT_ASKED = "visit_asked"
    CHECK_ANSWERED = "check_answered"
    CHECK_WAIVED = "check_waived"
    PLACEMENT_APPLIED = "placement_applied"
    """About one placement, as are the next six."""
    PLACEMENT_OFFERED = "placement_offered"
    PLACEMENT_REFUSED = "placement_refused"
    PLACEMENT_START_EXPECTED = "placement_start_expected"
    """Its day nought is the day on which the child is to start."""
    PLACEMENT_NO_SHOW = "placement_no_show"
    PLACEMENT_STARTED = "placement_started"
    PLACEMENT_WITHDRAWN = "placement_withdrawn"
    FAIR_ACCESS_REFERRED = "fair_access_referred"
    """About one placement: the panel is asked to identify a school."""
    SCHOOL_IDENTIFIED = "school_identified"
    """About one placement: the panel has."""
    DELETED_DESTINATION_UNKNOWN = "deleted_destination_unknown"
    """About one deletion return: the school must give the child to the Lost Pupil Database."""
    LOST_PUPIL_RECORDED = "lost_pupil_recorded"
    DELETED_FROM_ROLL = "deleted_from_roll"
    """About one deletion return: the school must send the Common Transfer File."""
    TRANSFER_FILE_SENT = "transfer_file_sent"
    DELETION_COUNTS_NO_MORE = "deletion_counts_no_more"
    """About one deletion return: it was taken back, a rule holds it back, or another return stands for it."""


BECAME = {
    (Kind.CME, Category.MISSING): Occurrence.BECAME_MISSING,
    (Kind.CME, Category.WITHOUT_SCHOOL_PLACE): Occurrence.BECAME_WITHOUT_SCHOOL_PLACE,
    (Kind.ON_ROLL_ENQUIRY, None): Occurrence.BECAME_ON_ROLL_ENQUIRY,
}
"""What happens to a case that is made something else."""


class Circumstance(StrEnum):
    """How a case stands when something happens to it: a clock may run in some circumstances only."""

    CME = "cme"
    ON_ROLL_ENQUIRY = "on_roll_enquiry"
    MISSING = "missing"
    WITHOUT_SCHOOL_PLACE = "without_school_place"
    LOCATED = "located"
    ASSIGNED = "assigned"
    RED = "red"
    UNTRACED = "untraced"
    """On review, not found after every check,"""
    BELIEVED_ABROAD = "believed_abroad"
    """or believed abroad."""


KNOWN_LATER = frozenset({Circumstance.ASSIGNED, Circumstance.RED})
"""What is decided of a new case only after it is known what it is."""


def circumstances(case: Case) -> frozenset[Circumstance]:
    """Those in which a case is."""
    stands = {Circumstance(case.kind.value)}
    if case.category:
        stands.add(Circumstance(case.category.value))
    if case.located_at is not None:
        stands.add(Circumstance.LOCATED)
    if case.lead_officer_id is not None:
        stands.add(Circumstance.ASSIGNED)
    if case.risk is Risk.RED:
        stands.add(Circumstance.RED)
    if case.dormant_as is not None:
        stands.add(Circumstance.UNTRACED if case.dormant_as is Outcome.UNTRACED else Circumstance.BELIEVED_ABROAD)
    return frozenset(stands)
