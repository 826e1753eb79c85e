"""The two Kafkas of the one suite: a fake that is exact, and the real one that is true."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Protocol
from uuid import uuid4

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy

from cme_bus.broker import make_broker
from cme_bus.consumer import Consumer
from cme_bus.outgoing import murmur2
from tests.bus.events import Message
from tests.bus.fake_consumer import FakeKafka
from tests.support import Kafka


class AnyBytes(str):
    """A header's name as other languages' clients may write it: bytes that need not be UTF-8."""

    __slots__ = ()

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        return super().encode(encoding, "surrogateescape")


class Transport(Protocol):
    async def topic(self, partitions: int = 1) -> str:
        """A topic of the test's own. Several partitions only where the test needs them."""

    async def put(self, topic: str, *messages: Message) -> None:
        """Write records, past all our own code."""

    def hearing(self, consumer: Consumer[Any]) -> Any:
        """While inside, this consumer runs as it does in production."""

    async def committed(self, consumer: Consumer[Any], topic: str) -> int:
        """How many records of the topic the consumer has told Kafka it needs no more."""


class OnFake:
    def __init__(self) -> None:
        self.kafka = FakeKafka()

    async def topic(self, partitions: int = 1) -> str:
        name = f"test.{uuid4().hex[:8]}"
        self.kafka.create(name, partitions)
        return name

    async def put(self, topic: str, *messages: Message) -> None:
        width = sum(place.topic == topic for place in self.kafka.records)
        for message in messages:
            partition = message.partition
            if partition is None:
                partition = murmur2(message.key or b"") % width
            self.kafka.append(topic, partition, message.value, message.key, message.headers)

    @asynccontextmanager
    async def hearing(self, consumer: Consumer[Any]) -> AsyncIterator[None]:
        broker = make_broker("nowhere:1", client_id="test")
        consumer.attach(broker)
        async with self.kafka.running(broker):
            yield

    async def committed(self, consumer: Consumer[Any], topic: str) -> int:
        return sum(
            offset
            for (group, place), offset in self.kafka.committed.items()
            if group == consumer.name and place.topic == topic
        )


class OnKafka:
    def __init__(self, kafka: Kafka) -> None:
        self._kafka = kafka

    async def topic(self, partitions: int = 1) -> str:
        return await self._kafka.topic("test", partitions)

    async def put(self, topic: str, *messages: Message) -> None:
        async with AIOKafkaProducer(bootstrap_servers=self._kafka.servers, acks="all") as producer:
            width = len(await producer.partitions_for(topic))
            batches: dict[int, Any] = {}
            for message in messages:
                partition = message.partition
                if partition is None:
                    partition = murmur2(message.key or b"") % width
                if partition not in batches:
                    batches[partition] = producer.create_batch()
                    batches[partition]._builder = _DefaultRecordBatchBuilderPy(2, 0, 0, -1, -1, 0, 1 << 20)
                headers = [(AnyBytes(name), value) for name, value in message.headers]
                batch = batches[partition]
                assert batch.append(key=message.key, value=message.value, timestamp=None, headers=headers)
            for partition, batch in batches.items():
                batch.close()
                await (await producer.send_batch(batch, topic, partition=partition))

    @asynccontextmanager
    async def hearing(self, consumer: Consumer[Any]) -> AsyncIterator[None]:
        broker = make_broker(self._kafka.servers, client_id="test")
        consumer.attach(broker)
        try:
            await broker.start()
            yield
        finally:
            await broker.stop()

    async def committed(self, consumer: Consumer[Any], topic: str) -> int:
        admin = AIOKafkaAdminClient(bootstrap_servers=self._kafka.servers)
        await admin.start()
        try:
            offsets = await admin.list_consumer_group_offsets(consumer.name)
            return sum(
                found.offset
                for place, found in offsets.items()
                if isinstance(place, TopicPartition) and place.topic == topic
            )
        finally:
            await admin.close()
