"""What a worker watches of itself: for readiness in words, for metrics in numbers."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Any

from cme_bus.consumer import Consumer
from cme_bus.database import Tx
from cme_bus.health import Snapshot, faults, snapshot
from cme_service.context import Context
from cme_service.definition import ServiceDefinition
from cme_service.metrics import Reading
from cme_service.settings import ServiceSettings
from cme_timers import overdue as timers_overdue

FRESH = 1.0
"""Seconds a snapshot serves: a probe and a scrape that come together ask once."""

GAUGES: dict[str, tuple[str, Callable[[Snapshot], float]]] = {
    "cme_outbox_oldest_seconds": ("Age of the oldest event that Kafka has not confirmed", lambda now: now.outbox_age),
    "cme_outbox_parked": ("Events that Kafka has refused for good", lambda now: now.outbox_parked),
    "cme_parked_open": ("Events that wait for a person", lambda now: now.parked_open),
    "cme_held_keys": ("Keys that wait behind a parked event", lambda now: now.held_keys),
    "cme_held_keys_overdue": ("Keys held for longer than their clock allows", lambda now: now.held_overdue),
    "cme_events_handled": ("Events handled since the process began", lambda now: now.handled),
    "cme_events_parked": ("Events parked since the process began", lambda now: now.parked),
    "cme_batch_splits": ("Batches halved to find a bad event, since the process began", lambda now: now.splits),
    "cme_retries": ("Waits for something that was unwell, since the process began", lambda now: now.retries),
}


def watch[S: ServiceSettings, T: Tx](
    definition: ServiceDefinition[S, T], context: Context[S, T], consumer: Consumer[T] | None
) -> None:
    """Let the context's probes and metrics tell how the bus and the deadlines are."""
    look = _Glass(context, [consumer] if consumer else [])

    for name, (meaning, _) in GAUGES.items():
        context.metrics.gauge(name, meaning)
    context.metrics.gauge("cme_consumer_lag", "Records still to be settled by this process", label="stream")
    context.metrics.gauge("cme_deadlines_overdue", "Deadlines that are past and have not fired")

    async def numbers() -> Reading:
        now = await look()
        lag = {stream: float(behind) for stream, behind in now.lag.items() if behind is not None}
        return {name: of(now) for name, (_, of) in GAUGES.items()} | {"cme_consumer_lag": lag}

    async def deadlines() -> Reading:
        late = (await timers_overdue(context.pool, context.clock)).count if "timers" in definition.components else 0
        return {"cme_deadlines_overdue": late + (await definition.overdue(context) if definition.overdue else 0)}

    context.metrics.read(numbers)
    context.metrics.read(deadlines)

    async def bus() -> str | None:
        try:
            return "; ".join(faults(await look())) or None
        except Exception:  # noqa: BLE001  # the database's own check says more
            return "cannot be asked"

    context.checks["bus"] = bus


class _Glass:
    """A snapshot, at most every `FRESH` seconds."""

    def __init__(self, context: Context[Any, Any], consumers: list[Consumer[Any]]) -> None:
        self._context, self._consumers = context, consumers
        self._seen: Snapshot | None = None
        self._at = 0.0

    async def __call__(self) -> Snapshot:
        if self._seen is None or monotonic() - self._at > FRESH:
            self._seen, self._at = await snapshot(self._context.pool, *self._consumers), monotonic()
        return self._seen
