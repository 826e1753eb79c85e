"""What this service hears. Each handler translates and calls one use case."""

from __future__ import annotations

from datetime import timedelta

from cme_bus.consumer import Consumer
from cme_bus.database import Database
from cme_bus.meta import Meta
from cme_contracts.catalogue import CATALOG
from cme_contracts.encompass import EncompassNotified
from cme_contracts.referrals import CONCERNS, ConcernReported, ConfidentialAddressGiven
from cme_contracts.register import (
    CaseClosed,
    CaseOpened,
    CategoryChanged,
    ChildLocated,
    DuplicateLinked,
    LeadOfficerAssigned,
)
from cme_contracts.register_cases import CaseReopened
from cme_contracts.register_clocks import DeadlineBreached
from cme_contracts.register_matching import RecordsJoined, RecordsSeparated, SubmissionMatched
from cme_contracts.register_status import CsaCeased
from cme_safeguarding.adapters.postgres import SafeguardingTx
from cme_safeguarding.application import follow_case, rekey
from cme_safeguarding.application.codes import words
from cme_safeguarding.application.consider import Prompt
from cme_safeguarding.application.hear_concern import hear_concern
from cme_safeguarding.application.hear_confidential import hear_confidential
from cme_safeguarding.application.hear_encompass import POLICE, hear_encompass
from cme_safeguarding.application.ports import Practice
from cme_safeguarding.application.ports_encompass import KeptNotice
from cme_timers import BusinessClock

HELD_CONCERN = timedelta(minutes=15)
"""How long a report of concern that could not be read may wait for a person before the service says it is not well."""


def consumer(db: Database[SafeguardingTx], clock: BusinessClock, practice: Practice) -> Consumer[SafeguardingTx]:
    """The ear. The fast lane has a subscriber of its own, so that nothing routine is in its way."""
    events = Consumer(
        db, name="safeguarding", service="safeguarding", catalog=CATALOG, attend_within={CONCERNS: HELD_CONCERN}
    )
    listen(events, clock, practice)
    return events


def listen(events: Consumer[SafeguardingTx], clock: BusinessClock, practice: Practice) -> None:
    """Register every handler."""
    _hear_concerns(events, clock, practice)
    _follow_cases(events, clock, practice)
    _follow_identity(events, clock, practice)


def _hear_concerns(events: Consumer[SafeguardingTx], clock: BusinessClock, practice: Practice) -> None:
    @events.on(ConcernReported)
    async def consider_reported_concern(event: ConcernReported, tx: SafeguardingTx, meta: Meta) -> None:
        await hear_concern(
            tx,
            practice,
            _prompt(meta),
            submission_id=event.submission_id,
            chain=event.first_submission_id,
            factors=words(event.factors),
            source=event.referrer.value,
            child=event.personal.plain,
            received_at=event.received_at,
            now=clock.now(),
        )

    @events.on(ConfidentialAddressGiven)
    async def keep_confidential_address(event: ConfidentialAddressGiven, tx: SafeguardingTx, meta: Meta) -> None:
        await hear_confidential(
            tx,
            submission_id=event.submission_id,
            chain=event.first_submission_id,
            given=event.personal.plain,
            received_at=event.received_at,
        )

    @events.on(EncompassNotified)
    async def consider_encompass_notice(event: EncompassNotified, tx: SafeguardingTx, meta: Meta) -> None:
        notice = KeptNotice(
            submission_id=event.submission_id,
            source=POLICE,
            recipient=event.recipient.value,
            on_time=event.on_time,
            received_at=event.received_at,
            notice=event.personal.plain,
        )
        await hear_encompass(tx, practice, _prompt(meta), notice, chain=event.first_submission_id, now=clock.now())


