"""The service on a database of the test's own."""

from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import uuid4

import asyncpg
import pytest

from tests.safeguarding.support import Safeguarding, database, migrated


@pytest.fixture(scope="session")
async def template(postgres: str) -> str:
    """A migrated database to copy: migrating takes longer than most tests."""
    name = f"safeguarding_{uuid4().hex}"
    admin = await asyncpg.connect(postgres)
    await admin.execute(f"CREATE DATABASE {name}")
    await admin.close()
    dsn = f"{postgres.rpartition('/')[0]}/{name}"
    await migrated(dsn)
    return dsn


@pytest.fixture
async def safeguarding(template: str, new_database: Callable[..., Awaitable[str]]) -> AsyncIterator[Safeguarding]:
    async with database(await new_database(template=template)) as db:
        yield Safeguarding(db)
