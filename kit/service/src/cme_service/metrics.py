"""What a process says of itself to Prometheus. Labels are templates, streams and codes: nothing anybody sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from cme_bus.errors import describe

log = structlog.get_logger()

type Read = Callable[[], Awaitable[dict[str, float]]]
"""Values by gauge name, read when somebody scrapes."""


class Metrics:
    """One process's metrics, in a registry of its own."""

    def __init__(self, service: str) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "cme_http_requests", "Requests answered", ["service", "method", "route", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "cme_http_seconds", "Time to the answer", ["service", "method", "route"], registry=self._registry
        )
        self._gauges: dict[str, Gauge] = {}
        self._reads: list[Read] = []
        self._service = service

    def gauge(self, name: str, meaning: str) -> None:
        """Announce a gauge that a `read` will fill."""
        self._gauges[name] = Gauge(name, meaning, ["service"], registry=self._registry)

    def read(self, read: Read) -> None:
        """Ask this at each scrape. What it cannot tell is left out then, and the others are told."""
        self._reads.append(read)

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        self._requests.labels(self._service, method, route, str(status)).inc()
        self._seconds.labels(self._service, method, route).observe(seconds)

    async def render(self) -> tuple[bytes, str]:
        """The text and its media type."""
        for read in self._reads:
            try:
                for name, value in (await read()).items():
                    self._gauges[name].labels(self._service).set(value)
            except Exception as error:  # a scrape must not fail because one source does
                log.warning("metrics.unread", error=describe(error))
        return generate_latest(self._registry), CONTENT_TYPE_LATEST
