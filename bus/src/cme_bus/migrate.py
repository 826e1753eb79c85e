"""Numbered SQL files, each applied once, in order, in a transaction of its own.

The bus's tables are a numbered set apart from the service's: either can grow without renumbering the other.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import structlog

log = structlog.get_logger()

BUS = Path(__file__).parent / "migrations"
LOCK = 0x6D696772
"""`migr`: whoever holds this advisory lock migrates. It is per database, as such locks are."""
NAME = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")
TABLE = """
    CREATE TABLE IF NOT EXISTS schema_migration (
        component text NOT NULL,
        number int NOT NULL,
        name text NOT NULL,
        checksum text NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (component, number)
    )
"""


class MigrationError(Exception):
    """The files and the database tell different stories. Nothing has been changed."""


@dataclass(frozen=True, slots=True)
class Step:
    number: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


async def migrate(dsn: str, *, component: str, folder: Path) -> list[str]:
    """Bring a database up to date: the bus's own tables first, then the service's. Returns what was applied.

    Any number of processes may call it at once: one works, the others wait for it and find nothing to do.
    """
    sets = {"bus": steps(BUS), component: steps(folder)}
    conn = await asyncpg.connect(dsn)
    try:
        # not pg_advisory_lock: a session that waits in one statement makes CREATE INDEX CONCURRENTLY elsewhere wait for it
        while not await conn.fetchval("SELECT pg_try_advisory_lock($1)", LOCK):
            await asyncio.sleep(0.1)
        await conn.execute(TABLE)
        return [applied for name, wanted in sets.items() for applied in await _apply(conn, name, wanted)]
    finally:
        await conn.close()


def steps(folder: Path) -> list[Step]:
    """Read a folder's files. They are numbered 0001, 0002 ... without a gap, so that two branches cannot both add one."""
    found = []
    for path in sorted(folder.glob("*.sql")):
        if not (match := NAME.fullmatch(path.name)):
            raise MigrationError(f"{path.name} is not named 0001_like_this.sql")
        found.append(Step(int(match[1]), path.name, path.read_text(encoding="utf-8")))
    if [step.number for step in found] != list(range(1, len(found) + 1)):
        raise MigrationError(f"the files in {folder} are not numbered 0001, 0002 ... without a gap")
    return found


async def _apply(conn: asyncpg.Connection[asyncpg.Record], component: str, wanted: list[Step]) -> list[str]:
    rows = await conn.fetch("SELECT number, checksum FROM schema_migration WHERE component = $1", component)
    known = {row["number"]: row["checksum"] for row in rows}
    for step in wanted:
        if known.get(step.number, step.checksum) != step.checksum:
            raise MigrationError(f"{component} {step.name} was changed after it had been applied")
    if len(known) > len(wanted):  # an older release beside a newer database: migrations only add, so it still fits
        log.warning("migrate.database_is_newer", component=component, database=max(known), release=len(wanted))
    applied = []
    for step in wanted:
        if step.number in known:
            continue
        async with conn.transaction():
            await conn.execute(step.sql)
            await conn.execute(
                "INSERT INTO schema_migration (component, number, name, checksum) VALUES ($1, $2, $3, $4)",
                component,
                step.number,
                step.name,
                step.checksum,
            )
        log.info("migrate.applied", component=component, step=step.name)
        applied.append(f"{component}/{step.name}")
    return applied
