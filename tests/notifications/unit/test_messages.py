"""What may become of a message, and when it is tried again."""

from datetime import timedelta
from itertools import pairwise, product

import pytest

from cme_notifications.domain.errors import IllegalMove
from cme_notifications.domain.messages import (
    BEFORE_ASKING,
    GIVE_UP,
    LONGEST_PAUSE,
    MOVES,
    REMEMBERED,
    NotNow,
    Outcome,
    Refused,
    Settlement,
    State,
    Taken,
    Unclear,
    move,
    pause,
    settle,
)  # fmt: skip

SOON = timedelta(seconds=1)


@pytest.mark.parametrize(("now", "to"), list(product(State, State)))
def test_a_message_moves_only_as_the_table_says(now: State, to: State) -> None:
    if to in MOVES[now]:
        assert move(now, to) is to
    else:
        with pytest.raises(IllegalMove):
            move(now, to)


def test_what_has_ended_has_ended() -> None:
    assert [state for state in State if not MOVES[state]] == [State.DELIVERED, State.PERMANENTLY_FAILED]


def test_every_outcome_of_a_call_is_a_move_from_sending() -> None:
    outcomes: list[Outcome] = [Taken(), Refused("x"), NotNow("x"), Unclear("x")]
    for outcome, age in product(outcomes, (SOON, GIVE_UP + SOON, REMEMBERED + SOON)):
        move(State.SENDING, settle(outcome, attempts=1, age=age).state)


def test_a_message_that_was_taken_is_sent_and_one_that_was_refused_has_failed() -> None:
    assert settle(Taken("n1"), attempts=1, age=SOON) == Settlement(State.SENT, channel_id="n1")
    assert settle(Refused("bad"), attempts=1, age=SOON) == Settlement(State.PERMANENTLY_FAILED, "bad")


def test_what_was_certainly_not_taken_is_tried_again_until_somebody_must_find_another_way() -> None:
    assert settle(NotNow("busy"), attempts=2, age=SOON) == Settlement(
        State.TEMPORARILY_FAILED, "busy", retry_in=pause(2)
    )
    tomorrow = timedelta(hours=9)
    assert settle(NotNow("limit", tomorrow), attempts=1, age=SOON).retry_in == tomorrow
    assert settle(NotNow("busy"), attempts=99, age=GIVE_UP + SOON) == Settlement(
        State.PERMANENTLY_FAILED, "temporary-failure"
    )


def test_a_doubt_is_left_long_enough_to_be_asked_about_and_ends_while_the_channel_remembers() -> None:
    asked = settle(Unclear("timeout"), attempts=1, age=SOON)
    assert asked.state is State.IN_DOUBT and asked.retry_in is not None and asked.retry_in >= BEFORE_ASKING
    assert settle(Unclear("timeout"), attempts=9, age=GIVE_UP + SOON).state is State.IN_DOUBT
    assert settle(Unclear("timeout"), attempts=9, age=REMEMBERED + SOON) == Settlement(
        State.PERMANENTLY_FAILED, "in-doubt"
    )


def test_pauses_grow_up_to_the_longest() -> None:
    pauses = [pause(attempts) for attempts in range(1, 50)]
    assert all(shorter <= longer for shorter, longer in pairwise(pauses))
    assert pauses[0] < pauses[1] and pauses[-1] == LONGEST_PAUSE
