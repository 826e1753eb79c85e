"""Progress follows what the register and notifications say, in whatever order it is heard."""

from datetime import date, datetime, timedelta
from itertools import permutations
from uuid import UUID, uuid4

import pytest

from cme_bus.consumer import Consumer
from cme_bus.database import Database
from cme_contracts.catalogue import CATALOG
from cme_contracts.codes import (
    CaseKind,
    Category,
    Outcome,
    Proof,
    Team,
)
from cme_contracts.notifications import ReferrerInformed
from cme_contracts.register import CaseClosed, CaseOpened, DuplicateLinked, LeadOfficerAssigned
from cme_contracts.register_clocks import ClockRecomputed, ClockStarted
from cme_contracts.register_matching import RecordsJoined, RecordsSeparated, SubmissionMatched
from cme_contracts.register_recorded import HandedOver
from cme_referrals.adapters.postgres import ReferralsTx
from cme_referrals.application import follow
from cme_referrals.entrypoints.events import listen
from tests.referrals.integration.visitor import URL, Visitor
from tests.referrals.invented import CHILD, MONDAY, referral, whole_referral
from tests.register.integration.county import record


def later(hours: int) -> datetime:
    return MONDAY + timedelta(hours=hours)


def matched(submission_id: UUID, child_id: UUID, at: datetime = MONDAY) -> SubmissionMatched:
    return SubmissionMatched(
        child_id=child_id,
        submission_id=submission_id,
        first_submission_id=submission_id,
        new_record=True,
        matched_at=at,
    )


def opened(submission_id: UUID, child_id: UUID, case_id: UUID) -> CaseOpened:
    return CaseOpened(
        child_id=child_id, case_id=case_id, submission_id=submission_id, kind=CaseKind.CME, category=Category.MISSING,
        opened_at=later(1),
    )  # fmt: skip


def handed_over(
    submission_id: UUID, child_id: UUID, team: Team = Team.HOME_EDUCATION, at: datetime = MONDAY
) -> HandedOver:
    return HandedOver(
        child_id=child_id, handover_id=uuid4(), submission_id=submission_id, first_submission_id=submission_id,
        reference="CME-TEST", team=team, reason="home_education_notification", source="policy 5.3", handed_over_at=at,
    )  # fmt: skip


def clock(child_id: UUID, case_id: UUID, code: str = "INIT-10", due_on: date = date(2026, 12, 7)) -> ClockStarted:
    return ClockStarted(
        child_id=child_id, case_id=case_id, clock_id=uuid4(), clock=code, due_on=due_on, due_at=later(400),
        starts_on=date(2026, 11, 23), calendar="test", source="policy 7.2",
    )  # fmt: skip


async def _submission(visitor: Visitor, **more: object) -> tuple[UUID, str]:
    sent = await visitor.accepted("/v1/referrals", whole_referral(**more))
    return UUID(sent["submission_id"]), sent["follow"].removeprefix(URL)


async def test_a_due_day_that_a_new_bank_holiday_has_moved_is_shown_as_it_is_now(
    visitor: Visitor, db: Database[ReferralsTx]
) -> None:
    submission_id, link = await _submission(visitor)
    child_id, case_id = uuid4(), uuid4()
    ears = Consumer(db, name="referrals", service="referrals", catalog=CATALOG)
    listen(ears)
    moved = ClockRecomputed(
        child_id=child_id, case_id=case_id, clock_id=uuid4(), clock="INIT-10", due_on=date(2026, 12, 8), due_at=later(424),
        due_on_before=date(2026, 12, 7), due_at_before=later(400), calendar="after", calendar_before="test",
        because="working_days", recomputed_at=later(48),
    )  # fmt: skip
    review = moved.model_copy(update={"clock": "REVIEW-M1", "due_on": date(2026, 12, 22)})
    said = [opened(submission_id, child_id, case_id), clock(child_id, case_id), moved, review]
    await ears.take([record(event) for event in said])
    assert (await visitor.get(link)).json()["investigation_due_on"] == "2026-12-08"


