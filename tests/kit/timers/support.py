"""What the tests of timers share: a clock one can turn, a transaction that keeps what fired, an event, a database to ask."""

from datetime import UTC, datetime, timedelta
from typing import ClassVar
from uuid import UUID

import asyncpg

from cme_bus.database import Database, Tx, prepare
from cme_bus.migrate import migrate
from cme_contracts.base import CATALOG, Event
from cme_timers import MIGRATIONS, Timer, Timers

START = datetime(2026, 11, 23, 9, tzinfo=UTC)
"""Business time at the start of every test."""


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


class HandClock:
    """A business clock that moves when it is told to."""

    def __init__(self) -> None:
        self._now = START

    def now(self) -> datetime:
        return self._now

    def set(self, hours: float) -> None:
        self._now = at(hours)


class Rang(Event):
    """Something fell due. Only tests say it."""

    type: ClassVar[str] = "cme.test-timer.rang.v1"
    stream: ClassVar[str] = "cme.register"
    owner: ClassVar = "register"
    source_clause: ClassVar[str] = "none"

    subject_id: UUID
    kind: str

    @property
    def key(self) -> str:
        return str(self.subject_id)


del CATALOG[Rang.type]  # no event of the product: other tests count those


class RingingTx(Tx):
    """Remembers in a table what rang, beside announcing it."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.timers = Timers(self.conn)

    async def ring(self, timer: Timer, detected_at: datetime) -> None:
        await self.conn.execute(
            "INSERT INTO rang (kind, subject, due_at, detected_at) VALUES ($1, $2, $3, $4)",
            timer.kind, timer.subject, timer.due_at, detected_at,
        )  # fmt: skip
        self.publish(Rang(subject_id=timer.subject, kind=timer.kind))


async def ring(timer: Timer, tx: RingingTx, detected_at: datetime) -> None:
    """The handler of most tests."""
    await tx.ring(timer, detected_at)


RANG = """
CREATE TABLE rang (
    n int GENERATED ALWAYS AS IDENTITY, kind text, subject uuid, due_at timestamptz, detected_at timestamptz
)"""


async def prepared(dsn: str) -> None:
    """A database with the tables of timers, of the bus and of these tests."""
    await migrate(dsn, component="timers", folder=MIGRATIONS)
    conn = await asyncpg.connect(dsn)
    await conn.execute(RANG)
    await conn.close()


async def opened(dsn: str, tx: type[RingingTx] = RingingTx) -> Database[RingingTx]:
    pool = await asyncpg.create_pool(dsn, min_size=1, max_size=8, init=prepare)
    return Database(pool, tx, source="test")


async def set_timer(db, kind, subject, due_at, detail=None):
    async with db.transaction() as tx:
        return await tx.timers.set_timer(kind, subject, due_at, detail)


async def rung(db):
    return [(row["kind"], row["subject"]) for row in await db.pool.fetch("SELECT kind, subject FROM rang ORDER BY n")]


async def announced(db):
    return await db.pool.fetchval("SELECT count(*) FROM outbox")
