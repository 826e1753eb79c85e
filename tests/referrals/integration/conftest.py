"""Intake on a real database, as a visitor meets it over HTTP, with tokens signed here."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx2
import pytest

import cme_council
from cme_bus.database import Database, prepare
from cme_bus.migrate import migrate
from cme_bus.sealing import Key, VersionedKeyring
from cme_calendars import WorkingDays
from cme_referrals.__main__ import REFERRALS
from cme_referrals.adapters.blinding import ADDRESSES, SAMENESS
from cme_referrals.adapters.postgres import ReferralsTx
from cme_referrals.application.authority import Authority
from cme_referrals.application.load import load_establishments
from cme_referrals.domain.school_data import Establishment
from cme_referrals.entrypoints.app import app_of
from cme_referrals.entrypoints.desk import Desk
from cme_referrals.entrypoints.pages.rendering import Pages
from cme_web.app import make_app
from cme_web.blinding import Blinding
from cme_web.links import Links
from cme_web.tokens import TokenChecker
from tests.kit.issuer import NAME, Issuer
from tests.referrals.integration.bulk import Bulk
from tests.referrals.integration.visitor import URL, Visitor
from tests.referrals.invented import MONDAY, OTHER_SCHOOL, SCHOOL

KEYRING = VersionedKeyring([Key("k1", bytes(32))])
SECRET = "no secret at all but long enough for one"
COUNCIL = cme_council.load(Path("deploy/local/county/council.toml"))
LINKS, BLINDS = Links(SECRET), Blinding([SECRET], SAMENESS)
SCHOOLS = [Establishment(urn, "999", "4001", "Harrowmere", "Secondary", open=True) for urn in (SCHOOL, OTHER_SCHOOL)]


class Standing:
    """Business time that stands where a test put it."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


@pytest.fixture(scope="session")
def migrated(postgres: str) -> Iterator[str]:
    """A database with every table of this service and two schools, to be copied."""
    name = f"referrals_{uuid4().hex}"
    dsn = f"{postgres.rpartition('/')[0]}/{name}"

    async def prepare_it() -> None:
        admin = await asyncpg.connect(postgres)
        await admin.execute(f"CREATE DATABASE {name}")
        await admin.close()
        for component, folder in REFERRALS.folders():
            await migrate(dsn, component=component, folder=folder)
        async with asyncpg.create_pool(dsn, min_size=1, max_size=1, init=prepare) as pool:
            async with Database(pool, ReferralsTx, source="/cme/test", keyring=KEYRING).transaction() as tx:
                await load_establishments(tx, SCHOOLS, at=MONDAY)
            await pool.execute("DELETE FROM outbox")

    async def drop_it() -> None:
        admin = await asyncpg.connect(postgres)
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.close()

    asyncio.run(prepare_it())
    yield dsn
    asyncio.run(drop_it())


@pytest.fixture
async def referrals_dsn(migrated: str, new_database: Callable[..., Awaitable[str]]) -> str:
    return await new_database(template=migrated)


@pytest.fixture
async def pool(referrals_dsn: str) -> AsyncIterator[asyncpg.Pool]:
    async with asyncpg.create_pool(
        referrals_dsn, min_size=0, max_size=8, init=prepare, server_settings={"lock_timeout": "5s"}
    ) as pool:
        yield pool


@pytest.fixture
def db(pool: asyncpg.Pool) -> Database[ReferralsTx]:
    return Database(pool, ReferralsTx, source="/cme/referrals", keyring=KEYRING)


@pytest.fixture
def clock() -> Standing:
    return Standing(MONDAY)


@pytest.fixture(scope="session")
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def desk(db: Database[ReferralsTx], clock: Standing) -> Desk:
    """What every way in works with."""
    return Desk(
        db=db,
        clock=clock,
        links=LINKS,
        authority=Authority(la_code="999", working_days=WorkingDays(), addresses=Blinding([SECRET], ADDRESSES)),
        public_url=URL,
        blinds=BLINDS,
    )


@pytest.fixture
async def visitor(desk: Desk, db: Database[ReferralsTx], clock: Standing, issuer: Issuer) -> AsyncIterator[Visitor]:
    """Somebody at the door, over the whole ASGI stack."""
    async with httpx2.AsyncClient(transport=issuer.transport) as keys:
        tokens = TokenChecker(issuer=NAME, audience="cme", jwks_url="https://issuer.test/jwks", client=keys, pause=0)
        app = app_of(
            desk, Pages(COUNCIL, clock.now), partial(make_app, title="CME referrals", tokens=tokens, links=LINKS)
        )
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=URL) as client:
            yield Visitor(client, issuer, pool=db.pool)


@pytest.fixture
def bulk(visitor: Visitor) -> Bulk:
    return Bulk(visitor)
