"""Our bus by its production path: sealing, outbox, lease, lanes, inbox, held keys, validation, opening."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import asyncpg

from cme_bus.broker import make_broker
from cme_bus.consumer import Consumer
from cme_bus.database import Database, Tx, prepare
from cme_bus.errors import Unprocessable
from cme_bus.meta import Meta
from cme_bus.outgoing import Outgoing, producer
from cme_bus.relay import Relay
from cme_bus.sealing import VersionedKeyring
from tests.bench.bus_rig import KEY, Handled, Measured, Rig

BATCH = 1000


class Timed(Consumer[Tx]):
    """Says when a batch has been settled."""

    handled: Handled = staticmethod(lambda keys: None)

    async def take(self, records: Any) -> None:
        await super().take(records)
        self.handled([record.key for record in records])


class Ours:
    """`named`: the handler of many says which event it refuses; otherwise the bus has to search for it."""

    def __init__(self, *, named: bool = True) -> None:
        self.name = "ours"
        self.handled: Handled = lambda keys: None
        self._named = named

    async def write(self, rig: Rig, events: Sequence[Measured]) -> None:
        for start in range(0, len(events), BATCH):
            async with self.db.transaction() as tx:
                tx.publish(*events[start : start + BATCH])

    @asynccontextmanager
    async def speaking(self, rig: Rig) -> AsyncIterator[None]:
        self.db = _database(rig)

        async def connect() -> asyncpg.Connection[asyncpg.Record]:
            conn = await asyncpg.connect(rig.dsn)
            await prepare(conn)
            return conn

        make = producer([rig.servers])
        relay = asyncio.create_task(Relay(connect, lambda: Outgoing(make), [rig.topic]).run())
        try:
            yield
        finally:
            relay.cancel()
            await asyncio.gather(relay, return_exceptions=True)

    @asynccontextmanager
    async def hearing(self, rig: Rig) -> AsyncIterator[None]:
        consumer = Timed(_database(rig), name=f"register.{uuid4().hex}", catalog={Measured.type: Measured})
        consumer.handled = self.handled
        if rig.load.held_every:
            await self._hold(rig, consumer.name)

        @consumer.on_many(Measured)
        async def keep(run: Sequence[tuple[Measured, Meta]], tx: Tx) -> None:
            for event, meta in run:
                assert event.personal.plain.family_name
                if event.bad:
                    raise Unprocessable("refused", of=meta if self._named else None)
            await tx.conn.execute(
                "INSERT INTO state SELECT * FROM unnest($1::uuid[], $2::text[], $3::int[])",
                [meta.id for _, meta in run],
                [event.submission_id for event, _ in run],
                [event.step for event, _ in run],
            )

        broker = make_broker(rig.servers, client_id="bench")
        consumer.attach(broker)
        await broker.start()
        while (await consumer.lag())[rig.topic] != 0:
            await asyncio.sleep(0.05)
        try:
            yield
        finally:
            await broker.stop()

    @staticmethod
    async def _hold(rig: Rig, name: str) -> None:
        await rig.pool.execute(
            'INSERT INTO parked (consumer, topic, partition, "offset", digest, key, headers, error, holds, attend_by)'
            " VALUES ($1, $2, 0, -1, '', 'held', '{}', 'for the measurement', true, now() + interval '1 day')",
            name,
            rig.topic,
        )


def _database(rig: Rig) -> Database[Tx]:
    return Database(rig.pool, Tx, source="/cme/referrals", keyring=VersionedKeyring([KEY]))
