"""What happened, and who was shown it. Both are only ever added to."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from cme_bus.database import Connection


class PostgresChronology:
    """Ids, codes and instants in the order of business time."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def note(self, subject: UUID, at: datetime, what: str, **detail: Any) -> None:
        plain = {name: _plain(value) for name, value in detail.items() if value is not None}
        await self._conn.execute(
            "INSERT INTO chronology (subject, at, what, detail) VALUES ($1, $2, $3, $4)", subject, at, what, plain
        )

    async def read(self, subjects: Collection[UUID]) -> Sequence[Mapping[str, Any]]:
        rows = await self._conn.fetch(
            "SELECT at, what, detail FROM chronology WHERE subject = ANY($1::uuid[]) ORDER BY at, id", list(subjects)
        )
        return [dict(row) for row in rows]


def _plain(value: Any) -> Any:
    """As JSON has it."""
    match value:
        case UUID():
            return str(value)
        case date():
            return value.isoformat()
        case _:
            return value


class PostgresAccesses:
    """Reading is written down with the subjects shown, so that it follows the child wherever those go."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def note(self, who: str, what: str, subjects: Collection[UUID]) -> None:
        if subjects:
            await self._conn.execute(
                "INSERT INTO access (who, what, subjects) VALUES ($1, $2, $3)", who, what, sorted(subjects)
            )

    async def of(self, subjects: Collection[UUID], *, before: int | None, limit: int) -> Sequence[Mapping[str, Any]]:
        rows = await self._conn.fetch(
            "SELECT id, who, what, at FROM access WHERE subjects && $1::uuid[] AND ($2::bigint IS NULL OR id < $2)"
            " ORDER BY id DESC LIMIT $3",
            list(subjects),
            before,
            limit,
        )
        return [dict(row) for row in rows]
