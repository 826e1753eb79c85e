"""A register on a real database of its own, and its officers over HTTP."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx2
import pytest

from cme_bus.database import Database, as_it_is, prepare
from cme_bus.migrate import migrate
from cme_register.__main__ import SERVICE
from cme_register.adapters.postgres import RegisterTx
from cme_register.entrypoints.access import ACCESS
from cme_register.entrypoints.answers import ANSWERS
from cme_register.entrypoints.examples import example
from cme_register.entrypoints.http import routers
from cme_web.app import make_app
from cme_web.tokens import TokenChecker
from tests.described import Promised
from tests.kit.issuer import NAME, Issuer
from tests.register.integration.county import GWILYM, IMOGEN, KEYRING, Register, Standing
from tests.register.integration.desk import Desk
from tests.register.integration.sheet import Sheet
from tests.register.invented import NOVEMBER


@pytest.fixture(scope="session")
def migrated(postgres: str) -> Iterator[str]:
    """A database with every table of the register; each test finds them empty."""
    dsn = f"{postgres.rpartition('/')[0]}/register_{uuid4().hex}"
    name = dsn.rpartition("/")[2]

    async def run(*statements: str) -> None:
        admin = await asyncpg.connect(postgres)
        for statement in statements:
            await admin.execute(statement)
        await admin.close()

    async def make() -> None:
        await run(f"CREATE DATABASE {name}")
        for component, folder in SERVICE.folders():
            await migrate(dsn, component=component, folder=folder)

    asyncio.run(make())
    yield dsn
    asyncio.run(run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


@pytest.fixture
async def pool(migrated: str) -> AsyncIterator["asyncpg.Pool[asyncpg.Record]"]:
    async with asyncpg.create_pool(migrated, min_size=0, max_size=8, init=prepare, reset=as_it_is) as pool:
        await pool.execute(EMPTY)
        yield pool


EMPTY = """
DO $$
DECLARE name text;
BEGIN
    SET LOCAL session_replication_role = replica;  -- in no order: no foreign key is looked at
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'schema_migration' LOOP
        EXECUTE format('DELETE FROM %I', name);
    END LOOP;
END $$"""
"""Quicker than a database for each test."""


@pytest.fixture(scope="session")
def issuer() -> Issuer:
    """Whose tokens the register accepts here."""
    return Issuer()


@pytest.fixture
async def register(pool: "asyncpg.Pool[asyncpg.Record]") -> Register:
    """With two Lead Officers and a team manager; the outbox holds nothing about them any more."""
    made = Register(Database(pool, RegisterTx, source="/cme/register", keyring=KEYRING), Standing(NOVEMBER))
    await made.staff()
    await pool.execute("DELETE FROM outbox")
    return made


@pytest.fixture(scope="session")
def promised() -> list[Promised]:
    """What the register's description promises, once somebody has read it."""
    return []


@pytest.fixture
async def desk(register: Register, issuer: Issuer, promised: list[Promised]) -> AsyncIterator[Callable[..., Desk]]:
    """Somebody at their desk: `desk("lead_officer")`. What they may do, and are answered, is decided as in production.

    Every answer is held against what the description promises.
    """
    async with httpx2.AsyncClient(transport=issuer.transport) as keys:
        app = make_app(
            title="register",
            access=ACCESS,
            answers=ANSWERS,
            examples=example,
            routers=routers(register.db, register.clock, register.rules),
            tokens=TokenChecker(issuer=NAME, audience="cme", jwks_url=f"{NAME}/jwks", client=keys),
        )
        if not promised:
            promised.append(Promised(app.openapi()))
        async with httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=app),
            base_url="http://register.test",
            event_hooks={"response": [promised[0].keeps]},
        ) as client:

            def at(role: str = "lead_officer", subject: str | None = None) -> Desk:
                officer = {"lead_officer": IMOGEN, "team_manager": GWILYM}.get(role, GWILYM)
                manager = issuer.token("team_manager", sub=str(GWILYM))
                return Desk(client, issuer.token(role, sub=subject or str(officer)), manager)

            yield at


@pytest.fixture
def sheet(register: Register, tmp_path: Path) -> Sheet:
    """The council's sheet on the first day, Tuesday 24 November."""
    register.clock.at = datetime.fromisoformat("2026-11-24T08:00:00+00:00")
    return Sheet(register, tmp_path)
