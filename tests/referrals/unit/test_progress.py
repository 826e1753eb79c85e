"""What a referrer sees of what became of it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from cme_referrals.domain.progress import Progress, Stage

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
