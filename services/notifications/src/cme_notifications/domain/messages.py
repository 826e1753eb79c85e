"""What may become of a message, and when it is tried again. All times here are technical time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from cme_notifications.domain.errors import IllegalMove


class State(StrEnum):
    """Where a message is."""

    QUEUED = "queued"
    """Owed. It goes out as soon as an address is known."""
    SENDING = "sending"
    SENT = "sent"
    """The channel took it."""
    DELIVERED = "delivered"
    """The channel says it arrived."""
    TEMPORARILY_FAILED = "temporarily failed"
    PERMANENTLY_FAILED = "permanently failed"
    """It will not arrive: someone must find another way."""
    IN_DOUBT = "in doubt"
    """It may have been taken: the channel is asked before it is sent again."""


MOVES: dict[State, frozenset[State]] = {
    State.QUEUED: frozenset({State.SENDING, State.PERMANENTLY_FAILED}),
    State.SENDING: frozenset(
        {State.SENDING, State.SENT, State.TEMPORARILY_FAILED, State.PERMANENTLY_FAILED, State.IN_DOUBT}
    ),
    State.TEMPORARILY_FAILED: frozenset({State.SENDING, State.PERMANENTLY_FAILED}),
    State.IN_DOUBT: frozenset({State.SENDING, State.PERMANENTLY_FAILED}),
    State.SENT: frozenset({State.DELIVERED, State.PERMANENTLY_FAILED}),
    State.DELIVERED: frozenset(),
    State.PERMANENTLY_FAILED: frozenset(),
}


def move(now: State, to: State) -> State:
    """`to`, if a message may get there from `now`. Raises `IllegalMove`."""
    if to not in MOVES[now]:
        raise IllegalMove(f"a message that is {now} cannot become {to}")
    return to


@dataclass(frozen=True, slots=True)
class Taken:
    """The channel has it. `channel_id` is what it calls it."""

    channel_id: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """It will never be taken as it stands. `reason` is a code."""

    reason: str


@dataclass(frozen=True, slots=True)
class NotNow:
    """It was certainly not taken, and may be later. `wait`: the channel said how long."""

    reason: str
    wait: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Unclear:
    """No answer, or none that says whether it was taken."""

    reason: str


type Outcome = Taken | Refused | NotNow | Unclear


@dataclass(frozen=True, slots=True)
class Settlement:
    """What an outcome makes of a message."""

    state: State
    reason: str | None = None
    retry_in: timedelta | None = None
    channel_id: str | None = None


FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=15)
BEFORE_ASKING = timedelta(seconds=30)
"""Until a doubtful message is looked up: what was taken may not be shown at once."""
GIVE_UP = timedelta(hours=72)
"""How long a message is tried. Then somebody must find another way, and is told so."""
REMEMBERED = timedelta(days=6)
"""How long the channel surely remembers what it took (GOV.UK Notify: seven days). A doubt older than this is never
resolved by sending again: it might be the second time."""
WAIT_FOR_ADDRESS = timedelta(days=3)
"""How long an address is waited for."""

NO_ADDRESS = "no-address"
BY_HAND = "by-hand"


def pause(attempts: int) -> timedelta:
    """Until the next attempt: doubled each time, up to the longest."""
    doublings = min(max(attempts - 1, 0), 16)
    return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)


def settle(outcome: Outcome, *, attempts: int, age: timedelta) -> Settlement:
    """What becomes of a message after its `attempts`th attempt, `age` after it was queued."""
    match outcome:
        case Taken(channel_id):
            return Settlement(State.SENT, channel_id=channel_id)
        case Refused(reason):
            return Settlement(State.PERMANENTLY_FAILED, reason)
        case NotNow() if age > GIVE_UP:
            return Settlement(State.PERMANENTLY_FAILED, "temporary-failure")
        case NotNow(reason, wait):
            return Settlement(State.TEMPORARILY_FAILED, reason, retry_in=wait or pause(attempts))
        case Unclear() if age > REMEMBERED:
            return Settlement(State.PERMANENTLY_FAILED, "in-doubt")
        case Unclear(reason):
            return Settlement(State.IN_DOUBT, reason, retry_in=max(BEFORE_ASKING, pause(attempts)))
