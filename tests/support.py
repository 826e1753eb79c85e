"""What tests share that is not a fixture."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.structs import ConsumerRecord


async def eventually(check: Callable[[], Awaitable[object]], seconds: float = 20) -> None:
    """Wait until it holds. Never sleep and hope: a loaded machine would make the test flake."""
    async with asyncio.timeout(seconds):
        while not await check():
            await asyncio.sleep(0.02)


@dataclass(frozen=True)
class Kafka:
    """A real broker, as a test wants it: topics of its own, and everything that is in one."""

    servers: str

    async def topic(self, name: str = "test", partitions: int = 3, **config: str) -> str:
        """A topic nobody else has; settings in Kafka's words with underscores: `max_message_bytes="1000"`."""
        unique = f"{name}.{uuid4().hex[:8]}"
        await self.create(unique, partitions, **config)
        return unique

    async def create(self, name: str, partitions: int = 3, **config: str) -> None:
        """A topic of exactly this name."""
        topic = NewTopic(name, partitions, 1, topic_configs=_dotted(config))
        admin = AIOKafkaAdminClient(bootstrap_servers=self.servers)
        await admin.start()
        try:
            await admin.create_topics([topic])
        finally:
            await admin.close()

    async def configure(self, topic: str, **config: str) -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.servers)
        await admin.start()
        try:
            await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, configs=_dotted(config))])
        finally:
            await admin.close()

    async def write(
        self,
        topic: str,
        value: bytes | None,
        *,
        key: bytes | None = None,
        headers: list[tuple[str, bytes]] | None = None,
        partition: int | None = None,
    ) -> None:
        """One record, byte for byte, past all our own code."""
        producer = AIOKafkaProducer(bootstrap_servers=self.servers, acks="all")
        await producer.start()
        try:
            await producer.send_and_wait(topic, value, key=key, headers=headers or [], partition=partition)
        finally:
            await producer.stop()

    async def read_all(self, topic: str) -> list[ConsumerRecord]:
        """Everything that is in a topic now."""
        consumer = AIOKafkaConsumer(topic, bootstrap_servers=self.servers, auto_offset_reset="earliest", group_id=None)
        await consumer.start()
        try:
            ends = await consumer.end_offsets(list(consumer.assignment()))
            got: list[ConsumerRecord] = []
            while any([await consumer.position(place) < end for place, end in ends.items()]):
                got += [one for records in (await consumer.getmany(timeout_ms=200)).values() for one in records]
            return got
        finally:
            await consumer.stop()

    async def read(self, topic: str, count: int, seconds: float = 20) -> list[ConsumerRecord]:
        """The first records of a topic, at least so many; of one partition in its order."""
        consumer = AIOKafkaConsumer(topic, bootstrap_servers=self.servers, auto_offset_reset="earliest", group_id=None)
        await consumer.start()
        got: list[ConsumerRecord] = []
        try:
            async with asyncio.timeout(seconds):
                while len(got) < count:
                    got += [
                        record for records in (await consumer.getmany(timeout_ms=200)).values() for record in records
                    ]
        finally:
            await consumer.stop()
        return got


def _dotted(config: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "."): value for name, value in config.items()}
