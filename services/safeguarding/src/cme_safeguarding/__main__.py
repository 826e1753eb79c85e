"""The composition root of safeguarding."""

import sys
from collections.abc import Sequence
from pathlib import Path

from fastapi import FastAPI

from cme_bus.consumer import Consumer
from cme_calendars import WorkingDays
from cme_contracts.safeguarding import CONCERNS, STREAM
from cme_council import load
from cme_safeguarding.adapters import body_file, clock_file, factor_file, marker_file
from cme_safeguarding.adapters.backlog import MEANING, backlog
from cme_safeguarding.adapters.postgres import SafeguardingTx
from cme_safeguarding.application.ports import Practice
from cme_safeguarding.entrypoints import events, http, timers
from cme_safeguarding.entrypoints.access import ACCESS, SOCIAL_CARE
from cme_safeguarding.entrypoints.answers import ANSWERS
from cme_safeguarding.entrypoints.examples import example
from cme_safeguarding.settings import Settings
from cme_service import run
from cme_service.context import Context
from cme_service.definition import Loop, ServiceDefinition
from cme_timers import TimerLoop

type SafeguardingContext = Context[Settings, SafeguardingTx]


def practice(context: SafeguardingContext) -> Practice:
    """The data the council decides by, read once per process."""
    council = context.settings.council
    return Practice(
        factor_file.load(),
        clock_file.load(),
        marker_file.load(),
        body_file.load(),
        WorkingDays(load(council).closure_days if council else ()),
    )


def app(context: SafeguardingContext) -> FastAPI:
    """The HTTP app."""
    _show_backlog(context)
    return context.make_app(
        access=ACCESS,
        routers=http.api(context.db, context.clock, practice(context)),
        answers=ANSWERS,
        examples=example,
        callbacks={SOCIAL_CARE: context.settings.social_care},
    )


def consumer(context: SafeguardingContext) -> Consumer[SafeguardingTx]:
    """The ear."""
    return events.consumer(context.db, context.clock, practice(context))


def loops(context: SafeguardingContext) -> Sequence[Loop]:
    """The clock that watches for social care's answers."""
    return [TimerLoop(context.db, context.clock, timers.handlers(practice(context))).run]


def _show_backlog(context: SafeguardingContext) -> None:
    """What waits for people is told to whoever watches; it makes no process unready, as no restart would help."""
    for name, meaning in MEANING.items():
        context.metrics.gauge(name, meaning)

    async def waiting() -> dict[str, float]:
        return await backlog(context.pool, context.clock.now())

    context.metrics.read(waiting)


SAFEGUARDING = ServiceDefinition(
    name="safeguarding",
    settings=Settings,
    tx=SafeguardingTx,
    streams=[STREAM, CONCERNS],
    components=["web", "timers", "identity"],
    migrations=Path(__file__).parent / "migrations",
    http=app,
    consumer=consumer,
    background=loops,
)


def main() -> None:
    """Run a command."""
    sys.exit(run.main(SAFEGUARDING))


if __name__ == "__main__":
    main()