def _follow_cases(events: Consumer[SafeguardingTx], clock: BusinessClock, practice: Practice) -> None:
    @events.on(CaseOpened)
    async def consider_case(event: CaseOpened, tx: SafeguardingTx, meta: Meta) -> None:
        await follow_case.open_case(
            tx,
            practice,
            _prompt(meta),
            case_id=event.case_id,
            child_id=event.child_id,
            submission_id=event.submission_id,
            kind=event.kind,
            category=event.category,
            factors=words(event.factors),
            opened_at=event.opened_at,
            now=clock.now(),
        )

    @events.on(DuplicateLinked)
    async def consider_new_factors(event: DuplicateLinked, tx: SafeguardingTx, meta: Meta) -> None:
        await follow_case.link_duplicate(
            tx,
            practice,
            _prompt(meta),
            case_id=event.case_id,
            child_id=event.child_id,
            submission_id=event.submission_id,
            factors=words(event.factors),
            linked_at=event.linked_at,
            now=clock.now(),
        )

    @events.on(CategoryChanged)
    async def consider_if_missing_now(event: CategoryChanged, tx: SafeguardingTx, meta: Meta) -> None:
        await follow_case.change_category(
            tx,
            practice,
            _prompt(meta),
            case_id=event.case_id,
            child_id=event.child_id,
            kind=event.kind,
            category=event.category,
            changed_at=event.changed_at,
            now=clock.now(),
        )

    @events.on(DeadlineBreached)
    async def consider_breach(event: DeadlineBreached, tx: SafeguardingTx, meta: Meta) -> None:
        await follow_case.note_breach(
            tx,
            practice,
            _prompt(meta),
            case_id=event.case_id,
            child_id=event.child_id,
            clock=event.clock,
            about=event.about,
            breached_at=event.detected_at,
            now=clock.now(),
        )

    @events.on(LeadOfficerAssigned)
    async def note_lead_officer(event: LeadOfficerAssigned, tx: SafeguardingTx, meta: Meta) -> None:
        await follow_case.note_officer(
            tx, case_id=event.case_id, child_id=event.child_id, officer_id=event.officer_id, at=event.assigned_at
        )

    @events.on(ChildLocated)
    async def note_that_child_is_found(event: ChildLocated, tx: SafeguardingTx, meta: Meta) -> None:
        await follow_case.note_located(
            tx, case_id=event.case_id, child_id=event.child_id, proof=event.proof, at=event.located_at
        )

    @events.on(CsaCeased)
    async def hand_on_what_is_in_hand(event: CsaCeased, tx: SafeguardingTx, meta: Meta) -> None:
        await follow_case.note_ceased(
            tx,
            case_id=event.case_id,
            child_id=event.child_id,
            team=event.team.value if event.team else None,
            at=event.ceased_at,
        )

    @events.on(CaseClosed)
    async def end_matter(event: CaseClosed, tx: SafeguardingTx, meta: Meta) -> None:
        await follow_case.close_case(
            tx, case_id=event.case_id, child_id=event.child_id, outcome=event.outcome, repeat=event.repeat,
            at=event.closed_at,
        )  # fmt: skip

    @events.on(CaseReopened)
    async def consider_again(event: CaseReopened, tx: SafeguardingTx, meta: Meta) -> None:
        await follow_case.reopen_case(
            tx,
            practice,
            _prompt(meta),
            case_id=event.case_id,
            child_id=event.child_id,
            repeat=event.repeat,
            kind=event.kind,
            category=event.category,
            reopened_at=event.reopened_at,
            now=clock.now(),
        )


def _follow_identity(events: Consumer[SafeguardingTx], clock: BusinessClock, practice: Practice) -> None:
    @events.on(SubmissionMatched)
    async def rekey_submission(event: SubmissionMatched, tx: SafeguardingTx, meta: Meta) -> None:
        await rekey.match(
            tx,
            submission_id=event.submission_id,
            chain=event.first_submission_id,
            child_id=event.child_id,
            at=event.matched_at,
        )

    @events.on(RecordsJoined)
    async def join_records(event: RecordsJoined, tx: SafeguardingTx, meta: Meta) -> None:
        await rekey.join(tx, absorbed=event.absorbed_child_id, surviving=event.child_id, at=event.joined_at)

    @events.on(RecordsSeparated)
    async def separate_records(event: RecordsSeparated, tx: SafeguardingTx, meta: Meta) -> None:
        await rekey.separate(
            tx,
            practice,
            _prompt(meta),
            child_id=event.child_id,
            restored=event.restored_child_id,
            subjects=[*event.submission_ids, *event.case_ids],
            at=event.separated_at,
            now=clock.now(),
        )


def _prompt(meta: Meta) -> Prompt:
    return Prompt(meta.id, meta.type)
