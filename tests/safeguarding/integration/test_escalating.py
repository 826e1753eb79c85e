"""Three facts, never one: a concern, an escalation, an acknowledgement; and silence until it comes."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from cme_contracts.codes import CaseKind, Factor
from cme_contracts.safeguarding import (
    CaseConsidered,
    ConcernRaised,
    EscalatedToSocialCare,
    EscalationConfirmed,
    SocialCareAcknowledged,
    SocialCareSilent,
)
from cme_safeguarding.application.answer import acknowledge
from cme_safeguarding.application.confirm import confirm
from cme_safeguarding.application.escalate import Referral, escalate
from cme_safeguarding.domain.errors import AlreadyAcknowledged, AlreadyEscalated, NothingToConfirm, UnknownCase
from cme_safeguarding.domain.escalation import Consent, Terms
from tests.safeguarding.support import MONDAY, PRACTICE, Safeguarding, Someone

OFFICER = UUID("00000000-0000-4000-8000-00000000000f")


async def by_officer(safeguarding: Safeguarding, case_id: UUID, *factors: str) -> Referral:
    async with safeguarding.db.transaction() as tx:
        return await escalate(
            tx,
            PRACTICE,
            id=uuid4(),
            case_id=case_id,
            factors=frozenset(factors),
            terms=Terms(Consent.GIVEN),
            by=OFFICER,
            now=safeguarding.clock.now(),
        )


async def open_case(safeguarding: Safeguarding, *factors: Factor) -> Someone:
    child, submission = Someone(), uuid4()
    await safeguarding.hear(child.matched(submission), child.opened(submission, *factors))
    return child


async def only_escalation(safeguarding: Safeguarding) -> UUID:
    [said] = await safeguarding.said(EscalatedToSocialCare)
    return UUID(said["escalation_id"])


@pytest.mark.policy("9.2")
@pytest.mark.parametrize("concern_first", [True, False])
async def test_a_child_on_a_protection_plan_who_disappears_is_escalated_at_once_and_once(
    safeguarding: Safeguarding, *, concern_first: bool
) -> None:
    """Scenario 26: on a roll, absent on Monday 23 November, house empty; the answer is due on the Tuesday."""
    child, submission = Someone(), uuid4()
    concern = child.concern(Factor.CHILD_PROTECTION_PLAN, Factor.SUDDEN_DISAPPEARANCE, submission=submission)
    factors = (Factor.CHILD_PROTECTION_PLAN, Factor.SUDDEN_DISAPPEARANCE)
    register = [
        child.matched(submission),
        child.opened(submission, *factors, kind=CaseKind.ON_ROLL_ENQUIRY, category=None),
    ]
    await safeguarding.hear(*([concern, *register] if concern_first else [*register, concern]))

    [escalated] = await safeguarding.said(EscalatedToSocialCare)
    assert escalated["factors"] == ["child_protection_plan"]
    assert escalated["rule"] == "child_protection_plan@2024-08-19"
    assert (escalated["decided_by"], escalated["to_be_confirmed"]) == (None, True)
    assert escalated["consent"] == "not_sought"
    assert escalated["answer_due_on"] == "2026-11-24"
    assert datetime.fromisoformat(escalated["answer_due_at"]) == datetime(2026, 11, 25, tzinfo=UTC)
    [raised] = await safeguarding.said(ConcernRaised)
    assert raised["factors"] == ["child_protection_plan", "sudden_disappearance"]
    assert {one["recommendation"] for one in await safeguarding.said(CaseConsidered)} == {"at_once"}


@pytest.mark.policy("7.5")
async def test_a_named_person_escalates(safeguarding: Safeguarding) -> None:
    child = await open_case(safeguarding)
    made = await by_officer(safeguarding, child.case_id, "whereabouts_unknown", "homeless_or_refuge")

    assert made.made
    [escalated] = await safeguarding.said(EscalatedToSocialCare)
    assert escalated["escalation_id"] == str(made.escalation.id)
    assert escalated["decided_by"] == str(OFFICER)
    assert (escalated["rule"], escalated["to_be_confirmed"]) == (None, False)
    assert (escalated["child_id"], escalated["case_id"]) == (str(child.child_id), str(child.case_id))
    async with safeguarding.db.transaction() as tx:
        assert await tx.considerations.undecided([child.case_id]) == []


async def test_a_case_nobody_has_heard_of_cannot_be_escalated(safeguarding: Safeguarding) -> None:
    with pytest.raises(UnknownCase):
        await by_officer(safeguarding, uuid4(), "fgm")


async def test_a_person_who_escalates_what_a_rule_did_confirms_it(safeguarding: Safeguarding) -> None:
    child = await open_case(safeguarding, Factor.SECTION_47)
    by_rule = await only_escalation(safeguarding)
    referral = await by_officer(safeguarding, child.case_id, "section_47")

    assert (referral.made, referral.confirmed, referral.escalation.id) == (False, True, by_rule)
    [confirmed] = await safeguarding.said(EscalationConfirmed)
    assert (confirmed["escalation_id"], confirmed["confirmed"], confirmed["decided_by"]) == (
        str(by_rule),
        True,
        str(OFFICER),
    )
    assert len(await safeguarding.said(EscalatedToSocialCare)) == 1


async def test_what_social_care_has_in_hand_is_not_escalated_again_by_person_or_by_rule(
    safeguarding: Safeguarding,
) -> None:
    child = await open_case(safeguarding)
    await by_officer(safeguarding, child.case_id, "section_47", "whereabouts_unknown")
    with pytest.raises(AlreadyEscalated):
        await by_officer(safeguarding, child.case_id, "whereabouts_unknown")
    second = uuid4()
    await safeguarding.hear(child.matched(second), child.concern(Factor.SECTION_47, submission=second))
    await safeguarding.hear(child.duplicate(second, Factor.SECTION_47))

    assert len(await safeguarding.said(EscalatedToSocialCare)) == 1


async def test_a_report_nobody_has_matched_yet_is_escalated_for_it_may_be_about_any_child(
    safeguarding: Safeguarding,
) -> None:
    """Waiting for the register could cost a child; telling social care twice costs a telephone call."""
    child = await open_case(safeguarding, Factor.SECTION_47)
    second = uuid4()
    await safeguarding.hear(child.concern(Factor.SECTION_47, submission=second), child.matched(second))
    await safeguarding.hear(child.duplicate(second, Factor.SECTION_47))

    first, other = await safeguarding.said(EscalatedToSocialCare)
    assert first["child_id"] == str(child.child_id)
    assert (other["child_id"], other["first_submission_id"]) == (None, str(second))


async def test_a_new_factor_is_a_new_escalation_and_confirms_the_rules(safeguarding: Safeguarding) -> None:
    child = await open_case(safeguarding, Factor.SECTION_47)
    referral = await by_officer(safeguarding, child.case_id, "section_47", "trafficking")

    assert (referral.made, referral.confirmed) == (True, True)
    assert len(await safeguarding.said(EscalatedToSocialCare)) == 2


async def test_a_person_may_take_back_what_a_rule_did_and_then_nobody_waits_for_an_answer(
    safeguarding: Safeguarding,
) -> None:
    child = await open_case(safeguarding, Factor.IMMEDIATE_DANGER)
    id_ = await only_escalation(safeguarding)
    async with safeguarding.db.transaction() as tx:
        await confirm(tx, PRACTICE, escalation_id=id_, confirmed=False, by=OFFICER, now=safeguarding.clock.now())
    safeguarding.clock.turn(days=10)
    await safeguarding.timers.fire_due()

    [taken_back] = await safeguarding.said(EscalationConfirmed)
    assert taken_back["confirmed"] is False
    assert await safeguarding.said(SocialCareSilent) == []
    with pytest.raises(NothingToConfirm):
        async with safeguarding.db.transaction() as tx:
            await confirm(tx, PRACTICE, escalation_id=id_, confirmed=True, by=OFFICER, now=safeguarding.clock.now())
    async with safeguarding.db.transaction() as tx:
        assert await tx.considerations.undecided([child.case_id]) == []


@pytest.mark.policy("9.2")
async def test_silence_is_raised_again_each_working_day_until_social_care_answers(safeguarding: Safeguarding) -> None:
    await open_case(safeguarding, Factor.SECTION_47)
    id_ = await only_escalation(safeguarding)

    safeguarding.clock.at = datetime(2026, 11, 24, 23, 59, 59, tzinfo=UTC)
    await safeguarding.timers.fire_due()
    assert await safeguarding.said(SocialCareSilent) == []

    midnights = []
    for day in (25, 26, 27, 28, 29, 30):  # Wednesday to Monday: nothing is due at the end of a Saturday or Sunday
        safeguarding.clock.at = datetime(2026, 11, day, tzinfo=UTC)
        said_before = len(await safeguarding.said(SocialCareSilent))
        await safeguarding.timers.fire_due()
        if len(await safeguarding.said(SocialCareSilent)) > said_before:
            midnights.append(day)
    assert midnights == [25, 26, 27, 28]
    assert [one["times"] for one in await safeguarding.said(SocialCareSilent)] == [1, 2, 3, 4]

    async with safeguarding.db.transaction() as tx:
        await acknowledge(tx, PRACTICE, escalation_id=id_, their_reference="SC-1", now=safeguarding.clock.now())
    safeguarding.clock.turn(days=14)
    await safeguarding.timers.fire_due()
    assert len(await safeguarding.said(SocialCareSilent)) == 4
    [answered] = await safeguarding.said(SocialCareAcknowledged)
    assert (answered["their_reference"], answered["on_time"]) == ("SC-1", False)


async def test_after_an_outage_silence_is_raised_late_and_once_not_for_each_day_that_was_missed(
    safeguarding: Safeguarding,
) -> None:
    await open_case(safeguarding, Factor.SECTION_47)
    safeguarding.clock.at = datetime(2026, 12, 2, 10, tzinfo=UTC)

    await safeguarding.timers.fire_due()
    [silent] = await safeguarding.said(SocialCareSilent)
    assert datetime.fromisoformat(silent["due_at"]) == datetime(2026, 11, 25, tzinfo=UTC)
    assert datetime.fromisoformat(silent["detected_at"]) == safeguarding.clock.at
    safeguarding.clock.at = datetime(2026, 12, 3, tzinfo=UTC)
    await safeguarding.timers.fire_due()
    assert len(await safeguarding.said(SocialCareSilent)) == 2


async def test_an_answer_in_time_is_on_time_and_said_once(safeguarding: Safeguarding) -> None:
    await open_case(safeguarding, Factor.SECTION_47)
    id_ = await only_escalation(safeguarding)
    for _ in range(2):
        async with safeguarding.db.transaction() as tx:
            await acknowledge(tx, PRACTICE, escalation_id=id_, their_reference="SC-1", now=safeguarding.clock.now())
    with pytest.raises(AlreadyAcknowledged):
        async with safeguarding.db.transaction() as tx:
            await acknowledge(tx, PRACTICE, escalation_id=id_, their_reference="SC-2", now=safeguarding.clock.now())

    [answered] = await safeguarding.said(SocialCareAcknowledged)
    assert answered["on_time"] is True
    assert safeguarding.clock.now() == MONDAY


async def test_closing_the_case_does_not_end_the_wait_for_an_answer(safeguarding: Safeguarding) -> None:
    child = await open_case(safeguarding, Factor.SECTION_47)
    await safeguarding.hear(child.closed())
    safeguarding.clock.at = datetime(2026, 11, 25, tzinfo=UTC)
    await safeguarding.timers.fire_due()

    assert len(await safeguarding.said(SocialCareSilent)) == 1


async def test_in_a_later_case_the_same_factor_is_escalated_again_once_social_care_is_done_with_the_first(
    safeguarding: Safeguarding,
) -> None:
    child = await open_case(safeguarding, Factor.SECTION_47)
    id_ = await only_escalation(safeguarding)
    async with safeguarding.db.transaction() as tx:
        await acknowledge(tx, PRACTICE, escalation_id=id_, their_reference="SC-1", now=safeguarding.clock.now())
    await safeguarding.hear(child.closed())
    child.case_id, submission = uuid4(), uuid4()
    await safeguarding.hear(child.matched(submission), child.opened(submission, Factor.SECTION_47))

    assert len(await safeguarding.said(EscalatedToSocialCare)) == 2
