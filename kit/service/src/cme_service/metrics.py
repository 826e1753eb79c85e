"""What a process says of itself to Prometheus. Labels are templates, streams and codes: nothing anybody sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from cme_bus.errors import describe

log = structlog.get_logger()

type Reading = Mapping[str, float | Mapping[str, float]]
"""By gauge: its value, or, where it has a label, its value by the label's."""
type Read = Callable[[], Awaitable[Reading]]


class Metrics:
    """One process's metrics, in a registry of its own."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "cme_http_requests", "Requests answered", ["service", "method", "route", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "cme_http_seconds", "Time to the answer", ["service", "method", "route"], registry=self._registry
        )
        self._gauges: dict[str, Gauge] = {}
        self._reads: list[Read] = []

    def gauge(
        self, name: str, meaning: str, value: Callable[[], Awaitable[float]] | None = None, *, label: str | None = None
    ) -> None:
        """A gauge that `value` tells at each scrape or, where several come from one question, a `read`."""
        labels = ["service", label] if label else ["service"]
        self._gauges[name] = Gauge(name, meaning, labels, registry=self._registry)
        if value is not None:

            async def read() -> Reading:
                return {name: await value()}

            self._reads.append(read)

    def read(self, read: Read) -> None:
        """Ask this at each scrape. While it cannot tell, its gauges are left out and the others are told."""
        self._reads.append(read)

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        self._requests.labels(self._service, method, route, str(status)).inc()
        self._seconds.labels(self._service, method, route).observe(seconds)

    async def render(self) -> tuple[bytes, str]:
        """The text and its media type. What cannot be read now is left out, and the rest is told."""
        for gauge in self._gauges.values():
            gauge.clear()
        for read in self._reads:
            try:
                for name, found in (await read()).items():
                    self._set(self._gauges[name], found)
            except Exception as error:  # noqa: BLE001  # a scrape must not fail because one source does
                log.warning("metrics.unread", error=describe(error))
        return generate_latest(self._registry), CONTENT_TYPE_LATEST

    def _set(self, gauge: Gauge, found: float | Mapping[str, float]) -> None:
        if isinstance(found, Mapping):
            for value, number in found.items():
                gauge.labels(self._service, value).set(number)
        else:
            gauge.labels(self._service).set(found)
