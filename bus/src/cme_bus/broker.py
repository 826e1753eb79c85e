"""The one place where FastStream's Kafka broker is made: its defaults lose messages, so none that matters is left."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.security import parse_security
from faststream.security import BaseSecurity


def make_broker(
    servers: str | Sequence[str],
    *,
    client_id: str,
    security: BaseSecurity | None = None,
    logger: logging.Logger | None = None,
) -> KafkaBroker:
    """A broker that keeps its promises. `client_id` is the service's name, as Kafka's own logs and quotas show it."""
    return KafkaBroker(
        split(servers),
        client_id=client_id,
        security=security,
        acks="all",  # the default waits for one replica only
        enable_idempotence=True,
        ack_policy=AckPolicy.NACK_ON_ERROR,  # the default commits before the handler ran; Consumer says it again for routers
        allow_auto_create_topics=False,  # the default makes them with one partition, and order would break when more are added
        graceful_timeout=15,
        logger=logger or logging.getLogger("cme.kafka"),  # FastStream's own logger does not propagate
        log_level=logging.DEBUG,  # a line per batch received is noise; errors are ours to tell
    )


def connection(security: BaseSecurity | None) -> dict[str, Any]:
    """The same security in aiokafka's words, for `producer(servers, **connection(security))`."""
    return parse_security(security)


def split(servers: str | Sequence[str]) -> list[str]:
    """`a:9092,b:9092` from the environment, or a list."""
    return [server.strip() for server in servers.split(",")] if isinstance(servers, str) else list(servers)
