"""The worker: hears events, sends events, runs the service's own loops, forgets what is old."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from faststream.kafka import KafkaBroker

from cme_bus import retention
from cme_bus.broker import make_broker, split
from cme_bus.consumer import Consumer
from cme_bus.database import Tx
from cme_bus.errors import describe, passes
from cme_bus.outgoing import Outgoing, producer
from cme_bus.relay import Relay
from cme_service.context import Context
from cme_service.definition import Loop, ServiceDefinition
from cme_service.pool import connect
from cme_service.settings import ServiceSettings
from cme_service.watch import watch
from cme_timers import sweep as sweep_timers
from cme_web.idempotency import forget

log = structlog.get_logger()

HOUR = 3600.0
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0


def worker[S: ServiceSettings, T: Tx](
    definition: ServiceDefinition[S, T], context: Context[S, T], stop: asyncio.Event
) -> Loop:
    """Work until `stop`. Ends early, or raises, only if a part cannot go on."""
    settings = context.settings
    consumer = definition.consumer(context)
    ears = Ears(consumer, settings)
    context.checks["events"] = ears.missing
    watch(definition, context, consumer)

    async def work() -> None:
        await _patiently("postgresql", lambda: context.pool.fetchval("SELECT 1"))
        loops = [
            _relay(definition, settings).run,
            ears.hear,
            sweeping(definition, context),
            *definition.background(context),
        ]
        async with asyncio.TaskGroup() as group:
            for loop in loops:
                group.create_task(_for_ever(loop))

    async def until_stopped() -> None:
        working, stopping = asyncio.ensure_future(work()), asyncio.ensure_future(stop.wait())
        await asyncio.wait([working, stopping], return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        try:
            await ears.close()  # first: the batch in hand is finished, and what it says can still be relayed
        finally:
            working.cancel()
            await asyncio.wait([working])
        if not working.cancelled() and (error := working.exception()):
            raise error

    return until_stopped


class Ears:
    """A service's consumer on a broker that is there, or will be."""

    def __init__[T: Tx](self, consumer: Consumer[T] | None, settings: ServiceSettings) -> None:
        self._consumer, self._settings = consumer, settings
        self._broker: KafkaBroker | None = None

    async def hear(self) -> None:
        """Wait for Kafka, subscribe, and listen until cancelled. FastStream keeps the subscriptions going."""
        if self._consumer is not None:
            await _patiently("postgresql", self._consumer.catch_up)
            self._broker = await _patiently("kafka", self._subscribe)
        await asyncio.Event().wait()

    async def _subscribe(self) -> KafkaBroker:
        assert self._consumer is not None
        broker = make_broker(self._settings.kafka, client_id=self._settings.service)
        self._consumer.attach(broker)
        try:
            await broker.start()
        except BaseException:
            await broker.stop()
            raise
        return broker

    async def close(self) -> None:
        """Finish the batch in hand, and leave the group so that others take over at once."""
        broker, self._broker = self._broker, None
        if broker is not None:
            await broker.stop()

    async def missing(self) -> str | None:
        """For readiness."""
        if self._consumer is not None and self._broker is None:
            return "not connected to Kafka yet"
        return None


async def _patiently[R](what: str, attempt: Callable[[], Awaitable[R]]) -> R:
    """Try until it works, with growing pauses. One line when it is away, one when it is back."""
    pause, away = FIRST_PAUSE, False
    while True:
        try:
            found = await attempt()
        except Exception as error:
            if not passes(error):
                raise
            if not away:
                log.warning("waiting", what=what, error=describe(error))
            away = True
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
        else:
            if away:
                log.info("found", what=what)
            return found


async def _for_ever(loop: Loop) -> None:
    await loop()
    raise LoopEndedError(getattr(loop, "__qualname__", type(loop).__name__))


class LoopEndedError(Exception):
    """A loop that runs for ever has ended: the process must be started again."""


def _relay[S: ServiceSettings, T: Tx](definition: ServiceDefinition[S, T], settings: S) -> Relay:
    make = producer(split(settings.kafka), client_id=f"{settings.service}-relay")
    return Relay(
        lambda: connect(settings.dsn, application=f"{settings.service}-relay"),
        lambda: Outgoing(make),
        definition.streams,
        keeps=definition.keeps,
    )


def sweeping[S: ServiceSettings, T: Tx](definition: ServiceDefinition[S, T], context: Context[S, T]) -> Loop:
    """Forget, hourly, what has no further use. The first time at once: a process may never live for an hour."""
    keep = definition.retention

    async def sweep() -> None:
        while True:
            try:
                gone = await retention.sweep(context.pool, inbox=keep.inbox, parked=keep.parked)
                if "web" in definition.components:
                    gone += await forget(context.pool, keep.answers)
                if "timers" in definition.components:
                    gone += await sweep_timers(context.pool, keep=keep.timers)
                if definition.sweep:
                    gone += await definition.sweep(context)
                log.info("retention.swept", rows=gone)
            except Exception as error:
                if not passes(error):
                    raise
                log.warning("retention.interrupted", error=describe(error))
            await asyncio.sleep(HOUR)

    return sweep