@pytest.mark.policy("7.2")
@pytest.mark.policy("7.3")
async def test_a_referrer_sees_each_step_and_the_outcome(visitor: Visitor, db: Database[ReferralsTx]) -> None:
    submission_id, link = await _submission(visitor)
    child_id, case_id, officer_id = uuid4(), uuid4(), uuid4()

    async with db.transaction() as tx:
        await follow.note_matched(tx, [matched(submission_id, child_id)])
        await follow.note_opened(tx, [opened(submission_id, child_id, case_id)])
    assert (await visitor.get(link)).json()["stage"] == "on_the_register"

    async with db.transaction() as tx:
        assigned = LeadOfficerAssigned(child_id=child_id, case_id=case_id, officer_id=officer_id, assigned_at=later(1))
        await follow.note_assigned(tx, [assigned])
        await follow.note_clock(tx, [clock(child_id, case_id), clock(child_id, case_id, "OUTCOME", date(2027, 1, 1))])
    progress = (await visitor.get(link)).json()
    assert (progress["stage"], progress["investigation_due_on"]) == ("under_investigation", "2026-12-07")

    async with db.transaction() as tx:
        await follow.note_closed(tx, [_closed(child_id, case_id, submission_id)])
    progress = (await visitor.get(link)).json()
    assert (progress["stage"], progress["outcome"]) == ("closed", "on_roll_elsewhere")

    async with db.transaction() as tx:
        await follow.note_informed(tx, [_informed(child_id, case_id, submission_id)])
    progress = (await visitor.get(link)).json()
    assert progress["stage"] == "referrer_informed"
    assert datetime.fromisoformat(progress["referrer_informed_at"]) == later(240)


async def test_what_opens_no_case_is_on_the_register_and_shows_which_team_has_it(
    visitor: Visitor, db: Database[ReferralsTx]
) -> None:
    sent = await visitor.accepted("/v1/home-education-notifications", {"child": CHILD})
    submission_id, link, child_id = UUID(sent["submission_id"]), sent["follow"].removeprefix(URL), uuid4()
    async with db.transaction() as tx:  # in either order: the facts come by one key, their readers may not
        await follow.note_handed_over(tx, [handed_over(submission_id, child_id)])
        await follow.note_known(tx, [matched(submission_id, child_id, later(1))])
    progress = (await visitor.get(link)).json()
    assert (progress["stage"], progress["with_whom"]) == ("on_the_register", "home_education")
    assert datetime.fromisoformat(progress["on_the_register_since"]) == later(1)


async def test_every_team_that_has_it_is_shown_the_first_first(visitor: Visitor, db: Database[ReferralsTx]) -> None:
    sent = await visitor.accepted("/v1/home-education-notifications", {"child": CHILD})
    submission_id, link, child_id = UUID(sent["submission_id"]), sent["follow"].removeprefix(URL), uuid4()
    async with db.transaction() as tx:
        await follow.note_known(tx, [matched(submission_id, child_id, later(1))])
        await follow.note_handed_over(tx, [handed_over(submission_id, child_id, Team.SEND, later(3))])
        first = handed_over(submission_id, child_id, at=later(1))
        await follow.note_handed_over(tx, [first, first.model_copy(update={"reason": "a-rule"})])
    progress = (await visitor.get(link)).json()
    assert (progress["with_whom"], progress["with_teams"]) == ("home_education", ["home_education", "send"])

    async with db.transaction() as tx:
        await follow.note_opened(tx, [opened(submission_id, child_id, uuid4())])
    progress = (await visitor.get(link)).json()
    assert (progress["with_whom"], progress["with_teams"]) == ("cme_team", [])


@pytest.mark.policy("10.3")
async def test_a_neighbour_sees_that_it_is_closed_and_no_more(visitor: Visitor, db: Database[ReferralsTx]) -> None:
    body = referral(referrer={"kind": "public", "telephone": "01632 960111"})
    sent = await visitor.accepted("/v1/referrals", body, who=visitor.bearer("lead_officer"))
    submission_id, child_id, case_id = UUID(sent["submission_id"]), uuid4(), uuid4()
    async with db.transaction() as tx:
        await follow.note_opened(tx, [opened(submission_id, child_id, case_id)])
        await follow.note_closed(tx, [_closed(child_id, case_id, submission_id)])
    progress = (await visitor.get(sent["follow"].removeprefix(URL))).json()
    assert (progress["stage"], progress["outcome"]) == ("closed", None)


