"""Two facts about one child at the same moment."""

import asyncio
from collections.abc import Sequence
from uuid import uuid4

from cme_contracts.base import Event
from cme_contracts.codes import Factor
from cme_contracts.safeguarding import CaseConsidered, ConcernRaised, EscalatedToSocialCare
from cme_safeguarding.application.escalate import Referral, escalate
from cme_safeguarding.domain.errors import AlreadyEscalated
from cme_safeguarding.domain.escalation import Consent, Terms
from tests.safeguarding.integration.test_escalating import OFFICER, open_case
from tests.safeguarding.support import PRACTICE, Safeguarding, Someone, record, written


async def test_the_concern_and_the_case_heard_side_by_side_raise_and_escalate_once(safeguarding: Safeguarding) -> None:
    """The two streams have a loop each; a child's facts from both meet in the database only."""
    people = [(Someone(), uuid4()) for _ in range(8)]
    lanes: list[list[Event]] = [
        [child.concern(Factor.CHILD_PROTECTION_PLAN, submission=submission) for child, submission in people],
        [
            event
            for child, submission in people
            for event in (child.matched(submission), child.opened(submission, Factor.CHILD_PROTECTION_PLAN))
        ],
    ]

    await asyncio.gather(*(safeguarding.hear(*lane) for lane in lanes))

    types = await safeguarding.types()
    assert types.count(CaseConsidered.type) == 16
    assert types.count(ConcernRaised.type) == 8
    assert types.count(EscalatedToSocialCare.type) == 8


async def test_batches_that_meet_the_same_children_in_opposite_order_settle_all_the_same(
    safeguarding: Safeguarding,
) -> None:
    """PostgreSQL breaks the knot; the batch that gave way is taken again, with fewer."""
    people = [(Someone(), uuid4()) for _ in range(12)]
    for child, submission in people:
        await safeguarding.hear(child.matched(submission))
    concerns = [child.concern(Factor.SECTION_47, submission=submission) for child, submission in people]
    cases = [child.opened(submission, Factor.SECTION_47) for child, submission in reversed(people)]

    async def hear_together(events: Sequence[Event]) -> None:
        written_down = await written(safeguarding.db.pool, *events)
        await safeguarding.consumer.take([record(one, 100 + n) for n, one in enumerate(written_down)])

    await asyncio.gather(hear_together(concerns), hear_together(cases))

    types = await safeguarding.types()
    assert types.count(CaseConsidered.type) == 24
    assert types.count(ConcernRaised.type) == types.count(EscalatedToSocialCare.type) == 12
    assert await safeguarding.db.pool.fetchval("SELECT count(*) FROM parked") == 0


async def test_two_officers_escalate_at_once_and_one_escalation_is_made(safeguarding: Safeguarding) -> None:
    child = await open_case(safeguarding)
    ready = asyncio.Barrier(5)

    async def escalate_together() -> Referral:
        async with safeguarding.db.transaction() as tx:
            await ready.wait()  # every transaction has begun
            return await escalate(
                tx,
                PRACTICE,
                id=uuid4(),
                case_id=child.case_id,
                factors=frozenset({"trafficking"}),
                terms=Terms(Consent.GIVEN),
                by=OFFICER,
                now=safeguarding.clock.now(),
            )

    answers = await asyncio.gather(*(escalate_together() for _ in range(5)), return_exceptions=True)

    assert sum(isinstance(answer, AlreadyEscalated) for answer in answers) == 4
    assert len(await safeguarding.said(EscalatedToSocialCare)) == 1
