"""A batch of records becomes effects: once each, in order for each key, and a bad record costs itself only."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from traceback import format_tb
from typing import Any

import structlog
from opentelemetry import context as otel

from cme_bus.database import Database, Tx
from cme_bus.errors import HOPELESS, away, describe, passes
from cme_bus.inbox import Inbox, Parking
from cme_bus.meta import TRACE, Meta, current_meta, in_bulk
from cme_bus.reading import Reading, Route, Run

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to try before a batch is given back, a defect parked, or a person late."""

    first: float = 0.2
    most: float = 10.0
    hold: float = 60.0
    """Longest a batch is kept before it is given back; well under `max_poll_interval_ms`."""
    defects: int = 3
    """Tries an unrecognised error is given before its message is parked."""
    attention: timedelta = timedelta(hours=4)
    """How long a parked event may hold its key before the service says that it is not well."""


FEW = 20
"""Under this many, a refusal costs less than the savepoint that would soften it."""


@dataclass(slots=True)
class Tally:
    """What has happened since the process began. Plain numbers, for whoever exposes them."""

    handled: int = 0
    parked: int = 0
    splits: int = 0
    retries: int = 0


class RefusedRun(Exception):
    """A handler has refused a run of events: the culprit is one of those from `start` up to `stop`."""

    def __init__(self, start: int, stop: int, error: Exception) -> None:
        super().__init__()
        self.start, self.stop, self.error = start, stop, error


class Settler[T: Tx]:
    """Settles readings of one stream: every one is handled, parked, or still to be read again."""

    def __init__(self, db: Database[T], consumer: str, patience: Patience, tally: Tally) -> None:
        self._db, self._consumer, self._patience, self._tally = db, consumer, patience, tally

    async def settle(self, readings: Sequence[Reading], give_back_at: float) -> None:
        """All in one transaction; if that fails, halve until whatever is wrong is alone."""
        try:
            await self._together(readings)
        except Exception as error:  # noqa: BLE001  # whatever a handler raises, its record must end handled or parked
            if len(readings) == 1 or away(error):
                await self._patiently(readings, error, give_back_at)
                return
            self._tally.splits += 1
            log.info("batch.split", records=len(readings), error=describe(error))
        else:
            return
        half = len(readings) // 2
        await self.settle(readings[:half], give_back_at)
        await self.settle(readings[half:], give_back_at)

    async def _patiently(self, readings: Sequence[Reading], error: Exception, give_back_at: float) -> None:
        """These, until they are handled, parked or given back: one record, or a batch whose database is away."""
        patience, delay, defects = self._patience, self._patience.first, 0
        while True:
            if passes(error):
                log.warning("batch.retrying", records=len(readings), error=describe(error), delay=delay)
                if asyncio.get_running_loop().time() + delay > give_back_at:
                    raise error  # nacked: the partition is read again from this batch
            elif len(readings) > 1:
                return await self.settle(readings, give_back_at)  # the database is back; this is something else
            else:
                defects += 1
                if isinstance(error, HOPELESS) or defects >= patience.defects:
                    return await self._park(readings[0], error)
                log.error("event.defect", error=describe(error), where=format_tb(error.__traceback__))  # never its text
            self._tally.retries += 1
            await asyncio.sleep(delay)
            delay = min(delay * 2, patience.most)
            try:
                return await self._together(readings)
            except Exception as again:  # noqa: BLE001  # as above
                error = again

    async def _together(self, readings: Sequence[Reading]) -> None:
        """One transaction: the claims, the effects of what is new, and the parking of what can never be handled."""
        async with self._db.transaction() as tx:
            inbox = Inbox(tx.conn, self._consumer, readings[0].record.topic)
            await inbox.enter({reading.record.partition for reading in readings})
            aside: list[Parking] = []
            work = [reading for reading in readings if reading.route or reading.fault]
            fresh, held = await self._claim_all(inbox, work)
            if fresh is None:
                work = [
                    reading for reading in await _unsettled(inbox, work, held) if not _set_aside(reading, held, aside)
                ]
                fresh = await inbox.claim({_id(reading) for reading in work})
            fell: list[Reading] = []
            work = [reading for reading in work if _take(fresh, _id(reading))]
            await self._handle(work, tx, held, aside, fell)
            if fell:
                await inbox.unclaim([_id(reading) for reading in fell])  # what was parked has not been handled
            if aside:
                await inbox.park(aside, self._patience.attention)
        self._tally.handled += len(work) - len(fell)
        self._tell(aside)

    @staticmethod
    async def _claim_all(inbox: Inbox, work: Sequence[Reading]) -> tuple[set[Any] | None, set[bytes | None]]:
        """The whole batch at once, if nothing in it is at fault or held: else nothing yet, and the keys that are held."""
        keys = {reading.record.key for reading in work}
        if any(reading.fault for reading in work):
            return None, await inbox.held(keys)
        fresh, held = await inbox.claim_unless_held({_id(reading) for reading in work}, keys)
        return (None if held else fresh), held

    async def _handle(
        self, work: list[Reading], tx: T, held: set[bytes | None], aside: list[Parking], fell: list[Reading]
    ) -> None:
        """What handlers refuse for good is narrowed down under savepoints and set aside: the rest keeps its transaction."""
        if len(work) < FEW:
            try:
                await self._run(work, tx)  # little to lose, and no savepoint to pay for: halving finds it
            except RefusedRun as refused:
                raise refused.error from None
            return
        todo: list[tuple[list[Reading], Exception | None]] = [(work, None)]
        while todo:
            some, refusal = todo.pop()
            if refusal:
                some[0].fault, some[0].holds = refusal, True
            run = [reading for reading in some if not _set_aside(reading, held, aside, fell)]
            if not run:
                continue
            part = self._db.on(tx.conn)  # its own: what it remembers of rows is undone with them
            try:
                async with tx.conn.transaction():
                    await self._run(run, part)
            except RefusedRun as refused:
                self._tally.splits += 1
                todo += reversed(_narrowed(run, refused))
            else:
                tx.absorb(part)

    async def _run(self, work: Sequence[Reading], tx: T) -> None:
        """Hand over the events in order; those that one handler takes and that come one after another go together."""
        start = 0
        for _, together in groupby(work, key=lambda reading: reading.route and reading.route.handle):
            some = list(together)
            route = some[0].route
            assert route is not None
            run: Run = [(reading.event, reading.meta) for reading in some if reading.meta]
            try:
                await run_handler(route, run, tx)
            except HOPELESS as error:
                raise RefusedRun(*_culprits(route, run, error, start), error) from None
            start += len(run)

    async def _park(self, reading: Reading, error: Exception) -> None:
        parking = Parking(reading.record, reading.type, error)
        async with self._db.pool.acquire() as conn, conn.transaction():
            inbox = Inbox(conn, self._consumer, reading.record.topic)
            await inbox.enter([reading.record.partition])
            await inbox.park([parking], self._patience.attention)
        self._tell([parking])

    def _tell(self, aside: Sequence[Parking]) -> None:
        """After the commit. A held key is somebody's work; those that wait behind it are not news. Never the key itself."""
        self._tally.parked += len(aside)
        for parking in aside:
            record = parking.record
            place = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
            if parking.follower:
                log.info("event.waits", **place)
            elif parking.holds and record.key is not None:
                log.error("key.held", error=describe(parking.error), **place)
            else:
                log.error("event.parked", error=describe(parking.error), **place)