async def test_the_order_in_which_two_topics_are_heard_does_not_matter(
    visitor: Visitor, db: Database[ReferralsTx]
) -> None:
    seen = set()
    for order in permutations(range(3)):
        submission_id, link = await _submission(visitor)
        child_id, case_id = uuid4(), uuid4()
        for step in order:
            async with db.transaction() as tx:
                match step:
                    case 0:
                        await follow.note_opened(tx, [opened(submission_id, child_id, case_id)])
                    case 1:
                        await follow.note_closed(tx, [_closed(child_id, case_id, submission_id)])
                    case 2:
                        await follow.note_informed(tx, [_informed(child_id, case_id, submission_id)])
        progress = (await visitor.get(link)).json()
        seen.add((progress["stage"], progress["outcome"], progress["closed_at"], progress["referrer_informed_at"]))
    assert len(seen) == 1


@pytest.mark.policy("7.1")
async def test_a_second_referral_of_the_child_shows_the_same_case(visitor: Visitor, db: Database[ReferralsTx]) -> None:
    (first, _), (second, link) = await _submission(visitor), await _submission(visitor)
    child_id, case_id = uuid4(), uuid4()
    async with db.transaction() as tx:
        await follow.note_opened(tx, [opened(first, child_id, case_id)])
        await follow.note_clock(tx, [clock(child_id, case_id)])
        linked = DuplicateLinked(child_id=child_id, case_id=case_id, submission_id=second, linked_at=later(5))
        await follow.note_linked(tx, [linked])
    progress = (await visitor.get(link)).json()
    assert datetime.fromisoformat(progress["on_the_register_since"]) == later(5)
    assert progress["investigation_due_on"] == "2026-12-07"


@pytest.mark.policy("8.1")
async def test_what_two_records_hold_is_one_childs_and_back_again(visitor: Visitor, db: Database[ReferralsTx]) -> None:
    (one, _), (other, _) = await _submission(visitor), await _submission(visitor)
    child, double, case_id, officer = uuid4(), uuid4(), uuid4(), uuid4()
    async with db.transaction() as tx:
        await follow.note_matched(tx, [matched(one, child), matched(other, double)])
        await follow.note_opened(tx, [opened(other, double, case_id)])
    assert await _about(visitor, child) == {one}

    async with db.transaction() as tx:
        joined = RecordsJoined(child_id=child, absorbed_child_id=double, decided_by=officer, joined_at=later(2))
        await follow.note_joined(tx, joined)
    assert await _about(visitor, child) == {one, other}
    assert await _about(visitor, double) == set()

    async with db.transaction() as tx:
        separated = RecordsSeparated(
            child_id=child, restored_child_id=double, submission_ids=(other,), case_ids=(case_id,), decided_by=officer,
            separated_at=later(3),
        )  # fmt: skip
        await follow.note_separated(tx, separated)
    assert await _about(visitor, child) == {one}
    assert await _about(visitor, double) == {other}


@pytest.mark.policy("10.3")
@pytest.mark.parametrize("said_first", ["separated", "opened"])
async def test_whoever_sent_what_was_another_childs_no_longer_sees_that_childs_case(
    visitor: Visitor, db: Database[ReferralsTx], said_first: str
) -> None:
    """Three chains joined one child: one is taken out and opens no case, one is owed a case of its own, one stays."""
    (stays, staying), (leaves, leaving), (owed, owing) = [await _submission(visitor) for _ in range(3)]
    child, restored, case_id, own, officer = (uuid4() for _ in range(5))
    everybody = (stays, leaves, owed)
    separated = RecordsSeparated(
        child_id=child, restored_child_id=restored, submission_ids=(leaves, owed), case_ids=(own,), decided_by=officer,
        separated_at=later(300),
    )  # fmt: skip
    async with db.transaction() as tx:
        await follow.note_matched(tx, [matched(one, child) for one in everybody])
        await follow.note_known(tx, [matched(one, child) for one in everybody])
        await follow.note_opened(tx, [opened(stays, child, case_id)])
        await follow.note_linked(
            tx,
            [
                DuplicateLinked(child_id=child, case_id=case_id, submission_id=one, linked_at=later(2))
                for one in (leaves, owed)
            ],
        )
        await follow.note_closed(tx, [_closed(child, case_id, stays)])
        await follow.note_informed(tx, [_informed(child, case_id, one) for one in everybody])
    assert (await visitor.get(leaving)).json()["outcome"] == "on_roll_elsewhere"

    async with db.transaction() as tx:
        if said_first == "separated":
            await follow.note_separated(tx, separated)
        await follow.note_opened(tx, [opened(owed, restored, own)])
        if said_first == "opened":
            await follow.note_separated(tx, separated)
    seen = [(await visitor.get(link)).json() for link in (staying, leaving, owing)]
    assert [(one["stage"], one["outcome"]) for one in seen] == [
        ("referrer_informed", "on_roll_elsewhere"), ("on_the_register", None), ("on_the_register", None)
    ]  # fmt: skip
    assert seen[1]["closed_at"] is seen[1]["investigation_due_on"] is seen[1]["referrer_informed_at"] is None


