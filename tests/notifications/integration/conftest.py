"""A notifications service on a real PostgreSQL, heard and watched without Kafka between: events go in as records
through the bus's own consumer, and what it says is read from its outbox."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from aiokafka import ConsumerRecord

import cme_council
import cme_identity
import cme_web
from cme_bus.consumer import Consumer
from cme_bus.database import Database, as_it_is, prepare
from cme_bus.meta import Meta
from cme_bus.migrate import migrate
from cme_bus.sealing import Key, VersionedKeyring
from cme_contracts.base import CATALOG, Event
from cme_notifications import __main__ as program
from cme_notifications.adapters.council import council_on
from cme_notifications.adapters.mailbox import Mailbox
from cme_notifications.adapters.places import Places
from cme_notifications.adapters.postgres import NotificationsTx
from cme_notifications.adapters.routes import read_routes
from cme_notifications.adapters.templates import Templates
from cme_notifications.application.compose import Composer
from cme_notifications.application.ports import Channel
from cme_notifications.application.send import Sender
from cme_notifications.entrypoints import events
from cme_web.links import Links
from tests.notifications.invented import DUE, NOON
from tests.notifications.written import write

KEYRING = VersionedKeyring([Key("k1", b"k" * 32)])
COUNCIL = cme_council.load(Path("deploy/local/county/council.toml"))
FOLDERS = {"web": cme_web.MIGRATIONS, "identity": cme_identity.MIGRATIONS, "notifications": program.SERVICE.migrations}
LINKS = Links("a secret that signs links in tests only")


def composer(council: cme_council.Council = COUNCIL) -> Composer:
    """Writes as the service does, in the invented county's name or another council's."""
    places = Places(
        referrals="https://r.example.org",
        register="https://g.example.org",
        safeguarding="https://s.example.org",
        sign=LINKS.make,
    )
    return Composer(Templates(council.label), lambda: council_on(council, DUE), places)


@dataclass(frozen=True)
class Said:
    """An event in the outbox."""

    event: Any  # whichever of the three it is: the tests ask for the fields of the one they expect
    meta: Meta

    @property
    def type(self) -> str:
        return str(self.event.type)


@dataclass
class Service:
    """The service under test."""

    pool: asyncpg.Pool
    db: Database[NotificationsTx]
    consumer: Consumer[NotificationsTx]
    now: datetime = NOON
    offsets: Any = field(default_factory=count)

    async def hear(self, *told: Event) -> list[Meta]:
        """Events arrive, each in a batch of its own: opened, claimed, handled."""
        records = await self.records(*told)
        for record in records:
            await self.hear_again(record)
        return [Meta.parse(record.headers) for record in records]

    async def hear_again(self, record: ConsumerRecord) -> None:
        """One record as Kafka hands it over."""
        await self.consumer.take([record])

    async def records(self, *told: Event) -> list[ConsumerRecord]:
        """Events as they come from their topics."""
        async with self.pool.acquire() as conn:
            sent = [await write(conn, KEYRING, event) for event in told]
        return [
            ConsumerRecord(
                one.event.stream,
                0,
                next(self.offsets),
                0,
                0,
                one.event.key.encode(),
                one.value,
                None,
                0,
                0,
                one.headers,
            )
            for one in sent
        ]

    def sender(self, channel: Channel | None = None, **options: Any) -> Sender:
        """A sender; with the mailbox, unless it is given another channel."""
        return Sender(self.db.transaction, channel or Mailbox(self.pool), composer(), lambda: self.now, **options)

    async def send_all(self, channel: Channel | None = None) -> None:
        """Everything that may go out now."""
        sender = self.sender(channel)
        await sender.address()
        while await sender.send_next():
            pass

    async def say(self) -> list[Said]:
        """Everything it has said, in order."""
        rows = await self.pool.fetch("SELECT headers::text, payload FROM outbox ORDER BY seq")
        heads = [
            Meta.parse((name, value.encode()) for name, value in json.loads(row["headers"]).items()) for row in rows
        ]
        return [
            Said(CATALOG[head.type].model_validate_json(row["payload"]), head)
            for head, row in zip(heads, rows, strict=True)
        ]

    async def parked(self) -> int:
        return int(await self.pool.fetchval("SELECT count(*) FROM parked"))

    async def rows(self) -> list[asyncpg.Record]:
        """Every message, in the order in which it was owed."""
        return await self.pool.fetch("SELECT * FROM message ORDER BY place")

    async def states(self) -> dict[str, str]:
        """State by recipient."""
        return {row["recipient"]: row["state"] for row in await self.rows()}

    async def mail(self, address: str | None = None) -> list[str]:
        """The subjects of the mail that has arrived, the oldest first."""
        return [mail.subject for mail in reversed(await Mailbox(self.pool).read(address, 100))]

    async def passes(self, time: timedelta) -> None:
        """So much technical time goes by, for every message."""
        await self.pool.execute(
            "UPDATE message SET queued_at = queued_at - $1::interval, retry_at = retry_at - $1::interval,"
            " leased_until = leased_until - $1::interval",
            time,
        )


@pytest.fixture(scope="session")
async def migrated(postgres: str) -> AsyncIterator[str]:
    """A database of this service, made once."""
    name = f"notifications_{uuid4().hex}"
    admin = await asyncpg.connect(postgres)
    await admin.execute(f"CREATE DATABASE {name}")
    dsn = f"{postgres.rpartition('/')[0]}/{name}"
    for component, folder in FOLDERS.items():
        await migrate(dsn, component=component, folder=folder)
    yield dsn
    await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await admin.close()


@pytest.fixture
async def service_dsn(migrated: str) -> str:
    """That database, empty: to empty its tables is many times faster than to make another."""
    conn = await asyncpg.connect(migrated)
    tables = await conn.fetch(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'schema_migration'"
    )
    await conn.execute(";".join(f'DELETE FROM "{row["tablename"]}"' for row in tables))
    await conn.close()
    return migrated


@pytest.fixture
async def service(service_dsn: str) -> AsyncIterator[Service]:
    async with asyncpg.create_pool(service_dsn, min_size=0, max_size=8, init=prepare, reset=as_it_is) as pool:
        db = Database(pool, NotificationsTx, source="/cme/notifications", keyring=KEYRING)
        yield Service(pool, db, events.consumer(db, read_routes(), lambda: NOON))
