"""Which step of a school place may follow which."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cme_register.application.placing import EVENTS
from cme_register.domain.placement import (
    AFTER,
    AT_A_SCHOOL,
    FIRST,
    Placement,
    SchoolNotNamed,
    Step,
    StepDoesNotFit,
    StepTooEarly,
    Taken,
)

MONDAY = date(2027, 1, 11)
SCHOOL = "999101"


def place(school: str | None = SCHOOL) -> Placement:
    return Placement(id=UUID(int=1), record_id=UUID(int=2), school_urn=school)


def taken(step: Step, day: int = 0) -> Taken:
    return Taken(step=step, on=MONDAY + timedelta(days=day), recorded_at=datetime(2027, 1, 25, tzinfo=UTC))


def walk(*steps: Step, school: str | None = SCHOOL) -> Placement:
    found = place(school)
    for day, step in enumerate(steps):
        found.take(taken(step, day))
    return found


@pytest.mark.parametrize(
    "steps",
    [
        (Step.APPLIED, Step.OFFERED, Step.START_EXPECTED, Step.STARTED),
        (Step.APPLIED, Step.REFUSED, Step.FAIR_ACCESS_REFERRED, Step.SCHOOL_IDENTIFIED, Step.START_EXPECTED, Step.NO_SHOW),
        (Step.APPLIED, Step.OFFERED, Step.STARTED, Step.NO_SHOW, Step.START_EXPECTED, Step.STARTED),
        (Step.FAIR_ACCESS_REFERRED, Step.WITHDRAWN),
    ],
)  # fmt: skip
def test_these_are_ways_of_a_place(steps: tuple[Step, ...]) -> None:
    assert walk(*steps).stands is steps[-1]


@given(st.lists(st.sampled_from(Step), max_size=8))
def test_whatever_is_asked_a_place_goes_only_where_the_table_lets_it(steps: list[Step]) -> None:
    found = place()
    for day, step in enumerate(steps):
        allowed = FIRST if found.stands is None else AFTER[found.stands]
        before = list(found.steps)
        try:
            found.take(taken(step, day))
            assert step in allowed
        except StepDoesNotFit:
            assert step not in allowed
            assert found.steps == before


@pytest.mark.parametrize("step", sorted(AT_A_SCHOOL - {Step.STARTED, Step.START_EXPECTED, Step.NO_SHOW}))
def test_a_place_is_at_a_school_that_is_named(step: Step) -> None:
    found = walk(Step.FAIR_ACCESS_REFERRED, school=None)
    with pytest.raises(SchoolNotNamed):
        found.take(taken(step, 1))
    found.take(taken(step, 1), school_urn=SCHOOL, school_la="999")
    assert (found.school_urn, found.school_la) == (SCHOOL, "999")


def test_a_step_lies_not_before_the_one_it_follows() -> None:
    found = walk(Step.APPLIED, Step.OFFERED)
    with pytest.raises(StepTooEarly):
        found.take(taken(Step.START_EXPECTED, 0))


def test_every_step_has_its_event_and_what_may_follow_it() -> None:
    assert set(EVENTS) == set(AFTER) == set(Step)
