"""What intake hears: from the register and notifications, so that a referrer can see what became of what they sent."""

from __future__ import annotations

from collections.abc import Sequence

from cme_bus.consumer import Consumer
from cme_bus.meta import Meta
from cme_contracts.base import Event
from cme_contracts.notifications import ReferrerInformed
from cme_contracts.register import CaseClosed, CaseOpened, DuplicateLinked, LeadOfficerAssigned
from cme_contracts.register_cases import CaseBecameDormant, CaseLeftToTeam, CaseReopened, CaseWoken
from cme_contracts.register_clocks import ClockRecomputed, ClockStarted
from cme_contracts.register_matching import RecordsJoined, RecordsSeparated, SubmissionMatched
from cme_contracts.register_recorded import AttendanceOrderRecorded, ConsentRecorded, HandedOver, JointEnquiryDecided
from cme_referrals.adapters.postgres import ReferralsTx
from cme_referrals.application import elsewhere, follow

type Run[E: Event] = Sequence[tuple[E, Meta]]


def listen(ears: Consumer[ReferralsTx]) -> None:
    """Say what is done about each event. Many at once where many come at once."""
    _follow_cases(ears)

    @ears.on_many(SubmissionMatched)
    async def know_whose_submission_it_is(run: Run[SubmissionMatched], tx: ReferralsTx) -> None:
        await follow.note_matched(tx, [event for event, _ in run])
        await follow.note_known(tx, [event for event, _ in run])
        await elsewhere.decide_matched(tx, run)

    @ears.on_many(HandedOver)
    async def show_which_team_has_it(run: Run[HandedOver], tx: ReferralsTx) -> None:
        await follow.note_handed_over(tx, [event for event, _ in run])

    @ears.on_many(CaseOpened)
    async def show_it_on_the_register(run: Run[CaseOpened], tx: ReferralsTx) -> None:
        await follow.note_opened(tx, [event for event, _ in run])

    @ears.on_many(DuplicateLinked)
    async def show_it_on_the_register_too(run: Run[DuplicateLinked], tx: ReferralsTx) -> None:
        await follow.note_linked(tx, [event for event, _ in run])

    @ears.on_many(ReferrerInformed)
    async def show_that_the_referrer_knows(run: Run[ReferrerInformed], tx: ReferralsTx) -> None:
        await follow.note_informed(tx, [event for event, _ in run])

    @ears.on(RecordsJoined)
    async def keep_both_under_the_surviving_child(event: RecordsJoined, tx: ReferralsTx, meta: Meta) -> None:
        await follow.note_joined(tx, event)
        await elsewhere.decide_joined(tx, event)

    @ears.on(RecordsSeparated)
    async def give_back_what_is_the_other_childs(event: RecordsSeparated, tx: ReferralsTx, meta: Meta) -> None:
        await follow.note_separated(tx, event)
        await elsewhere.decide_separated(tx, event)

    @ears.on(AttendanceOrderRecorded)
    async def hold_returns_against_the_order(event: AttendanceOrderRecorded, tx: ReferralsTx, meta: Meta) -> None:
        await elsewhere.note_order(tx, event)

    @ears.on(ConsentRecorded)
    async def hold_returns_against_the_consent(event: ConsentRecorded, tx: ReferralsTx, meta: Meta) -> None:
        await elsewhere.note_consent(tx, event)

    @ears.on(JointEnquiryDecided)
    async def hold_returns_against_the_enquiries(event: JointEnquiryDecided, tx: ReferralsTx, meta: Meta) -> None:
        await elsewhere.note_joint_enquiry(tx, event)


def _follow_cases(ears: Consumer[ReferralsTx]) -> None:
    @ears.on_many(LeadOfficerAssigned)
    async def show_it_under_investigation(run: Run[LeadOfficerAssigned], tx: ReferralsTx) -> None:
        await follow.note_assigned(tx, [event for event, _ in run])

    @ears.on_many(ClockStarted)
    async def show_when_it_is_due(run: Run[ClockStarted], tx: ReferralsTx) -> None:
        await follow.note_clock(tx, [event for event, _ in run])

    @ears.on_many(ClockRecomputed)
    async def show_when_it_is_due_now(run: Run[ClockRecomputed], tx: ReferralsTx) -> None:
        await follow.note_clock(tx, [event for event, _ in run])

    @ears.on_many(CaseClosed)
    async def show_its_outcome(run: Run[CaseClosed], tx: ReferralsTx) -> None:
        await follow.note_closed(tx, [event for event, _ in run])

    @ears.on_many(CaseReopened)
    async def show_that_it_is_open_again(run: Run[CaseReopened], tx: ReferralsTx) -> None:
        await follow.note_reopened(tx, [event for event, _ in run])

    @ears.on_many(CaseBecameDormant)
    async def show_that_it_is_on_review(run: Run[CaseBecameDormant], tx: ReferralsTx) -> None:
        await follow.note_dormant(tx, [event for event, _ in run])

    @ears.on_many(CaseWoken)
    async def show_that_it_is_worked_on_again(run: Run[CaseWoken], tx: ReferralsTx) -> None:
        await follow.note_woken(tx, [event for event, _ in run])

    @ears.on_many(CaseLeftToTeam)
    async def show_that_the_team_has_it(run: Run[CaseLeftToTeam], tx: ReferralsTx) -> None:
        await follow.note_left_to_team(tx, [event for event, _ in run])
