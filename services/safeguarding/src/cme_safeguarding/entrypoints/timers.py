"""What a due instant does here."""

from __future__ import annotations

from datetime import date, datetime

from cme_safeguarding.adapters.postgres import SafeguardingTx
from cme_safeguarding.application.answer import raise_silence
from cme_safeguarding.application.clocks import CLOCK, ring
from cme_safeguarding.application.consider import catch_up
from cme_safeguarding.application.ports import Practice
from cme_safeguarding.application.refer import ANSWER
from cme_timers import Handler, Timer

CATCH_UP = "clock.catch-up"
"""Set by a migration, for what waited before there were clocks."""


def handlers(practice: Practice) -> dict[str, Handler[SafeguardingTx]]:
    """By the timer's kind."""

    async def social_care_is_silent(due: Timer, tx: SafeguardingTx, detected_at: datetime) -> None:
        due_on = date.fromisoformat(str(due.detail["due_on"]))
        await raise_silence(tx, practice, escalation_id=due.subject, due_on=due_on, now=detected_at)

    async def clock_rings(due: Timer, tx: SafeguardingTx, detected_at: datetime) -> None:
        await ring(tx, practice, clock_id=due.subject, now=detected_at)

    async def clock_is_started(due: Timer, tx: SafeguardingTx, detected_at: datetime) -> None:
        await catch_up(tx, practice, consideration_id=due.subject)

    return {ANSWER: social_care_is_silent, CLOCK: clock_rings, CATCH_UP: clock_is_started}
