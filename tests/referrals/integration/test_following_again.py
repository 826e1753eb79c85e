"""What a sender sees of a case that is opened again, or of a child who is not found."""

from datetime import UTC, date, datetime
from itertools import permutations
from uuid import UUID, uuid4

import pytest

from cme_bus.database import Database
from cme_contracts.codes import (
    CaseKind,
    Category,
    OfficerRole,
    Outcome,
    Proof,
    Waking,
)
from cme_contracts.notifications import ReferrerInformed
from cme_contracts.register import CaseClosed, CaseOpened, LeadOfficerAssigned
from cme_contracts.register_cases import CaseBecameDormant, CaseLeftToTeam, CaseReopened, CaseWoken
from cme_contracts.register_clocks import ClockStarted
from cme_referrals.adapters.postgres import ReferralsTx
from cme_referrals.application import follow
from tests.referrals.integration.visitor import URL, Visitor
from tests.referrals.invented import whole_referral

CHILD, OFFICER = uuid4(), uuid4()


def on(day: int, month: int = 11, year: int = 2026) -> datetime:
    return datetime(year, month, day, 10, tzinfo=UTC)


def reopened(case: UUID) -> CaseReopened:
    return CaseReopened(
        child_id=CHILD, case_id=case, repeat=1, reason=Waking.DID_NOT_START, reopened_by=OFFICER,
        previous_outcome=Outcome.PLACE_OFFERED_AND_STARTED, reopened_at=on(9, 12),
    )  # fmt: skip


def closed(case: UUID, submission: UUID, at: datetime, repeat: int = 0) -> CaseClosed:
    return CaseClosed(
        child_id=CHILD, case_id=case, outcome=Outcome.PLACE_OFFERED_AND_STARTED, submission_ids=(submission,),
        proof=Proof.SCHOOL_CONFIRMED_IN_WRITING, decided_by=OFFICER, closed_at=at, repeat=repeat,
    )  # fmt: skip


def informed(case: UUID, submission: UUID, at: datetime) -> ReferrerInformed:
    return ReferrerInformed(message_id=uuid4(), submission_id=submission, child_id=CHILD, case_id=case, informed_at=at)


def due(case: UUID, day: date) -> ClockStarted:
    return ClockStarted(
        child_id=CHILD, case_id=case, clock_id=uuid4(), clock="INIT-10", due_on=day, due_at=on(31, 12),
        starts_on=date(2026, 11, 23), calendar="test", source="policy 7.2",
    )  # fmt: skip


async def investigated(visitor: Visitor, db: Database[ReferralsTx]) -> tuple[UUID, UUID, str]:
    """A referral of 23 November whose case an officer has: submission, case, and the link to follow it."""
    sent = await visitor.accepted("/v1/referrals", whole_referral())
    submission, case = UUID(sent["submission_id"]), uuid4()
    opened = CaseOpened(
        child_id=CHILD, case_id=case, submission_id=submission, kind=CaseKind.CME, category=Category.MISSING,
        opened_at=on(23),
    )  # fmt: skip
    async with db.transaction() as tx:
        await follow.note_opened(tx, [opened])
        await follow.note_assigned(
            tx, [LeadOfficerAssigned(child_id=CHILD, case_id=case, officer_id=OFFICER, assigned_at=on(23))]
        )
        await follow.note_clock(tx, [due(case, date(2026, 12, 7))])
    return submission, case, sent["follow"].removeprefix(URL)


