"""Every case is considered, whatever comes first."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from cme_contracts.codes import (
    CaseKind,
    Category,
    Factor,
    Team,
)
from cme_contracts.register_status import CsaCeased
from cme_contracts.safeguarding import CaseConsidered, ConcernRaised, EscalatedToSocialCare
from tests.safeguarding.support import Safeguarding, Someone


@pytest.mark.policy("9.1")
@pytest.mark.policy("5.1.8")
async def test_a_case_without_any_factor_is_considered_all_the_same(safeguarding: Safeguarding) -> None:
    child, submission = Someone(), uuid4()
    _, opened = await safeguarding.hear(
        child.matched(submission), child.opened(submission, category=Category.WITHOUT_SCHOOL_PLACE)
    )

    [considered] = await safeguarding.said()
    assert considered["type"] == CaseConsidered.type
    assert considered["recommendation"] == "no_concern_seen"
    assert considered["factors"] == []
    assert (considered["child_id"], considered["case_id"]) == (str(child.child_id), str(child.case_id))
    assert considered["prompted_by"] == "cme.case.opened.v1"
    assert considered["cause"] == dict(opened.headers)["ce_id"].decode()


@pytest.mark.policy("9.1")
async def test_a_child_whose_whereabouts_nobody_knows_goes_before_a_person_and_alerts_nobody(
    safeguarding: Safeguarding,
) -> None:
    child, submission = Someone(), uuid4()
    await safeguarding.hear(child.matched(submission), child.opened(submission))

    [considered] = await safeguarding.said()
    assert considered["recommendation"] == "consider"
    assert considered["factors"] == ["whereabouts_unknown"]


@pytest.mark.policy("9.2")
@pytest.mark.parametrize("concern_first", [True, False])
async def test_a_reported_concern_is_raised_once_whether_it_or_the_case_is_heard_first(
    safeguarding: Safeguarding, *, concern_first: bool
) -> None:
    child, submission = Someone(), uuid4()
    concern = child.concern(Factor.EXPLOITATION, submission=submission)
    register = [child.matched(submission), child.opened(submission, Factor.EXPLOITATION)]
    await safeguarding.hear(*([concern, *register] if concern_first else [*register, concern]))

    types = await safeguarding.types()
    assert types.count(CaseConsidered.type) == 2
    assert types.count(ConcernRaised.type) == 1
    assert EscalatedToSocialCare.type not in types
    [raised] = await safeguarding.said(ConcernRaised)
    assert raised["factors"] == ["exploitation"]
    assert raised["rule"] == "exploitation@2024-08-19"
    if concern_first:
        assert (raised["first_submission_id"], raised["child_id"]) == (str(submission), None)
    else:
        assert (raised["first_submission_id"], raised["child_id"]) == (None, str(child.child_id))
    last = (await safeguarding.said(CaseConsidered))[-1]
    assert last["child_id"] == str(child.child_id)
    assert last["factors"] == ["exploitation", "whereabouts_unknown"]


async def test_a_second_referral_is_considered_where_it_says_something_new(safeguarding: Safeguarding) -> None:
    child, first, second, third = Someone(), uuid4(), uuid4(), uuid4()
    await safeguarding.hear(
        child.matched(first),
        child.opened(first, Factor.EHCP),
        child.matched(second),
        child.duplicate(second, Factor.EHCP),
        child.matched(third),
        child.duplicate(third, Factor.DOMESTIC_ABUSE),
    )

    assert [one["prompted_by"] for one in await safeguarding.said(CaseConsidered)] == [
        "cme.case.opened.v1",
        "cme.duplicate.linked.v1",
    ]
    [raised] = await safeguarding.said(ConcernRaised)
    assert raised["factors"] == ["domestic_abuse"]


@pytest.mark.parametrize("concern_first", [True, False])
async def test_a_second_referral_with_a_concern_is_considered_the_same_in_either_order(
    safeguarding: Safeguarding, *, concern_first: bool
) -> None:
    child, first, second = Someone(), uuid4(), uuid4()
    await safeguarding.hear(child.matched(first), child.opened(first))
    linked = [child.matched(second), child.duplicate(second, Factor.FGM)]
    concern = child.concern(Factor.FGM, submission=second)
    await safeguarding.hear(*([concern, *linked] if concern_first else [*linked, concern]))

    assert len(await safeguarding.said(CaseConsidered)) == 3
    assert len(await safeguarding.said(ConcernRaised)) == 1


async def test_a_case_that_becomes_missing_is_considered_again(safeguarding: Safeguarding) -> None:
    child, submission = Someone(), uuid4()
    await safeguarding.hear(
        child.matched(submission),
        child.opened(submission, kind=CaseKind.ON_ROLL_ENQUIRY, category=None),
        child.category(CaseKind.CME, Category.WITHOUT_SCHOOL_PLACE),
        child.category(CaseKind.CME, Category.MISSING),
    )

    considered = await safeguarding.said(CaseConsidered)
    assert [one["factors"] for one in considered] == [[], ["whereabouts_unknown"]]


async def test_where_a_child_is_is_no_longer_unknown_once_they_are_found(safeguarding: Safeguarding) -> None:
    child, first, second = Someone(), uuid4(), uuid4()
    await safeguarding.hear(
        child.matched(first),
        child.opened(first),
        child.located(),
        child.matched(second),
        child.duplicate(second, Factor.EHCP),
    )

    assert [one["factors"] for one in await safeguarding.said(CaseConsidered)] == [["whereabouts_unknown"], ["ehcp"]]


@pytest.mark.policy("7.5")
async def test_a_breached_deadline_goes_before_safeguarding_and_escalates_nothing(safeguarding: Safeguarding) -> None:
    """Scenario 27: due Monday 7 December, breached at midnight."""
    child, submission = Someone(), uuid4()
    await safeguarding.hear(child.matched(submission), child.opened(submission), child.breached())

    first, second = await safeguarding.said()
    assert first["type"] == second["type"] == CaseConsidered.type
    assert second["prompted_by"] == "cme.deadline.breached.v1"
    assert second["factors"] == ["deadline_breached", "whereabouts_unknown"]
    assert second["recommendation"] == "consider"


async def test_a_clock_that_runs_out_after_the_closing_is_no_matter_of_safeguarding(safeguarding: Safeguarding) -> None:
    child, submission = Someone(), uuid4()
    await safeguarding.hear(
        child.matched(submission), child.opened(submission), child.closed([submission]), child.breached("OUTCOME")
    )

    assert len(await safeguarding.said()) == 1


@pytest.mark.parametrize("clock", ["INIT-10", "OUTCOME"])
async def test_a_breach_of_a_case_that_is_closed_is_not_true_of_the_childs_next_case(
    safeguarding: Safeguarding, clock: str
) -> None:
    child, first, second = Someone(), uuid4(), uuid4()
    await safeguarding.hear(child.matched(first), child.opened(first, category=Category.WITHOUT_SCHOOL_PLACE))
    breached, closed = child.breached(clock), child.closed([first])
    await safeguarding.hear(*([breached, closed] if clock == "INIT-10" else [closed, breached]))
    child.case_id = uuid4()
    await safeguarding.hear(child.matched(second), child.opened(second, category=Category.WITHOUT_SCHOOL_PLACE))

    last = (await safeguarding.said(CaseConsidered))[-1]
    assert (last["factors"], last["recommendation"]) == ([], "no_concern_seen")


@pytest.mark.policy("9.1")
@pytest.mark.parametrize("closing_first", [True, False])
async def test_a_case_that_is_open_again_is_considered_again_and_so_is_what_it_misses(
    safeguarding: Safeguarding, *, closing_first: bool
) -> None:
    """Found and closed; then she never came to the new school (scenario 28). After a join the closing may be heard last."""
    child, submission = Someone(), uuid4()
    await safeguarding.hear(
        child.matched(submission), child.opened(submission, category=Category.WITHOUT_SCHOOL_PLACE), child.located()
    )
    closed, reopened = child.closed([submission]), child.reopened()
    await safeguarding.hear(*([closed, reopened] if closing_first else [reopened, closed]))
    [_, again] = await safeguarding.said(CaseConsidered)
    assert (again["prompted_by"], again["case_id"]) == ("cme.case.reopened.v1", str(child.case_id))
    assert again["factors"] == ["whereabouts_unknown"]

    await safeguarding.hear(child.breached())
    assert (await safeguarding.said(CaseConsidered))[-1]["factors"] == ["deadline_breached", "whereabouts_unknown"]
    await safeguarding.hear(child.closed([submission], repeat=1), child.breached("OUTCOME"))
    assert len(await safeguarding.said(CaseConsidered)) == 3, "closed for good"


async def test_the_same_event_twice_is_considered_once(safeguarding: Safeguarding) -> None:
    child, submission = Someone(), uuid4()
    _, opened = await safeguarding.hear(child.matched(submission), child.opened(submission, Factor.SECTION_47))
    before = await safeguarding.types()
    await safeguarding.consumer.take([opened])  # as after a rebalance

    assert await safeguarding.types() == before
    assert before == [CaseConsidered.type, ConcernRaised.type, EscalatedToSocialCare.type]


async def test_what_is_said_again_after_the_closing_alerts_afresh(safeguarding: Safeguarding) -> None:
    child, first, second = Someone(), uuid4(), uuid4()
    await safeguarding.hear(child.matched(first), child.opened(first, Factor.TRAFFICKING), child.closed([first]))
    child.case_id = uuid4()
    await safeguarding.hear(child.matched(second), child.opened(second, Factor.TRAFFICKING))

    assert len(await safeguarding.said(ConcernRaised)) == 2


@pytest.mark.policy("9.2")
@pytest.mark.parametrize("concern_first", [True, False])
async def test_a_second_referral_that_says_again_what_a_closing_answered_alerts_in_either_order(
    safeguarding: Safeguarding, *, concern_first: bool
) -> None:
    child, first, second, third = Someone(), uuid4(), uuid4(), uuid4()
    await safeguarding.hear(
        child.matched(first),
        child.opened(first, Factor.IMMEDIATE_DANGER, category=Category.WITHOUT_SCHOOL_PLACE),
        child.closed([first]),
    )
    child.case_id = uuid4()
    await safeguarding.hear(child.matched(second), child.opened(second, category=Category.WITHOUT_SCHOOL_PLACE))
    linked = [child.matched(third), child.duplicate(third, Factor.IMMEDIATE_DANGER)]
    concern = child.concern(Factor.IMMEDIATE_DANGER, submission=third)
    await safeguarding.hear(*([concern, *linked] if concern_first else [*linked, concern]))

    assert len(await safeguarding.said(ConcernRaised)) == 2
    assert len(await safeguarding.said(CaseConsidered)) == 4


async def test_facts_of_a_case_may_come_before_its_opening(safeguarding: Safeguarding) -> None:
    """After two records are joined a case's facts travel on another key, and may overtake."""
    child, submission = Someone(), uuid4()
    matched, opened = child.matched(submission), child.opened(submission)
    breached, closed = child.breached(), child.closed([submission])
    await safeguarding.hear(breached, closed, matched, opened)

    considered = await safeguarding.said(CaseConsidered)
    assert [one["prompted_by"] for one in considered] == ["cme.deadline.breached.v1", "cme.case.opened.v1"]
    assert {one["child_id"] for one in considered} == {str(child.child_id)}


