"""What the parts of a service are built from: made once per process, handed down by argument."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
from fastapi import APIRouter, FastAPI
from starlette.routing import BaseRoute

from cme_bus.database import Database, Tx
from cme_bus.sealing import Keyring, VersionedKeyring
from cme_service.metrics import Metrics
from cme_service.pool import make_pool
from cme_service.settings import ServiceSettings
from cme_timers import BusinessClock, business_clock
from cme_web.access import AccessTable
from cme_web.app import Check, make_app
from cme_web.links import Links
from cme_web.problems import Answers
from cme_web.signatures import CallbackProof
from cme_web.tokens import TokenChecker


@dataclass(frozen=True, slots=True, kw_only=True)
class Context[S: ServiceSettings, T: Tx]:
    """Settings, database, clock, keys. Pass on the part that is needed, not the whole."""

    settings: S
    pool: asyncpg.Pool[asyncpg.Record]
    db: Database[T]
    clock: BusinessClock
    """Business time. Technical time (tokens, leases, retention) is never taken from it."""
    keyring: Keyring
    links: Links
    tokens: TokenChecker
    metrics: Metrics
    checks: dict[str, Check]
    """What readiness asks. The process adds its own; a service may add to it before its app is built."""

    def make_app(
        self,
        *,
        access: AccessTable | None = None,
        routers: Sequence[APIRouter] = (),
        routes: Sequence[BaseRoute] = (),
        answers: Answers | None = None,
        callbacks: Mapping[str, CallbackProof] | None = None,
        **options: Any,
    ) -> FastAPI:
        """`cme_web.app.make_app` with this process's tokens, links, probes and metrics."""
        return make_app(
            title=f"CME {self.settings.service}",
            access=access,
            routers=routers,
            routes=routes,
            answers=answers,
            callbacks=callbacks,
            tokens=self.tokens,
            links=self.links,
            ready=self.checks,
            metrics=self.metrics.render,
            observe=self.metrics.observe,
            per_sender=self.settings.sender_per_minute,
            **options,
        )


@asynccontextmanager
async def open_context[S: ServiceSettings, T: Tx](
    settings: S, tx: type[T], *, role: str, metrics: Metrics | None = None, lock_timeout: str = "0"
) -> AsyncIterator[Context[S, T]]:
    """A context with a pool of its own, closed at the end. Nothing is connected until it is needed."""
    keyring = VersionedKeyring.from_text(settings.keyring.get_secret_value())
    async with make_pool(settings.dsn, application=f"{settings.service}-{role}", lock_timeout=lock_timeout) as pool:
        yield Context(
            settings=settings,
            pool=pool,
            db=Database(pool, tx, source=f"/cme/{settings.service}", keyring=keyring),
            clock=business_clock(settings.local_time),
            keyring=keyring,
            links=Links(*settings.link_secret.get_secret_value().split(",")),
            tokens=TokenChecker(issuer=settings.issuer, audience=settings.audience, jwks_url=str(settings.jwks)),
            metrics=metrics or Metrics(settings.service),
            checks={"database": _database(pool)},
        )


def _database(pool: asyncpg.Pool[asyncpg.Record]) -> Check:
    async def answers() -> str | None:
        try:
            await pool.fetchval("SELECT 1", timeout=2)
        except Exception:  # noqa: BLE001  # whatever it is, the database did not answer
            return "does not answer"
        return None

    return answers