async def run_handler(route: Route, run: Run, tx: Tx) -> None:
    """Call a handler, with cause, log context and trace in place."""
    if route.bulk:
        token = in_bulk.set(True)
        try:
            await route.handle(run, tx)
        finally:
            in_bulk.reset(token)
        return
    for event, meta in run:
        with handling(meta):
            try:
                await route.handle(event, tx, meta)
            except HOPELESS as error:
                error.add_note(str(meta.id))  # which of the run it was
                raise


@contextmanager
def handling(meta: Meta) -> Iterator[None]:
    """While this event is handled: what is published is caused by it, logged with it, and part of its trace."""
    token = current_meta.set(meta)
    span = otel.attach(TRACE.extract(meta.trace())) if meta.traceparent else None
    try:
        with structlog.contextvars.bound_contextvars(**meta.trail()):
            yield
    finally:
        if span:
            otel.detach(span)
        current_meta.reset(token)


async def _unsettled(inbox: Inbox, ours: Sequence[Reading], held: set[bytes | None]) -> list[Reading]:
    """Without what was settled before although it would be parked now."""
    doubted = held | {reading.record.key for reading in ours if reading.fault and reading.holds}
    doubtful = [reading for reading in ours if reading.fault or reading.record.key in doubted]
    known = await inbox.known({reading.meta.id for reading in doubtful if reading.meta})
    nameless = [reading.record for reading in doubtful if reading.meta is None]
    resolved = await inbox.resolved(nameless) if nameless else set()
    done = {
        id(reading)
        for reading in doubtful
        if (reading.meta and reading.meta.id in known)
        or (reading.meta is None and (reading.record.partition, reading.record.offset) in resolved)
    }
    return [reading for reading in ours if id(reading) not in done]


def _set_aside(
    reading: Reading, held: set[bytes | None], aside: list[Parking], fell: list[Reading] | None = None
) -> bool:
    """Whether this one is parked: it is at fault itself, or waits behind one of its key that is."""
    key = reading.record.key
    if reading.fault is not None:
        aside.append(reading.parking())
        if reading.holds and key is not None:
            held.add(key)
    elif key is not None and key in held:
        aside.append(reading.waits())
    else:
        return False
    if fell is not None:
        fell.append(reading)
    return True


def _narrowed(run: list[Reading], refused: RefusedRun) -> list[tuple[list[Reading], Exception | None]]:
    """What to try next, in order: those before the suspects, the suspects, those after. Order within a key is kept."""
    before, suspects, after = run[: refused.start], run[refused.start : refused.stop], run[refused.stop :]
    pieces: list[tuple[list[Reading], Exception | None]]
    if len(suspects) == 1:
        pieces = [(before, None), (suspects, refused.error), (after, None)]
    elif before or after:
        pieces = [(before, None), (suspects, None), (after, None)]
    else:
        half = len(suspects) // 2
        pieces = [(suspects[:half], None), (suspects[half:], None)]
    return pieces


def _culprits(route: Route, run: Run, error: Exception, start: int) -> tuple[int, int]:
    """Where in the whole the culprit is: one place if the handler said which, else the run."""
    named = getattr(error, "of", None)
    name = str(named.id) if named else (getattr(error, "__notes__", None) or [""])[-1]
    for place, (_, meta) in enumerate(run, start):
        if str(meta.id) == name:
            return place, place + 1
    return start, start + len(run)


def _id(reading: Reading) -> Any:
    assert reading.meta is not None
    return reading.meta.id


def _take(fresh: set[Any], id_: Any) -> bool:
    """Each event once, also when the batch holds it twice."""
    if id_ in fresh:
        fresh.discard(id_)
        return True
    return False
