from collections.abc import AsyncIterator, Callable

import asyncpg
import httpx2
import pytest
from fastapi import FastAPI

from cme_bus.database import Database, Tx, prepare
from cme_bus.migrate import migrate
from cme_web import MIGRATIONS
from cme_web.tokens import TokenChecker
from tests.kit.issuer import NAME, Issuer

type Visit = Callable[[FastAPI], httpx2.AsyncClient]


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def tokens(issuer: Issuer) -> TokenChecker:
    client = httpx2.AsyncClient(transport=issuer.transport)
    return TokenChecker(issuer=NAME, audience="cme", jwks_url="https://issuer.test/jwks", client=client, pause=0)


@pytest.fixture
def visit() -> Visit:
    """A visitor of an app, over its whole ASGI stack."""

    def of(app: FastAPI) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="https://cme.test")

    return of


@pytest.fixture
async def db(dsn: str) -> AsyncIterator[Database[Tx]]:
    await migrate(dsn, component="web", folder=MIGRATIONS)
    await (conn := await asyncpg.connect(dsn)).execute("CREATE TABLE effect (id serial)")
    await conn.close()
    async with asyncpg.create_pool(
        dsn, min_size=0, max_size=8, init=prepare, server_settings={"lock_timeout": "1s"}
    ) as pool:
        yield Database(pool, Tx, source="/cme/test")
