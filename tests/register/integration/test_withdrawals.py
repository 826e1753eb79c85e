"""A sender takes back what they sent: the case shows it, and stays open until a person decides."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from cme_contracts.codes import Team
from cme_contracts.codes_intake import WithdrawalReason
from cme_contracts.referrals import ReferralRaised, SubmissionWithdrawn
from cme_register.application.handing_over import hand_over_chain
from tests.register.integration.county import Register
from tests.register.invented import child, referral


def withdrawn(sent: ReferralRaised) -> SubmissionWithdrawn:
    return SubmissionWithdrawn(
        submission_id=sent.submission_id,
        first_submission_id=sent.first_submission_id,
        reference=sent.reference,
        received_at=sent.received_at,
        reason=WithdrawalReason.SENT_IN_ERROR,
        withdrawn_at=datetime(2026, 11, 24, 14, 3, tzinfo=UTC),
    )


@pytest.mark.policy("7.3")
async def test_a_withdrawal_stands_in_the_chronology_and_closes_nothing(register: Register) -> None:
    sent = referral()
    await register.hear(sent)
    case_id = (await register.only("case.opened"))["case_id"]
    before = await register.told()
    await register.hear(withdrawn(sent))
    assert await register.told() == before
    row = await register.db.pool.fetchrow(
        "SELECT subject, detail FROM chronology WHERE what = 'cme.submission.withdrawn.v1'"
    )
    assert str(row["subject"]) == case_id and row["detail"]["reason"] == "sent_in_error"
    assert await register.db.pool.fetchval("SELECT status FROM case_file") == "open"


async def test_one_that_belongs_to_no_case_is_noted_with_its_chain(register: Register) -> None:
    sent = referral()
    await register.hear(withdrawn(sent))
    subject = await register.db.pool.fetchval("SELECT subject FROM chronology")
    assert subject == sent.first_submission_id


@pytest.mark.policy("5.3.2")
async def test_each_team_that_has_it_is_told_once_that_it_was_taken_back(register: Register) -> None:
    sent = referral()
    await register.hear(sent)
    given: dict[str, Any] = {
        "submission_id": sent.submission_id, "first_submission_id": sent.first_submission_id, "reference": sent.reference,
        "source": "policy 5.3", "at": register.clock.now(),
    }  # fmt: skip
    async with register.db.transaction() as tx:
        for team, reason in ((Team.SEND, "a-rule"), (Team.SEND, "another-rule"), (Team.ATTENDANCE, "a-rule")):
            await hand_over_chain(tx, team=team, reason=reason, handover_id=uuid4(), **given)
    taken_back = withdrawn(sent)
    await register.hear(taken_back)
    told = [one.body for one in await register.said() if one.short == "handover.withdrawn"]
    assert [one["team"] for one in told] == ["attendance", "send"]
    assert {(one["reference"], one["withdrawn_at"]) for one in told} == {(sent.reference, "2026-11-24T14:03:00Z")}
    assert {one["case_id"] for one in told} == {(await register.only("case.opened"))["case_id"]}


async def test_a_correction_belongs_to_the_case_of_what_it_corrects_whatever_it_says_of_the_child(
    register: Register,
) -> None:
    sent = referral()
    await register.hear(sent)
    correction = referral(child("Another", "Name", born=None, postcode=None), first=sent.submission_id)
    await register.hear(correction)
    assert (await register.told()).count("case.opened") == 1
    assert (await register.only("duplicate.linked"))["submission_id"] == str(correction.submission_id)
