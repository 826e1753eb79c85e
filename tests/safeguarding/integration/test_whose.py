"""What is kept follows the child: matched, joined, separated, there and back."""

from uuid import UUID, uuid4

import pytest

from cme_contracts.codes import Factor
from cme_contracts.safeguarding import CaseConsidered, ConcernRaised, EscalatedToSocialCare
from cme_safeguarding.application import read
from cme_safeguarding.application.veiling import Reader
from tests.safeguarding.support import Safeguarding, Someone, joined, separated


async def told(safeguarding: Safeguarding, child_id: UUID) -> list[str]:
    async with safeguarding.db.transaction() as tx:
        file = await tx.files.of_child(child_id)
        return [line["what"] for line in await tx.chronology.read(file.subjects)] if file else []


async def waiting(safeguarding: Safeguarding, child_id: UUID) -> int:
    async with safeguarding.db.transaction() as tx:
        found = await read.considerations(
            tx,
            Reader("test", sees_restricted=True, types=()),
            case_id=None,
            child_id=child_id,
            undecided=True,
            after=None,
            limit=100,
        )
        return len(found)


async def test_what_was_reported_before_the_match_is_the_childs_after_it(safeguarding: Safeguarding) -> None:
    child, submission = Someone(), uuid4()
    await safeguarding.hear(child.concern(Factor.SECTION_47, submission=submission))
    assert await told(safeguarding, child.child_id) == []

    await safeguarding.hear(child.matched(submission))
    assert await told(safeguarding, child.child_id) == [
        "considered", "concern_raised", "escalated", "concern_reported", "matched",
    ]  # fmt: skip
    assert await waiting(safeguarding, child.child_id) == 1


async def test_two_records_are_joined_and_separated_again(safeguarding: Safeguarding) -> None:
    one, other = Someone(), Someone()
    first, second = uuid4(), uuid4()
    await safeguarding.hear(
        one.matched(first),
        one.opened(first, Factor.FGM),
        other.concern(Factor.SECTION_47, submission=second),
        other.matched(second),
        other.opened(second, Factor.SECTION_47),
    )
    before = {someone.child_id: await told(safeguarding, someone.child_id) for someone in (one, other)}

    await safeguarding.hear(joined(one, other))
    assert await told(safeguarding, other.child_id) == []
    assert sorted(await told(safeguarding, one.child_id)) == sorted(before[one.child_id] + before[other.child_id])
    assert await waiting(safeguarding, one.child_id) == 3
    said = len(await safeguarding.said())

    await safeguarding.hear(separated(one, other, [second]))
    assert {someone.child_id: await told(safeguarding, someone.child_id) for someone in (one, other)} == before
    assert (await waiting(safeguarding, one.child_id), await waiting(safeguarding, other.child_id)) == (1, 2)
    assert len(await safeguarding.said()) == said


async def test_while_they_are_one_child_a_factor_of_either_is_in_hand_for_both(safeguarding: Safeguarding) -> None:
    one, other = Someone(), Someone()
    first, second, third = uuid4(), uuid4(), uuid4()
    await safeguarding.hear(
        one.matched(first),
        one.opened(first),
        other.matched(second),
        other.opened(second, Factor.SECTION_47),
        joined(one, other),
    )
    await safeguarding.hear(one.matched(third), one.duplicate(third, Factor.SECTION_47))
    assert len(await safeguarding.said(ConcernRaised)) == 1
    assert len(await safeguarding.said(EscalatedToSocialCare)) == 1

    await safeguarding.hear(separated(one, other, [second]))
    fourth = uuid4()
    await safeguarding.hear(one.concern(Factor.SECTION_47, submission=fourth), one.matched(fourth))
    await safeguarding.hear(one.duplicate(fourth, Factor.SECTION_47))
    said = await safeguarding.said(EscalatedToSocialCare)
    assert len(said) == 3
    assert said[2]["first_submission_id"] == str(fourth)


@pytest.mark.policy("9.2")
async def test_what_was_in_hand_for_the_wrong_child_alerts_and_acts_once_they_are_separated(
    safeguarding: Safeguarding,
) -> None:
    one, other = Someone(), Someone()
    first, second, third = uuid4(), uuid4(), uuid4()
    await safeguarding.hear(
        one.matched(first),
        one.opened(first),
        other.matched(second),
        other.opened(second, Factor.SECTION_47),
        joined(one, other),
        one.matched(third),
        one.duplicate(third, Factor.SECTION_47),
    )
    before = len(await safeguarding.said())
    await safeguarding.hear(separated(one, other, [second]))

    since = (await safeguarding.said())[before:]
    assert [one["type"] for one in since] == [CaseConsidered.type, ConcernRaised.type, EscalatedToSocialCare.type]
    assert {(said["child_id"], said["case_id"]) for said in since} == {(str(one.child_id), str(one.case_id))}
    assert since[0]["prompted_by"] == "cme.records.separated.v1"
    assert since[2]["factors"] == ["section_47"] and since[2]["to_be_confirmed"]


async def test_what_a_closing_has_answered_is_not_raised_by_a_separation(safeguarding: Safeguarding) -> None:
    one, other = Someone(), Someone()
    first, second = uuid4(), uuid4()
    await safeguarding.hear(one.matched(first), one.opened(first, Factor.SECTION_47), one.closed([first]))
    await safeguarding.hear(other.matched(second), other.opened(second), joined(one, other))
    before = len(await safeguarding.said())
    await safeguarding.hear(separated(one, other, [second]))
    assert len(await safeguarding.said()) == before


async def test_a_report_of_an_absorbed_record_is_the_surviving_childs(safeguarding: Safeguarding) -> None:
    one, other = Someone(), Someone()
    first, second = uuid4(), uuid4()
    await safeguarding.hear(one.matched(first), one.opened(first), joined(one, other))
    await safeguarding.hear(other.matched(second), other.concern(Factor.TRAFFICKING, submission=second))

    [raised] = await safeguarding.said(ConcernRaised)
    assert raised["child_id"] == str(one.child_id)
    assert raised["case_id"] == str(one.case_id)


async def test_who_read_of_a_child_while_two_were_one_is_told_to_both(safeguarding: Safeguarding) -> None:
    one, other = Someone(), Someone()
    first, second = uuid4(), uuid4()
    await safeguarding.hear(
        one.matched(first), one.opened(first), other.matched(second), other.opened(second), joined(one, other)
    )
    async with safeguarding.db.transaction() as tx:
        await read.chronology(tx, Reader("an-officer", sees_restricted=True, types=()), one.child_id)
    await safeguarding.hear(separated(one, other, [second]))

    for someone in (one, other):
        async with safeguarding.db.transaction() as tx:
            found = await read.accesses(tx, "a-manager", someone.child_id, before=None, limit=10)
        assert [(row["who"], row["what"]) for row in found] == [("an-officer", "chronology")]
