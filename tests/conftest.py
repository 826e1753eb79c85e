"""Real servers for tests, by the same road as the local run, and only when a test asks for them."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from uuid import uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, settings

from tests.servers import Servers
from tests.support import Kafka

SERVERS = pytest.StashKey[Servers]()

# How long an example takes says how busy the machine is, and nothing of the code.
settings.register_profile("cme", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("cme")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Note which servers the chosen tests will ask for, so that the first to ask starts them side by side."""
    wanted = {name for item in session.items if isinstance(item, pytest.Function) for name in item.fixturenames}
    session.config.stash[SERVERS] = Servers(wanted & {"kafka_servers", "postgres"})


@pytest.fixture(scope="session")
def servers(request: pytest.FixtureRequest) -> Iterator[Servers]:
    servers = request.config.stash[SERVERS]
    try:
        yield servers
    finally:
        servers.stop()


@pytest.fixture(scope="session")
def kafka_servers(servers: Servers) -> str:
    """Bootstrap servers of a real Apache Kafka, shared by the session."""
    return servers.kafka()


@pytest.fixture(scope="session")
def postgres(servers: Servers) -> str:
    """The administrator's DSN of a real PostgreSQL 18, shared by the session."""
    return servers.postgres()


@pytest.fixture
def kafka(kafka_servers: str) -> Kafka:
    return Kafka(kafka_servers)


@pytest.fixture
def topic(kafka: Kafka) -> Callable[..., Awaitable[str]]:
    """Makes a topic of the test's own: `await topic("cme.register", partitions=3)`."""
    return kafka.topic


@pytest.fixture
async def new_database(postgres: str) -> AsyncIterator[Callable[..., Awaitable[str]]]:
    """Makes an empty database, or a copy of another (`template=dsn`), and gives its DSN; all are dropped after the test."""
    made: list[str] = []

    async def make(*, template: str | None = None) -> str:
        name = f"test_{uuid4().hex}"
        copied = "template1" if template is None else template.rpartition("/")[2]
        admin = await asyncpg.connect(postgres)
        try:
            await admin.execute(f'CREATE DATABASE {name} TEMPLATE "{copied}"')
        finally:
            await admin.close()
        made.append(name)
        return f"{postgres.rpartition('/')[0]}/{name}"

    yield make
    admin = await asyncpg.connect(postgres)
    for name in made:
        await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await admin.close()


@pytest.fixture
async def dsn(new_database: Callable[..., Awaitable[str]]) -> str:
    """An empty database of the test's own."""
    return await new_database()


@pytest.fixture
async def connect(dsn: str) -> AsyncIterator[Callable[[], Awaitable[asyncpg.Connection]]]:
    """Opens connections to the test's database; they are closed after the test."""
    async with AsyncExitStack() as stack:

        async def open_one() -> asyncpg.Connection:
            connection = await asyncpg.connect(dsn)
            stack.push_async_callback(connection.close, timeout=5)
            return connection

        yield open_one
