"""Chronologies, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence

from cme_bus.database import Connection
from cme_register.application.ports import Entry


class PgChronology:
    """See `application.ports.Chronology`."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def add(self, entries: Sequence[Entry]) -> None:
        await self._conn.executemany(
            "INSERT INTO chronology (subject, at, what, detail) VALUES ($1, $2, $3, $4)",
            [(one.subject, one.at, one.what, one.detail) for one in entries],
        )
