"""Events about nobody: invented people, ids of the moment, one example of each event this service hears."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from cme_bus.meta import Meta
from cme_contracts import (
    referrals,
    register,
    register_cases,
    register_clocks,
    register_matching,
    register_placement,
    register_recorded,
    returns,
    safeguarding,
    safeguarding_clocks,
    safeguarding_requests,
)
from cme_contracts.base import Event
from cme_contracts.codes import (
    CaseKind,
    Category,
    Factor,
    OfficerRole,
    Outcome,
    Proof,
    SignOff,
    Team,
    Waking,
)
from cme_contracts.codes_intake import (
    ChallengeState,
    Ground,
    JointDecision,
    LinkPurpose,
    ReferrerKind,
    ReturnKind,
)
from cme_contracts.codes_status import Intake
from cme_contracts.people import Child, Contact, Officer, Referrer
from cme_contracts.sealed import Sealed

NOON = datetime(2026, 12, 7, 12, tzinfo=UTC)
DUE = date(2026, 12, 7)
URN = "999123"
CHILD = Sealed(Child(forename="Canary", surname="Example", addresses=(), upn="X999000000000"))


def meta(event: Event, cause: Meta | None = None) -> Meta:
    return Meta.of(event, source="/cme/test", cause=cause)


def school(
    urn: str = URN, mailbox: str | None = "office@example.org", at: datetime = NOON
) -> referrals.EstablishmentChanged:
    return referrals.EstablishmentChanged(
        urn=urn,
        la_code="999",
        establishment_number="1234",
        name="Invented School",
        phase="Primary",
        open=True,
        mailbox=mailbox,
        changed_at=at,
    )


def officer(
    officer_id: UUID,
    role: OfficerRole = OfficerRole.LEAD_OFFICER,
    *,
    active: bool = True,
    email: str = "officer@example.org",
) -> register.OfficerChanged:
    return register.OfficerChanged(
        officer_id=officer_id,
        role=role,
        active=active,
        changed_at=NOON,
        personal=Sealed(Officer(name="Olive Example", email=email)),
    )


def submission(submission_id: UUID | None = None) -> dict[str, Any]:
    submission_id = submission_id or uuid4()
    return {
        "submission_id": submission_id,
        "first_submission_id": submission_id,
        "reference": "CME-7K4P-2M9Q",
        "received_at": NOON,
    }


def referrer_named(submission_id: UUID | None = None, email: str = "ada@example.org") -> referrals.ReferrerNamed:
    return referrals.ReferrerNamed(
        **submission(submission_id),
        kind=ReferrerKind.HEALTH,
        personal=Sealed(Referrer(name="Ada Example", email=email)),
    )


def link_requested(purpose: LinkPurpose = LinkPurpose.TELL, link_id: UUID | None = None) -> referrals.LinkRequested:
    return referrals.LinkRequested(
        link_id=link_id or uuid4(),
        purpose=purpose,
        requested_at=NOON,
        personal=Sealed(Contact(email="gp@surgery.example.org")),
    )


def pupil_deleted(submission_id: UUID | None = None, urn: str = URN) -> referrals.PupilDeleted:
    return referrals.PupilDeleted(
        **submission(submission_id),
        school_urn=urn,
        school_la="999",
        ground=Ground.G,
        deleted_on=DUE,
        destination_known=False,
        personal=CHILD,
    )


def joint_enquiry(submission_id: UUID | None = None, urn: str = URN) -> referrals.JointEnquirySigned:
    return referrals.JointEnquirySigned(
        **submission(submission_id),
        school_urn=urn,
        school_la="999",
        ground=Ground.I,
        enquiries=3,
        found=False,
        signed_on=DUE,
        personal=CHILD,
    )


def joint_decision(agreed: bool = True) -> register_recorded.JointEnquiryDecided:
    sent = submission()
    return register_recorded.JointEnquiryDecided(
        child_id=uuid4(),
        enquiry_id=uuid4(),
        school_urn=URN,
        ground=Ground.I,
        decision=JointDecision.AGREED if agreed else JointDecision.NOT_AGREED,
        school_signed_on=DUE,
        authority_signed_on=DUE,
        submission_id=sent["submission_id"],
        reference=sent["reference"],
        decided_at=NOON,
    )


def pupil_added(submission_id: UUID | None = None, urn: str = URN) -> referrals.PupilAdded:
    return referrals.PupilAdded(
        **submission(submission_id), school_urn=urn, school_la="999", entered_on=DUE, due_on=DUE, personal=CHILD
    )


def matched(submission_id: UUID, child_id: UUID, at: datetime = NOON) -> register_matching.SubmissionMatched:
    return register_matching.SubmissionMatched(
        child_id=child_id,
        submission_id=submission_id,
        first_submission_id=submission_id,
        new_record=True,
        matched_at=at,
    )


def case_opened(child_id: UUID, case_id: UUID, submission_id: UUID, at: datetime = NOON) -> register.CaseOpened:
    return register.CaseOpened(
        child_id=child_id,
        case_id=case_id,
        submission_id=submission_id,
        kind=CaseKind.CME,
        category=Category.MISSING,
        opened_at=at,
    )


def assigned(child_id: UUID, case_id: UUID, officer_id: UUID) -> register.LeadOfficerAssigned:
    return register.LeadOfficerAssigned(child_id=child_id, case_id=case_id, officer_id=officer_id, assigned_at=NOON)


def left_to_team(
    child_id: UUID, case_id: UUID, role: OfficerRole = OfficerRole.TEAM_MANAGER
) -> register_cases.CaseLeftToTeam:
    return register_cases.CaseLeftToTeam(child_id=child_id, case_id=case_id, role=role, left_at=NOON)


def closure_proposed(
    child_id: UUID, case_id: UUID, *needs: SignOff, outcome: Outcome = Outcome.HOME_EDUCATION
) -> register_cases.ClosureProposed:
    return register_cases.ClosureProposed(
        child_id=child_id,
        case_id=case_id,
        closure_id=uuid4(),
        outcome=outcome,
        proof=Proof.OFFICIAL_RECORD,
        needs=needs,
        proposed_by=uuid4(),
        proposed_at=NOON,
    )


def reopened(child_id: UUID, case_id: UUID) -> register_cases.CaseReopened:
    return register_cases.CaseReopened(
        child_id=child_id,
        case_id=case_id,
        repeat=1,
        reason=Waking.DID_NOT_START,
        previous_outcome=Outcome.PLACE_OFFERED_AND_STARTED,
        reopened_at=NOON,
    )


def quarantined(
    child_id: UUID, submission_id: UUID | None = None, *, urn: str | None = None, referred: bool = False
) -> register_matching.IdentifierQuarantined:
    of = submission_id or uuid4()
    return register_matching.IdentifierQuarantined(
        child_id=child_id,
        submission_id=of,
        first_submission_id=of,
        identifier="upn",
        held_by_child_id=uuid4(),
        reference="CME-7K4P-2M9Q",
        school_urn=urn,
        referred=referred,
        quarantined_at=NOON,
    )


def cohort_overdue(urn: str = URN) -> register_placement.CohortReportOverdue:
    return register_placement.CohortReportOverdue(
        school_urn=urn,
        school_la="999",
        september=2026,
        intake=Intake.YEAR_7,
        starts_on=date(2026, 9, 3),
        waiting=2,
        detected_at=NOON,
    )


def clock(child_id: UUID, case_id: UUID, officer_id: UUID | None = None) -> dict[str, Any]:
    return {
        "child_id": child_id,
        "case_id": case_id,
        "clock_id": uuid4(),
        "clock": "INIT-10",
        "due_on": DUE,
        "due_at": NOON,
        "officer_id": officer_id,
    }


def warned(child_id: UUID, case_id: UUID, officer_id: UUID | None = None) -> register_clocks.ClockWarned:
    return register_clocks.ClockWarned(**clock(child_id, case_id, officer_id), detected_at=NOON)


def breached(child_id: UUID, case_id: UUID, officer_id: UUID | None = None) -> register_clocks.DeadlineBreached:
    return register_clocks.DeadlineBreached(
        **clock(child_id, case_id, officer_id),
        tell=(OfficerRole.LEAD_OFFICER, OfficerRole.TEAM_MANAGER),
        detected_at=NOON,
        detected_late_by=0,
    )


def escalated_deadline(child_id: UUID, case_id: UUID) -> register_clocks.DeadlineEscalated:
    fields = clock(child_id, case_id)
    del fields["officer_id"]
    return register_clocks.DeadlineEscalated(**fields, rung=2, tell=(OfficerRole.SERVICE_LEAD,), detected_at=NOON)


def closed(
    child_id: UUID, case_id: UUID, *submission_ids: UUID, outcome: Outcome = Outcome.ON_ROLL_IN_COUNTY
) -> register.CaseClosed:
    return register.CaseClosed(
        child_id=child_id,
        case_id=case_id,
        outcome=outcome,
        proof=Proof.SCHOOL_CONFIRMED_IN_WRITING,
        submission_ids=submission_ids,
        decided_by=uuid4(),
        closed_at=NOON,
    )


def joined(surviving: UUID, absorbed: UUID, at: datetime) -> register_matching.RecordsJoined:
    return register_matching.RecordsJoined(
        child_id=surviving, absorbed_child_id=absorbed, decided_by=uuid4(), joined_at=at
    )


def separated(
    surviving: UUID, restored: UUID, at: datetime, *, submissions: tuple[UUID, ...] = (), cases: tuple[UUID, ...] = ()
) -> register_matching.RecordsSeparated:
    return register_matching.RecordsSeparated(
        child_id=surviving,
        restored_child_id=restored,
        submission_ids=submissions,
        case_ids=cases,
        decided_by=uuid4(),
        separated_at=at,
    )


def concern(
    child_id: UUID | None, case_id: UUID | None = None, first: UUID | None = None
) -> safeguarding.ConcernRaised:
    return safeguarding.ConcernRaised(
        child_id=child_id,
        case_id=case_id,
        first_submission_id=first,
        concern_id=uuid4(),
        factors=(Factor.FGM,),
        rule="fgm",
        raised_at=NOON,
    )


def escalated(
    child_id: UUID, case_id: UUID | None = None, *, to_be_confirmed: bool = False
) -> safeguarding.EscalatedToSocialCare:
    return safeguarding.EscalatedToSocialCare(
        child_id=child_id,
        case_id=case_id,
        escalation_id=uuid4(),
        factors=(Factor.FGM,),
        to_be_confirmed=to_be_confirmed,
        consent="not_sought",
        answer_due_on=DUE,
        answer_due_at=NOON,
        escalated_at=NOON,
    )


def confirmed(child_id: UUID, case_id: UUID, *, yes: bool) -> safeguarding.EscalationConfirmed:
    return safeguarding.EscalationConfirmed(
        child_id=child_id, case_id=case_id, escalation_id=uuid4(), confirmed=yes, decided_by=uuid4(), decided_at=NOON
    )


def acknowledged(child_id: UUID, case_id: UUID | None = None) -> safeguarding.SocialCareAcknowledged:
    return safeguarding.SocialCareAcknowledged(
        child_id=child_id,
        case_id=case_id,
        escalation_id=uuid4(),
        their_reference="SC-1",
        on_time=True,
        acknowledged_at=NOON,
    )


def silent(child_id: UUID, case_id: UUID) -> safeguarding.SocialCareSilent:
    return safeguarding.SocialCareSilent(
        child_id=child_id, case_id=case_id, escalation_id=uuid4(), times=1, due_at=NOON, detected_at=NOON
    )


def step_taken(child_id: UUID, case_id: UUID, step: str) -> safeguarding_requests.RequestStepTaken:
    return safeguarding_requests.RequestStepTaken(
        child_id=child_id, case_id=case_id, request_id=uuid4(), body="social_care", step=step, closes=step == "declined",
        happened_at=NOON, recorded_at=NOON,
    )  # fmt: skip


def safeguarding_deadline(
    child_id: UUID, case_id: UUID, rung: int = 0
) -> safeguarding_clocks.SafeguardingClockWarned | safeguarding_clocks.SafeguardingDeadlineMissed:
    """Near; or with a rung missed, and told to the service lead."""
    fields: dict[str, Any] = {
        "child_id": child_id, "case_id": case_id, "clock_id": uuid4(), "clock": "CONSIDER", "about": uuid4(),
        "due_on": NOON.date(), "due_at": NOON, "detected_at": NOON,
    }  # fmt: skip
    if rung:
        return safeguarding_clocks.SafeguardingDeadlineMissed(**fields, tell=(OfficerRole.SERVICE_LEAD,), rung=rung)
    return safeguarding_clocks.SafeguardingClockWarned(**fields, tell=(OfficerRole.LEAD_OFFICER,))


def challenged(
    submission_id: UUID | None = None, state: ChallengeState = ChallengeState.CHALLENGED, urn: str = URN
) -> referrals.SubmissionChallenged:
    return referrals.SubmissionChallenged(
        **submission(submission_id),
        school_urn=urn,
        rule="ground-f-writing",
        state=state,
        source="SI 2024/208 regulation 9(1)(f)",
        what="Ground (f) needs the parent's writing.",
        mend="Ask the parent to write.",
        decided_at=NOON,
    )


def challenged_on_several() -> tuple[referrals.SubmissionChallenged, ...]:
    """Two rules were challenged at once."""
    first = challenged()
    notice = f"1. {first.what}\nWhat to do: {first.mend}\n\n2. The day has not passed.\nWhat to do: Wait for it."
    second = {"rule": "ground-f-stated-day", "what": "The day has not passed.", "mend": "Wait for it."}
    return (
        first.model_copy(update={"with_others": True, "notice": notice}),
        first.model_copy(update=second | {"with_others": True}),
    )


def handover_withdrawn(child_id: UUID) -> register_recorded.HandoverWithdrawn:
    sent = submission()
    del sent["received_at"]
    return register_recorded.HandoverWithdrawn(**sent, child_id=child_id, team=Team.HOME_EDUCATION, withdrawn_at=NOON)


def handed_over(child_id: UUID, team: Team = Team.HOME_EDUCATION) -> register_recorded.HandedOver:
    sent = submission()
    del sent["received_at"]
    return register_recorded.HandedOver(
        **sent,
        child_id=child_id,
        handover_id=uuid4(),
        team=team,
        reason="home_education_notification",
        source="policy 5.3",
        handed_over_at=NOON,
    )


def late(urn: str = URN) -> returns.ReturnLate:
    return returns.ReturnLate(
        **submission(), kind=ReturnKind.ATTENDANCE_RETURN, school_urn=urn, due_on=DUE, late_by=2, counted_in="school"
    )


def one_of_each() -> dict[str, Event]:
    """An example of every event that tells somebody, by type."""
    child, case, lead = uuid4(), uuid4(), uuid4()
    examples: list[Callable[[], Event]] = [
        referrer_named,
        link_requested,
        pupil_deleted,
        pupil_added,
        joint_enquiry,
        joint_decision,
        challenged,
        late,
        lambda: handed_over(child),
        lambda: handover_withdrawn(child),
        lambda: assigned(child, case, lead),
        lambda: left_to_team(child, case),
        lambda: closure_proposed(child, case, SignOff.TEAM_MANAGER),
        lambda: reopened(child, case),
        lambda: quarantined(child, urn=URN),
        cohort_overdue,
        lambda: warned(child, case, lead),
        lambda: breached(child, case, lead),
        lambda: escalated_deadline(child, case),
        lambda: concern(child, case),
        lambda: escalated(child, case, to_be_confirmed=True),
        lambda: confirmed(child, case, yes=False),
        lambda: acknowledged(child, case),
        lambda: silent(child, case),
        lambda: safeguarding_deadline(child, case),
        lambda: step_taken(child, case, "declined"),
        lambda: safeguarding_deadline(child, case, rung=2),
        lambda: closed(child, case, uuid4()),
    ]
    return {event.type: event for event in (make() for make in examples)}
