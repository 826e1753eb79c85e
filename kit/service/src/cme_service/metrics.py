"""What a process says of itself to Prometheus. Labels are templates, streams and codes: nothing anybody sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from cme_bus.errors import describe

log = structlog.get_logger()

type Read = Callable[[], Awaitable[float | dict[str, float]]]
"""One value, or a value by label, read when somebody scrapes."""


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
        self._reads: list[tuple[Gauge, str | None, Read]] = []

    def gauge(self, name: str, meaning: str, read: Read, *, label: str | None = None) -> None:
        """A gauge that is read at each scrape. With a `label`, `read` gives a value for each of its values."""
        labels = ["service", label] if label else ["service"]
        self._reads.append((Gauge(name, meaning, labels, registry=self._registry), label, read))

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        self._requests.labels(self._service, method, route, str(status)).inc()
        self._seconds.labels(self._service, method, route).observe(seconds)

    async def render(self) -> tuple[bytes, str]:
        """The text and its media type. What cannot be read now is left out, and the rest is told."""
        for gauge, label, read in self._reads:
            gauge.clear()
            try:
                found = await read()
            except Exception as error:  # a scrape must not fail because one source does
                log.warning("metrics.unread", error=describe(error))
                continue
            for value, number in (found if isinstance(found, dict) else {"": found}).items():
                gauge.labels(*([self._service, value] if label else [self._service])).set(number)
        return generate_latest(self._registry), CONTENT_TYPE_LATEST
