"""Two facts about one child at the same moment."""

import asyncio
from uuid import uuid4

from cme_contracts.codes import Factor
from cme_contracts.safeguarding import CaseConsidered, ConcernRaised, EscalatedToSocialCare
from tests.safeguarding.support import Safeguarding, Someone


async def test_the_concern_and_the_case_heard_side_by_side_raise_and_escalate_once(safeguarding: Safeguarding) -> None:
    """The two streams have a loop each; a child's facts from both meet in the database only."""
    people = [(Someone(), uuid4()) for _ in range(8)]
    lanes = [
        [child.concern(Factor.CHILD_PROTECTION_PLAN, submission=submission) for child, submission in people],
        [
            event
            for child, submission in people
            for event in (child.matched(submission), child.opened(submission, Factor.CHILD_PROTECTION_PLAN))
        ],
    ]

    async def hear(events: list[object]) -> None:
        for event in events:
            await safeguarding.hear(event)  # type: ignore[arg-type]  # lists of several event types

    await asyncio.gather(*(hear(list(lane)) for lane in lanes))

    types = await safeguarding.types()
    assert types.count(CaseConsidered.type) == 16
    assert types.count(ConcernRaised.type) == 8
    assert types.count(EscalatedToSocialCare.type) == 8


async def test_two_officers_escalate_at_once_and_one_escalation_is_made(safeguarding: Safeguarding) -> None:
    from cme_safeguarding.domain.errors import AlreadyEscalated
    from tests.safeguarding.integration.test_escalating import by_officer, open_case

    child = await open_case(safeguarding)
    answers = await asyncio.gather(
        *(by_officer(safeguarding, child.case_id, "trafficking") for _ in range(5)), return_exceptions=True
    )

    assert sum(isinstance(answer, AlreadyEscalated) for answer in answers) == 4
    assert len(await safeguarding.said(EscalatedToSocialCare)) == 1