@pytest.mark.policy("7.3")
async def test_a_referrer_sees_that_the_case_is_open_again_and_how_it_ends_then(
    visitor: Visitor, db: Database[ReferralsTx]
) -> None:
    submission, case, link = await investigated(visitor, db)
    async with db.transaction() as tx:  # 8 December: closed, the referrer is told; 9 December: the child never came
        await follow.note_closed(tx, [closed(case, submission, on(8, 12))])
        await follow.note_informed(tx, [informed(case, submission, on(8, 12))])
    assert (await visitor.get(link)).json()["stage"] == "referrer_informed"

    async with db.transaction() as tx:
        await follow.note_reopened(tx, [reopened(case)])
        await follow.note_clock(tx, [due(case, date(2026, 12, 23))])
    progress = (await visitor.get(link)).json()
    assert (progress["stage"], progress["with_whom"]) == ("under_investigation", "lead_officer")
    assert (progress["reopened_at"], progress["investigation_due_on"]) == ("2026-12-09T10:00:00Z", "2026-12-23")
    assert [progress[name] for name in ("closed_at", "outcome", "referrer_informed_at")] == [None] * 3
    page = (await visitor.get(link, {"Accept": "text/html"})).text
    assert "Opened again" in page and "9 December 2026" in page

    async with db.transaction() as tx:  # its officer has left, and there is no other
        left = CaseLeftToTeam(child_id=CHILD, case_id=case, role=OfficerRole.TEAM_MANAGER, left_at=on(10, 12))
        await follow.note_left_to_team(tx, [left])
    assert (await visitor.get(link)).json()["with_whom"] == "cme_team"
    async with db.transaction() as tx:
        assigned = LeadOfficerAssigned(child_id=CHILD, case_id=case, officer_id=uuid4(), assigned_at=on(11, 12))
        await follow.note_assigned(tx, [assigned])
    assert (await visitor.get(link)).json()["with_whom"] == "lead_officer"

    async with db.transaction() as tx:
        await follow.note_closed(tx, [closed(case, submission, on(18, 12), repeat=1)])
    assert (await visitor.get(link)).json()["stage"] == "closed"
    async with db.transaction() as tx:
        await follow.note_informed(tx, [informed(case, submission, on(18, 12))])
    assert (await visitor.get(link)).json()["stage"] == "referrer_informed"


async def test_an_end_that_is_heard_after_the_reopening_that_undid_it_is_none(
    visitor: Visitor, db: Database[ReferralsTx]
) -> None:
    for order in permutations(range(3)):
        submission, case, link = await investigated(visitor, db)
        for step in order:
            async with db.transaction() as tx:
                match step:
                    case 0:
                        await follow.note_closed(tx, [closed(case, submission, on(8, 12))])
                    case 1:
                        await follow.note_informed(tx, [informed(case, submission, on(8, 12))])
                    case 2:
                        await follow.note_reopened(tx, [reopened(case)])
        progress = (await visitor.get(link)).json()
        assert (progress["stage"], progress["outcome"]) == ("under_investigation", None), order


@pytest.mark.policy("7.3")
@pytest.mark.policy("10.3")
async def test_a_referrer_sees_that_a_child_is_still_looked_for_and_not_what_is_believed(
    visitor: Visitor, db: Database[ReferralsTx]
) -> None:
    _, case, link = await investigated(visitor, db)
    dormant = CaseBecameDormant(
        child_id=CHILD, case_id=case, outcome=Outcome.MOVED_ABROAD_BELIEVED, proof=Proof.OFFICIAL_RECORD,
        decided_by=OFFICER, review_on=date(2027, 6, 10), dormant_at=on(10, 3, 2027),
    )  # fmt: skip
    async with db.transaction() as tx:
        await follow.note_dormant(tx, [dormant])
    answer = await visitor.get(link)
    assert (answer.json()["stage"], answer.json()["with_whom"]) == ("on_review", "lead_officer")
    page = (await visitor.get(link, {"Accept": "text/html"})).text
    assert "We still look for them, and review it regularly" in page
    assert not any(word in text for word in ("abroad", "2027-06-10", "June") for text in (answer.text, page))

    async with db.transaction() as tx:
        woken = CaseWoken(child_id=CHILD, case_id=case, reason=Waking.CONCERN, woken_at=on(12, 4, 2027))
        await follow.note_woken(tx, [woken])
    assert (await visitor.get(link)).json()["stage"] == "under_investigation"
