"""What the bus's tests share: a migrated database, a keyring, and one suite over two transports."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest
import structlog

from cme_bus.database import Database, Tx, as_it_is, prepare
from cme_bus.migrate import migrate
from cme_bus.sealing import Key, VersionedKeyring
from tests.bus.transports import OnFake, OnKafka, Transport

EFFECT = """
    CREATE TABLE effect (n bigint GENERATED ALWAYS AS IDENTITY, key text, step int, stream text, note text);
    CREATE TABLE once (key text, step int, PRIMARY KEY (key, step));
"""


@pytest.fixture(scope="session")
def effect_migrations(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("migrations")
    (folder / "0001_effect.sql").write_text(EFFECT)
    return folder


@pytest.fixture
async def pool(dsn: str, effect_migrations: Path) -> AsyncIterator[asyncpg.Pool[asyncpg.Record]]:
    await migrate(dsn, component="test", folder=effect_migrations)
    async with asyncpg.create_pool(dsn, min_size=1, max_size=10, init=prepare, reset=as_it_is) as pool:
        yield pool


@pytest.fixture
def key() -> Key:
    return Key("k1", b"k" * 32)


@pytest.fixture
def db(pool: asyncpg.Pool[asyncpg.Record], key: Key) -> Database[Tx]:
    return Database(pool, Tx, source="/cme/referrals", keyring=VersionedKeyring([key]))


@pytest.fixture(params=["fake", "kafka"])
def transport(request: pytest.FixtureRequest) -> Transport:
    """Every invariant is tried on the fake consumer and on the real Kafka."""
    return OnFake() if request.param == "fake" else OnKafka(request.getfixturevalue("kafka"))


@pytest.fixture
def logged() -> AsyncIterator[list[dict[str, object]]]:
    with structlog.testing.capture_logs() as lines:
        yield lines


type Connect = Callable[[], Awaitable[asyncpg.Connection[asyncpg.Record]]]
