"""What intake asks of a deletion return stands with the case; the case stays what it is."""

import pytest

from cme_contracts.codes_intake import ChallengeState
from cme_contracts.referrals import PupilDeleted, SubmissionChallenged
from tests.register.integration.county import Register
from tests.register.invented import SCHOOL, deletion


def challenged(sent: PupilDeleted, state: ChallengeState = ChallengeState.CHALLENGED) -> SubmissionChallenged:
    return SubmissionChallenged(
        submission_id=sent.submission_id,
        first_submission_id=sent.first_submission_id,
        reference=sent.reference,
        received_at=sent.received_at,
        school_urn=SCHOOL,
        rule="retrospective",
        state=state,
        source="SI 2024/208 regulations 9 and 13",
        what="A name is deleted from the day on which it is deleted.",
        mend="Say on which day it was.",
        decided_at=sent.received_at,
    )


@pytest.mark.policy("5.2.6")
async def test_a_challenge_and_its_answer_stand_in_the_chronology_and_close_nothing(register: Register) -> None:
    sent = deletion()
    await register.hear(sent, challenged(sent))
    case_id = (await register.only("case.opened"))["case_id"]
    before = await register.told()
    await register.hear(challenged(sent, ChallengeState.ANSWERED))
    assert await register.told() == before
    rows = await register.db.pool.fetch(
        "SELECT subject, detail FROM chronology WHERE what = 'cme.submission.challenged.v1' ORDER BY id"
    )
    assert [(str(row["subject"]), row["detail"]["state"]) for row in rows] == [
        (case_id, "challenged"), (case_id, "answered")
    ]  # fmt: skip
    assert await register.db.pool.fetchval("SELECT status FROM case_file") == "open"


async def test_one_that_belongs_to_no_case_is_noted_with_its_chain(register: Register) -> None:
    sent = deletion(known=True)
    await register.hear(sent, challenged(sent))
    subject = await register.db.pool.fetchval("SELECT subject FROM chronology WHERE what LIKE '%challenged%'")
    assert subject == sent.first_submission_id
