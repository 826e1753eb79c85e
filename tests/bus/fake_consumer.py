"""Kafka without Kafka: FastStream's real subscriber over a consumer that records each `commit` and `seek`.

`TestKafkaBroker` runs handlers inside `publish` and knows no offsets. Here the whole of FastStream's consume
loop, its parsers and its acknowledgement run as they do in production; only aiokafka's classes are replaced.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import AsyncMock, patch

from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import ConsumerStoppedError
from faststream.kafka import KafkaBroker

type Record = ConsumerRecord[bytes, bytes]


@dataclass(frozen=True)
class Commit:
    group: str
    offsets: dict[TopicPartition, int]


@dataclass(frozen=True)
class Seek:
    group: str
    place: TopicPartition
    offset: int


@dataclass
class FakeKafka:
    """Topics, what each group has committed, and everything its consumers did, in order."""

    records: dict[TopicPartition, list[Record]] = field(default_factory=dict)
    committed: dict[tuple[str, TopicPartition], int] = field(default_factory=lambda: defaultdict(int))
    log: list[Commit | Seek] = field(default_factory=list)
    consumers: list[FakeConsumer] = field(default_factory=list)

    def create(self, topic: str, partitions: int) -> None:
        for partition in range(partitions):
            self.records[TopicPartition(topic, partition)] = []

    def append(
        self,
        topic: str,
        partition: int,
        value: bytes | None,
        key: bytes | None,
        headers: Iterable[tuple[str, bytes | None]],
    ) -> None:
        lane = self.records[TopicPartition(topic, partition)]
        lane.append(record(topic, partition, len(lane), value, key=key, headers=headers))

    @asynccontextmanager
    async def running(self, broker: KafkaBroker) -> AsyncIterator[None]:
        """Start a broker on these topics, and stop it as it would be stopped."""
        with (
            patch("aiokafka.AIOKafkaConsumer", self._consumer),
            patch("aiokafka.AIOKafkaProducer", return_value=AsyncMock()),
            patch("aiokafka.admin.client.AIOKafkaAdminClient", return_value=AsyncMock()),
        ):
            try:
                await broker.start()
                yield
            finally:
                await broker.stop()

    def _consumer(self, *_: object, **options: Any) -> FakeConsumer:
        consumer = FakeConsumer(self, options)
        self.consumers.append(consumer)
        return consumer


class FakeConsumer:
    def __init__(self, kafka: FakeKafka, options: dict[str, Any]) -> None:
        self.options = options
        self._kafka = kafka
        self._group = self._group_id = options["group_id"]
        self._positions: dict[TopicPartition, int] = {}
        self._stopped = False
        self.topics: Sequence[str] = ()

    def subscribe(self, topics: Sequence[str] = (), pattern: str | None = None, listener: object = None) -> None:
        self.topics = list(topics)

    async def start(self) -> None:
        for place in self.assignment():
            self._positions[place] = self._kafka.committed[self._group, place]

    async def stop(self) -> None:
        self._stopped = True

    def assignment(self) -> set[TopicPartition]:
        return {place for place in self._kafka.records if place.topic in self.topics}

    async def position(self, place: TopicPartition) -> int:
        return self._positions[place]

    async def end_offsets(self, places: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        return {place: len(self._kafka.records[place]) for place in places}

    async def commit(self) -> None:
        self._kafka.log.append(Commit(self._group, dict(self._positions)))
        self._kafka.committed |= {(self._group, place): offset for place, offset in self._positions.items()}

    def seek(self, partition: TopicPartition, offset: int) -> None:
        self._kafka.log.append(Seek(self._group, partition, offset))
        self._positions[partition] = offset

    async def getmany(self, timeout_ms: int = 0, max_records: int | None = None) -> dict[TopicPartition, list[Record]]:
        await asyncio.sleep(0)
        if self._stopped:
            raise ConsumerStoppedError
        found: dict[TopicPartition, list[Record]] = {}
        left = max_records or 1000
        for place in sorted(self.assignment()):
            start = self._positions[place]
            if some := self._kafka.records[place][start : start + left]:
                found[place] = some
                self._positions[place] += len(some)
                left -= len(some)
        return found


def record(
    topic: str,
    partition: int,
    offset: int,
    value: bytes | None,
    *,
    key: bytes | None = b"k",
    headers: Iterable[tuple[str, bytes | None]] = (),
) -> Record:
    return ConsumerRecord(
        topic=topic,
        partition=partition,
        offset=offset,
        timestamp=1,
        timestamp_type=0,
        key=key,
        value=value,
        checksum=None,
        serialized_key_size=len(key or b""),
        serialized_value_size=len(value or b""),
        headers=tuple(headers),
    )
