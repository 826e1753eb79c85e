"""Four databases in one cluster, each with a role of its own and closed to the other three."""

import asyncpg

from deploy.local.failure import Failure
from deploy.local.secrets_file import Secrets
from deploy.local.services import SERVICES


async def ensure(admin: str, secrets: Secrets) -> None:
    """Make what is missing; what is there keeps its data."""
    try:
        connection = await asyncpg.connect(admin, timeout=15)
    except (OSError, asyncpg.PostgresError, TimeoutError) as error:
        message = f"PostgreSQL cannot be reached as administrator: {type(error).__name__}."
        raise Failure(message) from error
    try:
        for service in SERVICES:
            await _ensure_one(connection, service, secrets.database_password(service))
    finally:
        await connection.close()


async def _ensure_one(connection: asyncpg.Connection, service: str, password: str) -> None:
    quoted = await connection.fetchval("SELECT quote_literal($1::text)", password)
    known = await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", service)
    await connection.execute(f"{'ALTER' if known else 'CREATE'} ROLE {service} LOGIN PASSWORD {quoted}")
    if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", service):
        await connection.execute(f"CREATE DATABASE {service} OWNER {service}")
    await connection.execute(f"REVOKE ALL ON DATABASE {service} FROM PUBLIC")  # everybody may connect until it is said
