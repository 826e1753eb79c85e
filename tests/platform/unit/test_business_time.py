"""Business time moves only when everybody who tells a story waits, to the earliest instant one waits for, and never back."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from deploy.local.business_time import (
    FURTHEST,
    SILENCE,
    TimeMaster,
    TooFar,
    UnknownParticipant,
    read_offset,
    write_offset,
)

START = datetime(2026, 11, 23, 9, tzinfo=UTC)
DAY = timedelta(days=1)


class Clocks:
    """Real time, as the test says."""

    def __init__(self) -> None:
        self.passed = 0.0

    def real(self) -> datetime:
        return START + timedelta(seconds=self.passed)

    def ticks(self) -> float:
        return self.passed


class Rig:
    def __init__(self) -> None:
        self.clocks = Clocks()
        self.saved = [timedelta()]
        self.master = TimeMaster(
            offset=timedelta(), save=self.saved.append, real=self.clocks.real, ticks=self.clocks.ticks
        )


def test_one_story_alone_jumps_at_once() -> None:
    rig = Rig()
    story = rig.master.join()
    turn = rig.master.wait(story, START + 10 * DAY)
    assert rig.master.now() == START + 10 * DAY
    assert not rig.master.is_waiting(story, turn)


def test_time_stands_while_another_story_is_in_the_middle_of_its_steps() -> None:
    rig = Rig()
    one, other = rig.master.join(), rig.master.join()
    turn = rig.master.wait(one, START + 10 * DAY)
    assert rig.master.is_waiting(one, turn)
    assert rig.master.now() == START
    other_turn = rig.master.wait(other, START + 3 * DAY)
    assert rig.master.now() == START + 3 * DAY
    assert not rig.master.is_waiting(other, other_turn)
    assert rig.master.is_waiting(one, turn)


def test_a_story_that_leaves_no_longer_holds_time_up() -> None:
    rig = Rig()
    one, other = rig.master.join(), rig.master.join()
    rig.master.wait(one, START + DAY)
    rig.master.leave(other)
    assert rig.master.now() == START + DAY


def test_a_story_that_died_is_dropped_after_a_minute() -> None:
    rig = Rig()
    one, other = rig.master.join(), rig.master.join()
    turn = rig.master.wait(one, START + DAY)
    rig.clocks.passed = SILENCE - 1
    assert rig.master.is_waiting(one, turn)
    rig.clocks.passed = SILENCE + 1
    assert not rig.master.is_waiting(one, turn)
    with pytest.raises(UnknownParticipant):
        rig.master.wait(other, START + DAY)


def test_a_broken_connection_does_not_end_the_wait_that_replaced_it() -> None:
    rig = Rig()
    one, _busy = rig.master.join(), rig.master.join()
    broken = rig.master.wait(one, START + DAY)
    again = rig.master.wait(one, START + DAY)
    rig.master.give_up(one, broken)
    assert rig.master.is_waiting(one, again)


def test_a_mistyped_century_is_refused() -> None:
    rig = Rig()
    with pytest.raises(TooFar):
        rig.master.wait(rig.master.join(), START + 100 * FURTHEST)
    assert rig.master.now() == START


def test_the_offset_survives_a_restart_and_never_rounds_down(tmp_path: Path) -> None:
    file = tmp_path / "time.json"
    assert read_offset(file) == timedelta()
    write_offset(file, timedelta(days=10, microseconds=1))
    assert timedelta(days=10, microseconds=1) <= read_offset(file) < timedelta(days=10, seconds=1)
    assert not list(tmp_path.glob("*.part"))


class AnyStories(RuleBasedStateMachine):
    """Whatever stories do, in whatever order."""

    participants: Bundle[UUID] = Bundle("participants")

    def __init__(self) -> None:
        super().__init__()
        self.rig = Rig()
        self.latest = START
        self.waiting: dict[UUID, tuple[int, datetime]] = {}
        self.busy: set[UUID] = set()

    @rule(target=participants)
    def join(self) -> UUID:
        participant = self.rig.master.join()
        self.busy.add(participant)
        return participant

    @rule(participant=participants, days=st.integers(-2, 40))
    def wait(self, participant: UUID, days: int) -> None:
        if participant not in self.busy | self.waiting.keys():
            return
        others_busy = self.busy - {participant}
        targets = [until for name, (_, until) in self.waiting.items() if name != participant]
        before, until = self.rig.master.now(), self.rig.master.now() + days * DAY
        turn = self.rig.master.wait(participant, until)
        self.busy.discard(participant)
        self.waiting[participant] = turn, until
        expected = before if others_busy else max(before, min([*targets, until]))
        assert self.rig.master.now() == expected
        self._release()

    @rule(participant=consumes(participants))
    def leave(self, participant: UUID) -> None:
        if participant in self.busy | self.waiting.keys():
            self.rig.master.leave(participant)
            self.busy.discard(participant)
            self.waiting.pop(participant, None)
            self._release()

    @rule(seconds=st.integers(1, 50))
    def real_time_passes(self, seconds: int) -> None:
        before = self.rig.master.now()
        self.rig.clocks.passed += seconds
        for participant in self.busy:  # each says something, so that none is dropped
            self.rig.master.wait(participant, START - DAY)
        if self.busy:
            assert self.rig.master.now() == before + timedelta(seconds=seconds)
        self._release()

    @invariant()
    def time_never_goes_back_and_what_is_saved_only_grows(self) -> None:
        now = self.rig.master.now()
        assert now >= self.latest
        self.latest = now
        assert self.rig.saved == sorted(self.rig.saved)

    @invariant()
    def nobody_waits_for_an_instant_that_has_come(self) -> None:
        for participant, (turn, until) in self.waiting.items():
            assert self.rig.master.is_waiting(participant, turn)
            assert until > self.rig.master.now()

    @invariant()
    def not_everybody_waits(self) -> None:
        assert self.busy or not self.waiting

    def _release(self) -> None:
        now = self.rig.master.now()
        done = {name for name, (_, until) in self.waiting.items() if until <= now}
        for name in done:
            del self.waiting[name]
        self.busy |= done


TestAnyStories = AnyStories.TestCase
