"""Reads the topics along with a consumer of its own, and keeps what is about one child."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from aiokafka import AIOKafkaConsumer, ConsumerRecord

from cme_bus.errors import Unprocessable
from cme_bus.meta import Meta


@dataclass(frozen=True, slots=True)
class Seen:
    """An event as it lay in its topic."""

    meta: Meta
    topic: str
    partition: int
    offset: int
    value: dict[str, Any]

    @property
    def service(self) -> str:
        return self.meta.source.rpartition("/")[2]


@dataclass(slots=True)
class Watcher:
    """Everything said since it began; `about` picks one child's, found from the submissions that are the story's own."""

    consumer: AIOKafkaConsumer
    seen: list[Seen] = field(default_factory=list)
    _known: set[UUID] = field(default_factory=set)
    _arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def run(self) -> None:
        while True:
            batches = await self.consumer.getmany(timeout_ms=200)
            for records in batches.values():
                self._take(records)
            if batches:
                async with self._arrived:
                    self._arrived.notify_all()

    def _take(self, records: list[ConsumerRecord[bytes, bytes]]) -> None:
        for record in records:
            try:
                meta = Meta.parse(record.headers)
                value = json.loads(record.value or b"")
            except (Unprocessable, ValueError):
                continue  # somebody's rubbish: the services park it, a story passes it by
            if meta.id not in self._known:  # a relay that was killed may send twice; readers drop the second
                self._known.add(meta.id)
                self.seen.append(Seen(meta, record.topic, record.partition, record.offset, value))

    def about(self, submissions: set[str]) -> list[Seen]:
        """The events of the child these submissions are about, in the order they were read."""
        children = {one.value["child_id"] for one in self.seen if _matches(one, submissions)}
        return [one for one in self.seen if one.meta.subject in submissions | children]

    async def next(self, patience: float) -> bool:
        """Wait for anything new. False: nothing came in time."""
        try:
            async with asyncio.timeout(patience), self._arrived:
                await self._arrived.wait()
        except TimeoutError:
            return False
        return True


def _matches(one: Seen, submissions: set[str]) -> bool:
    return one.meta.type == "cme.submission.matched.v1" and one.value["submission_id"] in submissions


@asynccontextmanager
async def watching(servers: str, topics: list[str]) -> AsyncIterator[Watcher]:
    """Read every topic from its end as it is now."""
    consumer = AIOKafkaConsumer(
        *topics,
        bootstrap_servers=servers,
        group_id=None,
        isolation_level="read_committed",
    )
    await consumer.start()
    try:
        await consumer.seek_to_end()
        for place in consumer.assignment():
            await consumer.position(place)  # the end is looked up now, not at the first fetch
        watcher = Watcher(consumer)
        reading = asyncio.create_task(watcher.run())
        try:
            yield watcher
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
    finally:
        await consumer.stop()
