"""A deletion that a rule holds back: the child is on the roll until it is answered, and somebody looks when nobody answers."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from cme_contracts.codes import Factor
from cme_contracts.codes_intake import ChallengeState, Ground, WithdrawalReason
from cme_contracts.referrals import PupilDeleted, SubmissionChallenged, SubmissionWithdrawn
from tests.register.integration.county import GWILYM, IMOGEN, Register
from tests.register.integration.desk import Desk
from tests.register.invented import SCHOOL, addition, child, deletion, referral

FRIDAY = datetime(2026, 11, 20, 10, tzinfo=UTC)
MONDAY = datetime(2026, 11, 30, 9, tzinfo=UTC)


def asked(sent: PupilDeleted, rule: str, held: bool, at: datetime | None = None) -> SubmissionChallenged:
    return SubmissionChallenged(
        submission_id=sent.submission_id,
        first_submission_id=sent.first_submission_id,
        reference=sent.reference,
        received_at=sent.received_at,
        school_urn=SCHOOL,
        rule=rule,
        state=ChallengeState.CHALLENGED if held else ChallengeState.ANSWERED,
        source="SI 2024/208 regulation 9(1)",
        what="What the rule asks.",
        mend="What the school can do.",
        still_on_roll=held,
        decided_at=at or sent.received_at,
    )


async def cases(register: Register) -> list[tuple[str, str | None, str]]:
    rows = await register.db.pool.fetch("SELECT kind, category, status FROM case_file ORDER BY opened_at")
    return [(row["kind"], row["category"], row["status"]) for row in rows]


@pytest.mark.policy("5.2.6")
async def test_a_lost_child_whose_enquiries_nobody_signed_is_an_on_roll_enquiry_and_missing_once_they_are(
    register: Register, desk: Callable[..., Desk]
) -> None:
    """Scenario 13: twenty school days are over on Friday 27 November; the council has not signed."""
    sent = deletion(ground=Ground.I, at=MONDAY, held_by=("joint-enquiries",))
    await register.hear(sent, asked(sent, "joint-enquiries", True))
    assert await cases(register) == [("on_roll_enquiry", None, "open")]
    clock = await register.only("clock.started")
    (shown,) = (await desk().read(f"/v1/cases/{clock['case_id']}"))["submissions"]
    assert (shown["held_by"], shown["superseded_at"]) == (["joint-enquiries"], None)

    await register.hear(asked(sent, "joint-enquiries", False))
    assert await cases(register) == [("cme", "missing", "open")]
    changed = await register.only("category.changed")
    assert (changed["kind"], changed["previous_kind"], changed.get("decided_by")) == ("cme", "on_roll_enquiry", None)
    assert await register.only("clock.started") == clock
    before = await register.told()
    await register.hear(asked(sent, "joint-enquiries", False))
    assert await register.told() == before


@pytest.mark.policy("5.2.6")
@pytest.mark.policy("5.3.2")
async def test_home_education_by_word_of_mouth_opens_nothing_and_somebody_looks_after_five_working_days(
    register: Register,
) -> None:
    """Scenario 8: the parent rings on Friday 20 November."""
    sent = deletion(ground=Ground.F, at=FRIDAY, held_by=("ground-f-writing",))
    await register.hear(sent, asked(sent, "ground-f-writing", True))
    assert await register.told() == ["submission.matched"]
    assert await register.let_pass("2026-11-27T23:59:59+00:00") == 0
    assert await register.let_pass("2026-11-28T00:00:00+00:00") == 1
    assert await cases(register) == [("on_roll_enquiry", None, "open")]
    assert (await register.only("lead-officer.assigned"))["officer_id"] == str(IMOGEN)
    clock = await register.only("clock.started")
    assert (clock["starts_on"], clock["due_on"]) == ("2026-11-28", "2026-12-11")
    opened = await register.only("case.opened")
    assert opened["submission_id"] == str(sent.submission_id)


@pytest.mark.policy("5.3.2")
async def test_a_later_return_that_fits_takes_the_place_of_the_one_that_did_not(register: Register) -> None:
    """Scenario 7: ground f dated the 26th is too early; that of the 30th is not, and there is no case at all."""
    early = deletion(ground=Ground.F, at=datetime(2026, 11, 26, 10, tzinfo=UTC), held_by=("ground-f-stated-day",))
    await register.hear(early)
    await register.hear(deletion(ground=Ground.F, at=MONDAY))
    assert await register.let_pass("2026-12-31T00:00:00+00:00") == 0
    assert await cases(register) == []
    await register.hear(asked(early, "order-in-force", True))  # what is decided of the old one later changes nothing
    assert await register.let_pass("2027-03-01T00:00:00+00:00") == 0
    assert await cases(register) == []


async def test_a_correction_that_fits_makes_a_lost_child_missing(register: Register) -> None:
    early = deletion(ground=Ground.H, held_by=("ground-h-days", "joint-enquiries"))
    await register.hear(early)
    assert await cases(register) == [("on_roll_enquiry", None, "open")]
    await register.hear(deletion(ground=Ground.G, first=early.first_submission_id, at=MONDAY))
    assert await cases(register) == [("cme", "missing", "open")]


@pytest.mark.policy("5.2.6")
async def test_an_order_that_is_recorded_later_puts_the_child_back_on_the_roll_and_its_end_takes_them_off(
    register: Register,
) -> None:
    sent = deletion(ground=Ground.C)
    await register.hear(sent, asked(sent, "order-in-force", False))
    assert await cases(register) == [("cme", "missing", "open")]
    await register.hear(asked(sent, "order-in-force", True))
    assert await cases(register) == [("on_roll_enquiry", None, "open")]
    await register.hear(asked(sent, "order-in-force", False))
    assert await cases(register) == [("cme", "missing", "open")]


async def test_a_child_whom_somebody_else_reports_too_stays_missing(register: Register) -> None:
    sent = deletion(ground=Ground.C)
    await register.hear(sent, referral(child()), asked(sent, "order-in-force", True))
    assert await cases(register) == [("cme", "missing", "open")]


@pytest.mark.policy("5.3.3")
async def test_every_rule_must_let_go(register: Register) -> None:
    """Scenario 10 at a special school, with an order besides; the destination is known, so no case follows."""
    sent = deletion(ground=Ground.A, known=True, at=FRIDAY, held_by=("special-school-consent",))
    await register.hear(sent, asked(sent, "order-in-force", True), asked(sent, "special-school-consent", False))
    assert await register.db.pool.fetchval("SELECT held_by FROM submission") == ["order-in-force"]
    await register.hear(asked(sent, "order-in-force", False))
    assert await register.let_pass("2026-12-31T00:00:00+00:00") == 0
    assert await cases(register) == []


async def test_what_was_taken_back_is_not_watched(register: Register) -> None:
    sent = deletion(ground=Ground.F, at=FRIDAY, held_by=("ground-f-writing",))
    gone = SubmissionWithdrawn(
        submission_id=sent.submission_id,
        first_submission_id=sent.first_submission_id,
        reference=sent.reference,
        received_at=FRIDAY,
        reason=WithdrawalReason.NAME_NOT_DELETED,
        withdrawn_at=FRIDAY,
    )
    await register.hear(sent, gone)
    assert await register.let_pass("2026-12-31T00:00:00+00:00") == 0
    assert await cases(register) == []


async def test_a_watch_ends_quietly_where_somebody_has_the_child_already(register: Register) -> None:
    sent = deletion(ground=Ground.F, at=FRIDAY, held_by=("ground-f-writing",))
    await register.hear(sent, referral(child(), at=MONDAY))
    before = await register.told()
    await register.let_pass("2026-11-30T12:00:00+00:00")
    assert await register.told() == before


async def test_a_separation_that_leaves_it_without_a_case_has_it_watched(
    register: Register, desk: Callable[..., Desk]
) -> None:
    await register.hear(referral(child()))
    held = deletion(child("Izzy"), ground=Ground.F, at=FRIDAY, held_by=("ground-f-writing",))
    await register.hear(addition(child("Izzy")))
    isolde, izzy = [one.body["child_id"] for one in await register.said() if one.short == "submission.matched"]
    manager = desk("team_manager", str(GWILYM))
    await manager.do(f"/v1/children/{isolde}/join", absorbed_child_id=izzy)
    await register.hear(held)
    await manager.do(f"/v1/children/{isolde}/separate", restored_child_id=izzy)
    assert await register.db.pool.fetchval("SELECT case_id FROM submission WHERE kind = 'deletion'") is None
    await register.let_pass("2026-11-28T00:00:00+00:00")
    assert len(await cases(register)) == 1
    await register.let_pass("2026-12-01T00:00:00+00:00")
    assert await cases(register) == [("cme", "missing", "open"), ("on_roll_enquiry", None, "open")]


async def teams(register: Register) -> list[tuple[str, str]]:
    return [(one.body["team"], one.body["reason"]) for one in await register.said() if one.short == "child.handed-over"]


@pytest.mark.policy("5.3.2")
async def test_home_education_that_nothing_holds_back_goes_to_its_team_and_opens_no_case(register: Register) -> None:
    """Scenarios 7 and 11: in writing, the stated day has passed; a plan is reviewed by the SEND team."""
    await register.hear(deletion(ground=Ground.F, at=MONDAY, factors=(Factor.EHCP,)))
    assert await teams(register) == [("home_education", "home-education"), ("send", "plan-review")]
    assert await cases(register) == []
    assert (await register.told())[0] == "submission.matched"


@pytest.mark.policy("5.3.3")
async def test_a_special_school_without_consent_is_told_to_those_who_must_settle_it_and_home_education_only_then(
    register: Register,
) -> None:
    """Scenario 10: on 25 November nobody has consented."""
    sent = deletion(ground=Ground.F, at=datetime(2026, 11, 25, 9, tzinfo=UTC), held_by=("special-school-consent",))
    await register.hear(sent)
    assert await teams(register) == []
    for _ in range(2):
        await register.hear(asked(sent, "special-school-consent", True))
    assert await teams(register) == [("send", "special-school-consent"), ("legal", "special-school-consent")]
    assert await cases(register) == []
    await register.hear(asked(sent, "special-school-consent", False))
    assert (await teams(register))[2:] == [("home_education", "home-education")]
    assert await register.let_pass("2026-12-31T00:00:00+00:00") == 0


@pytest.mark.policy("5.2.6")
async def test_an_order_that_names_the_school_is_told_to_the_order_officer(register: Register) -> None:
    """Scenario 12."""
    sent = deletion(ground=Ground.A, known=True)
    await register.hear(sent, asked(sent, "order-in-force", True))
    assert await teams(register) == [("attendance_orders", "order-in-force")]
    assert await cases(register) == []


@pytest.mark.parametrize(("ground", "expected"), [(Ground.L, [("post_16", "school-leaver")]), (Ground.K, [])])
async def test_a_school_leaver_goes_to_the_post_16_team_and_a_death_to_nobody(
    register: Register, ground: Ground, expected: list[tuple[str, str]]
) -> None:
    await register.hear(deletion(ground=ground, factors=(Factor.EHCP,) if ground is Ground.K else ()))
    assert await teams(register) == expected
    assert await cases(register) == []