async def test_the_reported_child_is_kept_sealed(safeguarding: Safeguarding) -> None:
    child, submission = Someone(), uuid4()
    await safeguarding.hear(child.concern(Factor.FGM, submission=submission))

    row = await safeguarding.db.pool.fetchrow("SELECT kid, sealed FROM reported_child")
    assert row is not None
    assert row["kid"] == "k1"
    assert b"Quillfeather" not in row["sealed"]
    async with safeguarding.db.transaction() as tx:
        [(id_, _, opened)] = await tx.submissions.reported_children([submission])
    assert id_ == submission
    assert opened is not None
    assert opened.surname == "Quillfeather"


@pytest.mark.policy("9.1")
async def test_what_is_in_hand_goes_on_when_compulsory_school_age_ends(safeguarding: Safeguarding) -> None:
    child, submission = Someone(), uuid4()
    await safeguarding.hear(child.matched(submission), child.opened(submission, Factor.IMMEDIATE_DANGER))
    [escalated] = await safeguarding.said(EscalatedToSocialCare)
    ends = datetime(2027, 6, 25, 23, tzinfo=UTC)
    ceased = CsaCeased(
        child_id=child.child_id, case_id=child.case_id, last_day=date(2027, 6, 25), team=Team.POST_16,
        check_leaving_date=False, ceased_at=ends,
    )  # fmt: skip
    await safeguarding.hear(ceased)
    rows = await safeguarding.db.pool.fetch("SELECT what, detail FROM chronology WHERE at = $1 ORDER BY id", ends)
    assert [row["what"] for row in rows] == ["school_age_ceased", "goes_on_after_school_age"]
    assert rows[1]["detail"]["escalation_id"] == escalated["escalation_id"]
    assert rows[1]["detail"]["team"] == "post_16"
