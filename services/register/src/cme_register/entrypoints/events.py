"""What the register hears, and the one use case that each becomes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from uuid import uuid4

from cme_bus.consumer import Consumer
from cme_bus.database import Database
from cme_bus.errors import Unprocessable
from cme_bus.meta import Meta
from cme_calendars import BeyondCalendar
from cme_contracts.base import Event
from cme_contracts.codes import Factor
from cme_contracts.notifications import ReferrerInformed
from cme_contracts.referrals import (
    JointEnquirySigned,
    SchoolCalendarChanged,
    SubmissionChallenged,
    SubmissionWithdrawn,
)
from cme_contracts.returns import ReturnLate
from cme_contracts.safeguarding import (
    CaseConsidered,
    Concerning,
    ConcernRaised,
    EscalatedToSocialCare,
    EscalationConfirmed,
    SocialCareAcknowledged,
    SocialCareSilent,
)  # fmt: skip
from cme_contracts.safeguarding_requests import RequestStepTaken
from cme_register.adapters.postgres import RegisterTx
from cme_register.application import (
    calendars,
    challenges,
    concerns,
    joint_enquiries,
    lateness,
    outcomes_told,
    withdrawals,
)
from cme_register.application.intake import Received, take_in
from cme_register.application.rules import Rules
from cme_register.domain.errors import RegisterError
from cme_register.entrypoints import translating
from cme_timers import BusinessClock


def consumer(db: Database[RegisterTx], clock: BusinessClock, rules: Rules) -> Consumer[RegisterTx]:
    """The register's ears."""
    ears = Consumer(db, name="register")
    _hear_intake(ears, clock, rules)
    _hear_safeguarding(ears, clock, rules)
    _hear_notifications(ears, clock, rules)
    return ears


def _hear_intake(ears: Consumer[RegisterTx], clock: BusinessClock, rules: Rules) -> None:
    async def take(tx: RegisterTx, received: Sequence[Received]) -> None:
        with _as_hopeless():
            await take_in(tx, received, rules, at=clock.now(), new_id=uuid4)

    @ears.on_many(*translating.SUBMISSIONS)
    async def put_children_on_register(run: Sequence[tuple[Event, Meta]], tx: RegisterTx) -> None:
        await take(tx, [Received(translating.submission(event), meta) for event, meta in run])

    @ears.on(ReturnLate)
    async def note_that_it_was_late(event: ReturnLate, tx: RegisterTx, meta: Meta) -> None:
        await lateness.note_late(tx, event, event_id=meta.id)

    @ears.on(JointEnquirySigned)
    async def take_the_schools_half(event: JointEnquirySigned, tx: RegisterTx, meta: Meta) -> None:
        await take(tx, [Received(translating.joint_enquiry(event), meta)])
        with _as_hopeless():
            await joint_enquiries.sign_for_school(
                tx, translating.signature(event), submission_id=event.submission_id,
                first_submission_id=event.first_submission_id, school_urn=event.school_urn, ground=event.ground.value,
                began_on=event.began_on, at=clock.now(), new_id=uuid4,
            )  # fmt: skip

    @ears.on(SubmissionWithdrawn)
    async def note_that_it_was_taken_back(event: SubmissionWithdrawn, tx: RegisterTx, meta: Meta) -> None:
        await withdrawals.note_withdrawn(tx, event, rules, event_id=meta.id, at=clock.now(), new_id=uuid4)

    @ears.on(SubmissionChallenged)
    async def note_what_is_asked_of_it(event: SubmissionChallenged, tx: RegisterTx, meta: Meta) -> None:
        with _as_hopeless():
            await challenges.note_challenged(tx, event, rules, event_id=meta.id, at=clock.now(), new_id=uuid4)

    @ears.on(SchoolCalendarChanged)
    async def keep_the_school_year(event: SchoolCalendarChanged, tx: RegisterTx, meta: Meta) -> None:
        await calendars.note_calendar(tx, event.key, translating.school_year(event), at=event.changed_at)


def _hear_safeguarding(ears: Consumer[RegisterTx], clock: BusinessClock, rules: Rules) -> None:
    async def note(tx: RegisterTx, event: Concerning, meta: Meta, factors: Sequence[Factor], at: datetime) -> None:
        codes = [factor.value for factor in factors]
        with _as_hopeless():
            await concerns.note_concern(
                tx, event, codes, rules, event_id=meta.id, at=at, heard_at=max(at, clock.now()), new_id=uuid4
            )

    @ears.on_many(CaseConsidered)
    async def note_that_it_was_considered(run: Sequence[tuple[CaseConsidered, Meta]], tx: RegisterTx) -> None:
        await concerns.note_considered(tx, [event for event, _ in run])

    @ears.on(ConcernRaised)
    async def show_concern(event: ConcernRaised, tx: RegisterTx, meta: Meta) -> None:
        await note(tx, event, meta, event.factors, event.raised_at)

    @ears.on(EscalatedToSocialCare)
    async def show_escalation(event: EscalatedToSocialCare, tx: RegisterTx, meta: Meta) -> None:
        await note(tx, event, meta, event.factors, event.escalated_at)

    @ears.on(EscalationConfirmed)
    async def show_confirmation(event: EscalationConfirmed, tx: RegisterTx, meta: Meta) -> None:
        await note(tx, event, meta, [], event.decided_at)

    @ears.on(SocialCareAcknowledged)
    async def show_acknowledgement(event: SocialCareAcknowledged, tx: RegisterTx, meta: Meta) -> None:
        await note(tx, event, meta, [], event.acknowledged_at)

    @ears.on(SocialCareSilent)
    async def show_silence(event: SocialCareSilent, tx: RegisterTx, meta: Meta) -> None:
        await note(tx, event, meta, [], event.detected_at)

    @ears.on(RequestStepTaken)
    async def show_what_a_body_answered(event: RequestStepTaken, tx: RegisterTx, meta: Meta) -> None:
        await note(tx, event, meta, [], event.happened_at)


def _hear_notifications(ears: Consumer[RegisterTx], clock: BusinessClock, rules: Rules) -> None:
    @ears.on(ReferrerInformed)
    async def note_that_the_referrer_knows(event: ReferrerInformed, tx: RegisterTx, meta: Meta) -> None:
        with _as_hopeless():
            await outcomes_told.note_referrer_informed(
                tx,
                event.case_id,
                event.submission_id,
                rules,
                informed_at=event.informed_at,
                at=clock.now(),
                new_id=uuid4,
            )


@contextmanager
def _as_hopeless() -> Iterator[None]:
    """What the rules refuse will be refused again: a person must look at it."""
    try:
        yield
    except RegisterError as error:
        raise Unprocessable(error.code) from error
    except BeyondCalendar as error:
        raise Unprocessable("a date is beyond the calendar") from error
