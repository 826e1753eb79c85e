"""Business time of the local run, moved forward for stories: a small, conservative discrete-event simulation.

Whoever tells a story is a participant. Time jumps only when every participant is waiting, and only to the earliest
instant that one of them waits for: so nobody sees it move in the middle of their own steps, however many tell theirs
at once. Between jumps it runs on like any clock. It never goes back.
"""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

SILENCE = 60.0
"""Seconds of real time after which a participant that neither waits nor speaks no longer holds time up."""
FURTHEST = timedelta(days=366 * 10)
"""How far one wait may reach: beyond that it is a mistake, and it could not be undone."""


class UnknownParticipant(Exception):
    """It never joined, or was dropped after being silent for too long."""


class TooFar(Exception):
    """The instant asked for is further away than any story needs."""


@dataclass
class Participant:
    heard: float
    until: datetime | None = None  # None: in the middle of its own steps
    turn: int = 0  # which of its waits this is: one whose connection broke may still be on its way out


class TimeMaster:
    """Decides when time moves. Knows neither files nor HTTP; the two clocks it needs are given."""

    def __init__(
        self,
        *,
        offset: timedelta,
        save: Callable[[timedelta], None],
        real: Callable[[], datetime],
        ticks: Callable[[], float],
    ) -> None:
        self._offset = offset
        self._save = save
        self._real = real
        self._ticks = ticks
        self._latest = real() + offset
        self._participants: dict[UUID, Participant] = {}

    def now(self) -> datetime:
        self._latest = max(self._latest, self._real() + self._offset)
        return self._latest

    def join(self) -> UUID:
        self.settle()
        participant = uuid4()
        self._participants[participant] = Participant(heard=self._ticks())
        return participant

    def leave(self, participant: UUID) -> None:
        self._known(participant)
        del self._participants[participant]
        self.settle()

    def wait(self, participant: UUID, until: datetime) -> int:
        """From now on the participant waits, until the instant has come or it gives this turn up."""
        waiting = self._known(participant)
        if until - self.now() > FURTHEST:
            raise TooFar
        waiting.until, waiting.turn = until, waiting.turn + 1
        self.settle()
        return waiting.turn

    def give_up(self, participant: UUID, turn: int) -> None:
        """Its connection has gone: it is in the middle of something again, and will be dropped if it stays silent."""
        known = self._participants.get(participant)
        if known is not None and known.turn == turn:
            known.until = None

    def is_waiting(self, participant: UUID, turn: int) -> bool:
        """False once the instant has come: then the participant is in the middle of its own steps again."""
        self.settle()
        known = self._participants.get(participant)
        return known is not None and known.turn == turn and known.until is not None

    def settle(self) -> None:
        """Drop the silent, release whose instant has come, and jump if everybody waits."""
        self._drop_the_silent()
        self._release()
        targets = [participant.until for participant in self._participants.values()]
        waiting = [target for target in targets if target is not None]
        if waiting and len(waiting) == len(targets):
            self._jump(min(waiting))
            self._release()

    def _jump(self, target: datetime) -> None:
        offset = target - self._real()
        if offset > self._offset:
            self._save(offset)  # before anybody is told: the services read what was saved
            self._offset = offset

    def _release(self) -> None:
        now = self.now()
        for participant in self._participants.values():
            if participant.until is not None and participant.until <= now:
                participant.until, participant.heard = None, self._ticks()

    def _drop_the_silent(self) -> None:
        limit = self._ticks() - SILENCE
        silent = [
            name
            for name, participant in self._participants.items()
            if participant.until is None and participant.heard < limit
        ]
        for name in silent:
            del self._participants[name]

    def _known(self, participant: UUID) -> Participant:
        try:
            known = self._participants[participant]
        except KeyError:
            raise UnknownParticipant(participant) from None
        if known.until is None and known.heard < self._ticks() - SILENCE:
            del self._participants[participant]
            raise UnknownParticipant(participant)
        known.heard = self._ticks()
        return known


def read_offset(path: Path) -> timedelta:
    try:
        return timedelta(seconds=float(json.loads(path.read_text())["offset_seconds"]))
    except FileNotFoundError:
        return timedelta()


def write_offset(path: Path, offset: timedelta) -> None:
    """Replaced by rename: a service that reads at this moment sees the old or the new, never half of one."""
    seconds = math.ceil(offset.total_seconds() * 1000) / 1000  # up: what is due at the instant must be due
    part = path.with_suffix(".part")
    part.write_text(json.dumps({"offset_seconds": seconds}))
    part.rename(path)


def utc_now() -> datetime:
    return datetime.now(UTC)
