"""Business time is the time of day, or that plus an offset somebody steers. It never goes back."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cme_timers import SteeredClock, SystemClock, business_clock

DAY = timedelta(days=1)


@pytest.fixture
def steering(tmp_path):
    path = tmp_path / "business time.json"

    def steer(text: str) -> None:
        written = path.with_suffix(".new")
        written.write_text(text)
        written.replace(path)

    steer.path = path
    return steer


def offset(days: float) -> str:
    return json.dumps({"offset_seconds": days * 86400.0})


def ahead(clock) -> timedelta:
    """How far the clock is ahead of the time of day, to the minute below."""
    return clock.now() - datetime.now(UTC) + timedelta(minutes=1)


def test_a_service_with_no_file_to_steer_by_runs_on_the_time_of_day():
    clock = business_clock(None)
    assert isinstance(clock, SystemClock)
    before = datetime.now(UTC)
    assert before <= clock.now() <= datetime.now(UTC)


def test_a_missing_file_means_no_offset(steering):
    assert ahead(business_clock(steering.path)) < DAY


def test_a_new_offset_is_seen_at_once(steering):
    clock = SteeredClock(steering.path)
    for days in (1, 10, 10.5):
        steering(offset(days))
        assert timedelta(days=days) <= ahead(clock) < timedelta(days=days) + DAY


def test_business_time_does_not_go_back(steering):
    clock = SteeredClock(steering.path)
    steering(offset(10))
    latest = clock.now()
    for less in (steering.path.unlink, lambda: steering(offset(3)), lambda: steering(offset(-3))):
        less()
        assert clock.now() >= latest
        latest = clock.now()


@pytest.mark.parametrize(
    "broken",
    ["", "{", "[]", "{}", '{"offset_seconds": "soon"}', '{"offset_seconds": 1e300}', '{"offset_seconds": NaN}'],
)
def test_a_file_that_cannot_be_read_keeps_the_last_offset(steering, broken):
    clock = SteeredClock(steering.path)
    steering(offset(2))
    clock.now()
    steering(broken)
    assert timedelta(days=2) <= ahead(clock) < timedelta(days=3)
    steering(offset(4))
    assert ahead(clock) >= timedelta(days=4)


@given(offsets=st.lists(st.floats(-10, 10), max_size=8))
def test_whatever_the_steering_time_only_moves_forward(tmp_path_factory, offsets):
    path = tmp_path_factory.mktemp("clock") / "time.json"
    clock, seen = SteeredClock(path), []
    for days in offsets:
        (new := path.with_suffix(".new")).write_text(offset(days))
        new.replace(path)
        seen.append(clock.now())
    assert seen == sorted(seen)
    assert all(instant.tzinfo is not None for instant in seen)
