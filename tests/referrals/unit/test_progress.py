"""What a referrer sees of what became of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cme_referrals.domain.progress import Holder, Progress, Stage

T = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("known", "stage"),
    [
        ({}, Stage.RECEIVED),
        ({"on_register_at": T}, Stage.ON_THE_REGISTER),
        ({"on_register_at": T, "investigated_since": T}, Stage.UNDER_INVESTIGATION),
        ({"on_register_at": T, "investigated_since": T, "closed_at": T}, Stage.CLOSED),
        ({"on_register_at": T, "investigated_since": T, "closed_at": T, "informed_at": T}, Stage.REFERRER_INFORMED),
        ({"informed_at": T}, Stage.REFERRER_INFORMED),  # heard from another topic, before the rest
    ],
)
@pytest.mark.policy("7.3")
def test_the_furthest_stage_that_is_known_is_shown(known: dict[str, Any], stage: Stage) -> None:
    assert Progress(received_at=T, **known).stage is stage


@pytest.mark.policy("7.3")
@pytest.mark.parametrize("kind", ["school", "health", "social_care", "police", "other_authority"])
def test_a_professional_learns_the_outcome(kind: str) -> None:
    assert Progress(received_at=T, closed_at=T, outcome="on_roll_elsewhere").outcome_for(kind) == "on_roll_elsewhere"


@pytest.mark.policy("10.3")
@pytest.mark.parametrize("kind", ["parent", "public", "housing", "unknown"])
def test_whoever_the_family_may_have_left_learns_that_it_is_closed_and_no_more(kind: str) -> None:
    closed = Progress(received_at=T, closed_at=T, outcome="on_roll_elsewhere")
    assert closed.stage is Stage.CLOSED
    assert closed.outcome_for(kind) is None


def test_nobody_reads_of_a_death_on_a_page() -> None:
    assert Progress(received_at=T, closed_at=T, outcome="deceased").outcome_for("school") is None


WORKED_ON: dict[str, Any] = {"received_at": T, "on_register_at": T, "investigated_since": T}
LATER = T + timedelta(days=1)
LATEST = T + timedelta(days=2)


@pytest.mark.policy("7.3")
def test_what_was_told_of_an_end_that_was_undone_is_not_told_of_the_next() -> None:
    again = Progress(**WORKED_ON, reopened_at=LATER, informed_at=T)
    assert (again.stage, again.told_at, again.with_whom) == (Stage.UNDER_INVESTIGATION, None, Holder.LEAD_OFFICER)
    ended = Progress(**WORKED_ON, reopened_at=LATER, closed_at=LATEST, informed_at=T)
    assert (ended.stage, ended.told_at) == (Stage.CLOSED, None)
    told = Progress(**WORKED_ON, reopened_at=LATER, closed_at=LATEST, informed_at=LATEST)
    assert (told.stage, told.told_at) == (Stage.REFERRER_INFORMED, LATEST)


def test_a_case_on_review_is_still_somebodys_until_it_is_worked_on_again() -> None:
    resting = Progress(**WORKED_ON, on_review_since=LATER)
    assert (resting.stage, resting.with_whom) == (Stage.ON_REVIEW, Holder.LEAD_OFFICER)
    assert Progress(**WORKED_ON, on_review_since=LATER, woken_at=T).stage is Stage.ON_REVIEW
    assert Progress(**WORKED_ON, on_review_since=LATER, woken_at=LATEST).stage is Stage.UNDER_INVESTIGATION
    assert Progress(**WORKED_ON, on_review_since=LATER, closed_at=LATEST).stage is Stage.CLOSED


def test_without_a_lead_officer_whoever_asks_is_to_ask_for_the_team() -> None:
    assert Progress(**WORKED_ON, with_team_since=LATER).with_whom is Holder.CME_TEAM
