"""What the three contestants share: the servers, the tables, the events, the clock and the counting."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar, Protocol
from uuid import uuid4

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from cme_bus.database import as_it_is, prepare
from cme_bus.migrate import migrate
from cme_bus.sealing import Key
from cme_contracts.base import Event, PersonalData, Service, personal_field
from cme_contracts.sealed import Sealed

PARTITIONS = 12
STATE = "CREATE TABLE state (event_id uuid PRIMARY KEY, key text NOT NULL, step int NOT NULL)"
KEY = Key("k1", b"k" * 32)


class Pupil(PersonalData):
    given_name: str = personal_field("as the school wrote it")
    family_name: str = personal_field("as the school wrote it")
    born_on: str = personal_field("to match the child")
    address: str = personal_field("last known")


class Measured(Event):
    """About 600 bytes on the wire, a third of them sealed: what a referral looks like."""

    type: ClassVar[str] = "bench.measured.v1"
    stream: ClassVar[str] = ""
    owner: ClassVar[Service] = "referrals"
    source_clause: ClassVar[str] = "a measurement"
    readers: ClassVar[frozenset[Service]] = frozenset({"register"})
    lawful_basis: ClassVar[str] = "a measurement"

    submission_id: str
    step: int
    reason: str = "removed-from-roll"
    school: str = "999/4321"
    received_at: str = "2026-09-01T09:00:00+00:00"
    bad: bool = False
    personal: Sealed[Pupil]

    @property
    def key(self) -> str:
        return self.submission_id


PUPIL = Sealed(
    Pupil(
        given_name="Wilhelmina", family_name="Featherstonehaugh", born_on="2014-02-28", address="1 Long Lane, Anytown"
    )
)


@dataclass(frozen=True)
class Load:
    """`count` events over a tenth as many keys; every `bad_every`th is refused, every `held_every`th is of a held key."""

    count: int
    bad_every: int = 0
    held_every: int = 0

    def events(self) -> list[Measured]:
        width = max(self.count // 10, 1)
        made = []
        for n in range(self.count):
            bad = bool(self.bad_every) and n % self.bad_every == self.bad_every // 2
            held = bool(self.held_every) and n % self.held_every == self.held_every // 2
            key = "held" if held else f"bad-{n}" if bad else f"{n % width:08d}-0000-4000-8000-000000000000"
            made.append(Measured(submission_id=key, step=n // width, bad=bad, personal=PUPIL))
        return made

    @property
    def parked(self) -> int:
        return sum(self.count // every for every in (self.bad_every, self.held_every) if every)


@dataclass
class Rig:
    """One round's database and topic, new for each."""

    servers: str
    dsn: str
    topic: str
    pool: asyncpg.Pool[asyncpg.Record]
    load: Load

    async def done(self) -> bool:
        """Everything has arrived: in the state table, or parked."""
        row = await self.pool.fetchrow(
            'SELECT (SELECT count(*) FROM state) AS state, (SELECT count(*) FROM parked WHERE "offset" >= 0) AS parked'
        )
        assert row is not None
        return bool(row["state"] + row["parked"] >= self.load.count)

    async def check(self) -> None:
        """All rows and records are there, once: a contestant that loses or doubles is not measured."""
        state, inbox, outbox, parked = [
            await self.pool.fetchval(f"SELECT count(*) FROM {table}")
            for table in ("state", "inbox", "outbox", 'parked WHERE "offset" >= 0')
        ]
        expected = self.load.count - self.load.parked
        assert (state, inbox, outbox, parked) == (expected, expected, 0, self.load.parked), (
            state,
            inbox,
            outbox,
            parked,
        )
        assert await self.pool.fetchval("SELECT count(DISTINCT event_id) FROM state") == expected
        assert await self.records() == self.load.count

    async def records(self) -> int:
        async with AIOKafkaConsumer(bootstrap_servers=self.servers) as consumer:
            ends = await consumer.end_offsets([TopicPartition(self.topic, n) for n in range(PARTITIONS)])
            return sum(ends.values())


type Handled = Callable[[Sequence[bytes]], None]


class Contestant(Protocol):
    name: str
    handled: Handled
    """Called with the keys of a batch once its effects are committed."""

    def speaking(self, rig: Rig) -> AbstractAsyncContextManager[None]:
        """The relay, ready, for the time of an `async with`."""

    def hearing(self, rig: Rig) -> AbstractAsyncContextManager[None]:
        """The consumer, ready."""

    async def write(self, rig: Rig, events: Sequence[Measured]) -> None:
        """Commit the events to the outbox as this contestant's application would."""


@asynccontextmanager
async def background(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def new_rig(servers: str, postgres: str, load: Load) -> AsyncIterator[Rig]:
    name = f"bench_{uuid4().hex[:12]}"
    admin = await asyncpg.connect(postgres)
    await admin.execute(f"CREATE DATABASE {name}")
    dsn = f"{postgres.rpartition('/')[0]}/{name}"
    topic = f"bench.{uuid4().hex[:8]}"
    kafka = AIOKafkaAdminClient(bootstrap_servers=servers)
    await kafka.start()
    await kafka.create_topics([NewTopic(topic, PARTITIONS, 1)])
    try:
        with TemporaryDirectory() as folder:
            (Path(folder) / "0001_state.sql").write_text(STATE)
            await migrate(dsn, component="bench", folder=Path(folder))
        async with asyncpg.create_pool(dsn, min_size=4, max_size=10, init=prepare, reset=as_it_is) as pool:
            yield Rig(servers, dsn, topic, pool, load)
    finally:
        await kafka.delete_topics([topic])
        await kafka.close()
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.close()


@dataclass(frozen=True)
class Measure:
    rate: float
    """Events per second."""
    cpu: float
    """Our process's CPU seconds per 1,000 events: what a busy machine disturbs least."""


async def rate(contestant: Contestant, servers: str, postgres: str, load: Load) -> Measure:
    """From the first write to the last effect, all of it running at once."""
    Measured.stream = ""
    async with new_rig(servers, postgres, load) as rig:
        Measured.stream = rig.topic
        events = load.events()
        async with contestant.hearing(rig), contestant.speaking(rig):
            started, used = time.perf_counter(), time.process_time()
            writing = asyncio.create_task(contestant.write(rig, events))
            while not await rig.done():
                await asyncio.sleep(0.02)
            took, used = time.perf_counter() - started, time.process_time() - used
            await writing
            while await rig.pool.fetchval("SELECT count(*) FROM outbox"):
                await asyncio.sleep(0.02)
        await rig.check()
        return Measure(load.count / took, used / load.count * 1000)


async def durability(servers: str, postgres: str) -> dict[str, str]:
    """Read back from the servers, not from what we believe we set."""
    conn = await asyncpg.connect(postgres)
    settings = {
        name: await conn.fetchval(f"SHOW {name}")
        for name in ("server_version", "fsync", "synchronous_commit", "full_page_writes")
    }
    await conn.close()
    kafka = AIOKafkaAdminClient(bootstrap_servers=servers)
    await kafka.start()
    [answer] = await kafka.describe_configs([ConfigResource(ConfigResourceType.BROKER, "1")])
    await kafka.close()
    values = {entry[0]: entry[1] for resource in answer.resources for entry in resource[4]}
    for name in ("log.flush.interval.messages", "min.insync.replicas"):
        settings[f"kafka {name}"] = str(values.get(name))
    return settings
