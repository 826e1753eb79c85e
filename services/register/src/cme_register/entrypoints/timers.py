"""What the passing of time makes the register do, by kind of timer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from cme_bus.database import Database
from cme_register.adapters.postgres import RegisterTx
from cme_register.application import catching_up, cohorts, deadlines, giving_on, holding, rating, school_age, status
from cme_register.application.clocks import BREACH, RUNG, WARN
from cme_register.application.rules import Rules
from cme_register.application.triaging import AGE_ENDS
from cme_register.domain.cohort import Cohort, Intake
from cme_timers import BusinessClock, Handler, Timer, TimerLoop, Together


def handlers(rules: Rules) -> Mapping[str, Handler[RegisterTx]]:
    """For `TimerLoop`."""

    async def look_again(timer: Timer, tx: RegisterTx, detected_at: datetime) -> None:
        await holding.look_again(tx, timer.subject, rules, at=detected_at, new_id=uuid4)

    async def give_on(timer: Timer, tx: RegisterTx, detected_at: datetime) -> None:
        await giving_on.give_on(tx, UUID(str(timer.detail["whose"])), rules, at=detected_at, new_id=uuid4)

    async def look_at_age(timer: Timer, tx: RegisterTx, detected_at: datetime) -> None:
        await school_age.look_at_age(tx, timer.subject, rules, at=detected_at, new_id=uuid4)

    async def turn(timer: Timer, tx: RegisterTx, detected_at: datetime) -> None:
        await status.turn(tx, timer.subject, at=detected_at)

    async def cohort_due(timer: Timer, tx: RegisterTx, detected_at: datetime) -> None:
        named = timer.detail
        cohort = Cohort(str(named["school_urn"]), int(named["september"]), Intake(str(named["intake"])))
        await cohorts.overdue(tx, cohort, at=detected_at)

    async def catch_up(timer: Timer, tx: RegisterTx, detected_at: datetime) -> None:
        await catching_up.catch_up(tx, timer.subject, rules, at=detected_at, new_id=uuid4)

    return {
        catching_up.CATCH_UP: catch_up,
        holding.WATCH: look_again,
        school_age.AGE_BEGINS: look_at_age,
        AGE_ENDS: look_at_age,
        status.TURN: turn,
        giving_on.GIVE_ON: give_on,
        cohorts.DUE: cohort_due,
    }


def together(rules: Rules) -> Mapping[str, Together[RegisterTx]]:
    """Those of which many fire at once."""

    async def warn(due: Sequence[Timer], tx: RegisterTx, detected_at: datetime) -> None:
        await deadlines.warn(tx, _due(due), at=detected_at)

    async def breach(due: Sequence[Timer], tx: RegisterTx, detected_at: datetime) -> None:
        await deadlines.raise_breach(tx, _due(due), rules, at=detected_at)

    async def climb(due: Sequence[Timer], tx: RegisterTx, detected_at: datetime) -> None:
        await deadlines.climb(tx, _due(due), rules, at=detected_at)

    async def rate_again(due: Sequence[Timer], tx: RegisterTx, detected_at: datetime) -> None:
        await rating.rate_again(tx, {one.subject for one in due}, rules, at=detected_at)

    return {WARN: warn, BREACH: breach, RUNG: climb, rating.RATE_AGAIN: rate_again}


def loop(db: Database[RegisterTx], clock: BusinessClock, rules: Rules) -> TimerLoop[RegisterTx]:
    """One worker of the register's timers."""
    return TimerLoop(db, clock, handlers(rules), together=together(rules))


def _due(timers: Sequence[Timer]) -> list[deadlines.Due]:
    return [deadlines.Due(one.subject, one.cause, int(one.detail.get("rung", 0))) for one in timers]