@pytest.mark.policy("10.3")
async def test_nor_does_whoever_stays_see_the_case_that_went(visitor: Visitor, db: Database[ReferralsTx]) -> None:
    (stays, staying), (leaves, leaving) = [await _submission(visitor) for _ in range(2)]
    child, restored, case_id = (uuid4() for _ in range(3))
    async with db.transaction() as tx:
        await follow.note_opened(tx, [opened(leaves, child, case_id), opened(stays, child, case_id)])
        await follow.note_clock(tx, [clock(child, case_id)])
        await follow.note_separated(tx, RecordsSeparated(
            child_id=child, restored_child_id=restored, submission_ids=(leaves,), case_ids=(case_id,),
            decided_by=uuid4(), separated_at=later(3),
        ))  # fmt: skip
    assert (await visitor.get(staying)).json()["investigation_due_on"] is None
    assert (await visitor.get(leaving)).json()["investigation_due_on"] == "2026-12-07"


async def test_a_school_may_not_ask_by_child(visitor: Visitor) -> None:
    assert (await visitor.get(f"/v1/submissions?child_id={uuid4()}", visitor.school())).status_code == 404


async def test_two_facts_about_one_case_in_one_batch_leave_the_later(
    visitor: Visitor, db: Database[ReferralsTx]
) -> None:
    submission_id, link = await _submission(visitor)
    child_id, case_id = uuid4(), uuid4()
    async with db.transaction() as tx:
        await follow.note_opened(tx, [opened(submission_id, child_id, case_id)])
        await follow.note_clock(tx, [clock(child_id, case_id), clock(child_id, case_id, due_on=date(2026, 12, 15))])
    assert (await visitor.get(link)).json()["investigation_due_on"] == "2026-12-15"


async def _about(visitor: Visitor, child_id: UUID) -> set[UUID]:
    answer = await visitor.get(f"/v1/submissions?child_id={child_id}", visitor.bearer("lead_officer"))
    return {UUID(item["submission_id"]) for item in answer.json()["items"]}


def _closed(child_id: UUID, case_id: UUID, submission_id: UUID) -> CaseClosed:
    return CaseClosed(
        child_id=child_id, case_id=case_id, outcome=Outcome.ON_ROLL_ELSEWHERE, proof=Proof.SCHOOL_CONFIRMED_IN_WRITING,
        submission_ids=(submission_id,), decided_by=uuid4(), closed_at=later(239),
    )  # fmt: skip


def _informed(child_id: UUID, case_id: UUID, submission_id: UUID) -> ReferrerInformed:
    return ReferrerInformed(
        message_id=uuid4(), submission_id=submission_id, child_id=child_id, case_id=case_id, informed_at=later(240)
    )


async def test_of_two_lead_officers_in_one_batch_the_first_began_the_investigation(
    visitor: Visitor, db: Database[ReferralsTx]
) -> None:
    submission_id, link = await _submission(visitor)
    child_id, case_id = uuid4(), uuid4()
    assigned = [
        LeadOfficerAssigned(child_id=child_id, case_id=case_id, officer_id=uuid4(), assigned_at=later(hours))
        for hours in (1, 5)
    ]
    async with db.transaction() as tx:
        await follow.note_opened(tx, [opened(submission_id, child_id, case_id)])
        await follow.note_assigned(tx, assigned)
    since = (await visitor.get(link)).json()["under_investigation_since"]
    assert datetime.fromisoformat(since) == later(1)
