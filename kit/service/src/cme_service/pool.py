"""Connections to the service's own database, with limits on everything that could hang."""

from __future__ import annotations

import asyncpg

from cme_bus.database import as_it_is, prepare

MOST = 8
"""Connections per process. The sum over all processes stays under the server's max_connections."""
LIMITS = {
    "statement_timeout": "10s",
    "idle_in_transaction_session_timeout": "15s",
    "jit": "off",  # our statements are short: compiling them costs more than it saves
}


def make_pool(dsn: str, *, application: str, lock_timeout: str = "0") -> asyncpg.Pool[asyncpg.Record]:
    """A pool that connects when first used: a service starts, and says so, while its database is away.

    `lock_timeout` is for requests, where somebody waits. A consumer's batch waits for its locks instead, as long
    as a statement may take: then its error is one that passes.
    """
    return asyncpg.create_pool(
        dsn,
        min_size=0,
        max_size=MOST,
        max_inactive_connection_lifetime=300,
        timeout=5,
        command_timeout=15,
        init=prepare,
        reset=as_it_is,
        server_settings={**LIMITS, "application_name": application, "lock_timeout": lock_timeout},
    )


async def connect(dsn: str, *, application: str) -> asyncpg.Connection[asyncpg.Record]:
    """One connection outside the pool, for the relay: it holds a session lock and listens."""
    return await asyncpg.connect(
        dsn, timeout=5, command_timeout=15, server_settings={**LIMITS, "application_name": application}
    )
