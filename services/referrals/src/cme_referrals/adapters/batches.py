"""Batches and their rows. Names are written in their order, so that two senders of one file never deadlock."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from cme_bus.database import Connection
from cme_bus.sealing import Keyring
from cme_referrals.application.batches import AcceptedRow, Batch, Known, RefusedRow, RowFault, State
from cme_referrals.application.telling import Sender

OPEN = "INSERT INTO batch (id, scope, sender, format, state, received_at) VALUES ($1, $2, $3, $4, $5, $6)"
HEAD = "UPDATE batch SET format = $2, columns = $3 WHERE id = $1"
COUNT = "UPDATE batch SET accepted = accepted + $2, repeated = repeated + $3, refused = refused + $4 WHERE id = $1"
FINISH = "UPDATE batch SET state = $2, finished_at = $3, wrong = $4, mend = $5 WHERE id = $1"
FIND = """
SELECT id, format, state, received_at, finished_at, accepted, repeated, refused, wrong, mend, columns,
    k.batch_id IS NOT NULL AS file_kept, k.name AS file_name
FROM batch LEFT JOIN kept_file AS k ON k.batch_id = id WHERE id = $1 AND scope = $2"""
REOPEN = """
UPDATE batch SET state = 'receiving', finished_at = NULL, accepted = 0, repeated = 0, refused = 0, wrong = NULL, mend = NULL
WHERE id = $1 AND (finished_at IS NOT NULL OR $2) RETURNING id"""
UNREAD = ("DELETE FROM batch_accepted WHERE batch_id = $1", "DELETE FROM batch_refused WHERE batch_id = $1")
KNOWN = """
SELECT name, submission_id, contents, EXISTS (
    SELECT FROM submission AS s JOIN withdrawal AS w USING (first_submission_id) WHERE s.id = t.submission_id) AS withdrawn
FROM taken_row AS t WHERE name = ANY($1)"""
CLAIM = """
INSERT INTO taken_row (name, contents, submission_id)
SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::uuid[]) ORDER BY 1
ON CONFLICT DO NOTHING RETURNING name"""
TOOK = "INSERT INTO taken_row (name, contents, submission_id) VALUES ($1, $1, $2) ON CONFLICT DO NOTHING"
LET_GO = "DELETE FROM taken_row WHERE name = ANY($1)"
COUNTED = """
SELECT count(*) FILTER (WHERE NOT repeated), count(*) FILTER (WHERE repeated),
    (SELECT count(*) FROM batch_refused WHERE batch_id = $1 AND row BETWEEN $2 AND $3)
FROM batch_accepted WHERE batch_id = $1 AND row BETWEEN $2 AND $3"""
ACCEPTED = """
WITH rows AS (SELECT * FROM batch_accepted WHERE batch_id = $1 AND row > $2 ORDER BY row LIMIT $3)
SELECT rows.row AS number, s.id AS submission_id, s.reference, rows.repeated
FROM rows JOIN submission AS first ON first.id = rows.submission_id JOIN submission AS s
    ON s.id = first.id OR (s.family_id = first.family_id AND s.first_submission_id = s.id)
ORDER BY rows.row, s.id <> first.id, s.id"""
"""A row about several children is as many lines."""
REFUSED = "SELECT row, kid, sealed FROM batch_refused WHERE batch_id = $1 AND row > $2 ORDER BY row LIMIT $3"
FORGET = (
    "DELETE FROM batch WHERE created_at < now() - $1::interval",
    "DELETE FROM taken_row WHERE created_at < now() - $1::interval",
)

TELL = "INSERT INTO told_child SELECT * FROM unnest($1::bytea[], $2::uuid[]) ORDER BY 1, 2 ON CONFLICT DO NOTHING"
TELL_OF_ONE = "INSERT INTO told_child VALUES ($1, $2) ON CONFLICT DO NOTHING"
TOLD = """
SELECT s.reference FROM told_child AS t JOIN submission AS s ON s.id = t.submission_id
WHERE t.token = ANY($1) ORDER BY s.received_at DESC, s.id DESC LIMIT 5"""


class PostgresBatches:
    """Implements the port `Batches`."""

    def __init__(self, conn: Connection, keyring: Keyring) -> None:
        self._conn, self._keyring = conn, keyring

    async def open(self, batch: Batch, sender: Sender) -> None:
        """See the port."""
        await self._conn.execute(
            OPEN, batch.id, sender.scope, sender.subject, batch.format, batch.state, batch.received_at
        )

    async def head(self, batch_id: UUID, format_: str, columns: Sequence[str]) -> None:
        """See the port."""
        await self._conn.execute(HEAD, batch_id, format_, list(columns))

    async def count(self, batch_id: UUID, *, accepted: int, repeated: int, refused: int) -> None:
        """See the port."""
        await self._conn.execute(COUNT, batch_id, accepted, repeated, refused)

    async def finish(
        self, batch_id: UUID, state: State, *, at: datetime, wrong: str | None = None, mend: str | None = None
    ) -> None:
        """See the port."""
        await self._conn.execute(FINISH, batch_id, state, at, wrong, mend)

    async def reopen(self, batch_id: UUID, *, broken_off: bool = False) -> bool:
        """See the port."""
        if not await self._conn.fetchval(REOPEN, batch_id, broken_off):
            return False
        for statement in UNREAD:
            await self._conn.execute(statement, batch_id)
        return True

    async def find(self, batch_id: UUID, sender: Sender) -> Batch | None:
        """See the port."""
        row = await self._conn.fetchrow(FIND, batch_id, sender.scope)
        return Batch(**{**row, "state": State(row["state"]), "columns": tuple(row["columns"])}) if row else None

    async def took(self, content: bytes, submission_id: UUID) -> None:
        """Remember a form that came by itself, for when it comes in a batch: its content is its name."""
        await self._conn.execute(TOOK, content, submission_id)

    async def known(self, names: Sequence[bytes]) -> Mapping[bytes, Known]:
        """See the port."""
        rows = await self._conn.fetch(KNOWN, list(names)) if names else []
        return {row["name"]: Known(row["submission_id"], row["contents"], row["withdrawn"]) for row in rows}

    async def claim(self, rows: Sequence[tuple[bytes, bytes, UUID]]) -> set[bytes]:
        """See the port."""
        found = await self._conn.fetch(CLAIM, *_columns(rows, 3)) if rows else []
        return {row["name"] for row in found}

    async def let_go(self, names: Sequence[bytes]) -> None:
        """See the port."""
        if names:
            await self._conn.execute(LET_GO, list(names))

    async def accept(self, batch_id: UUID, rows: Sequence[tuple[int, UUID, bool]]) -> None:
        """See the port."""
        if rows:
            await self._conn.copy_records_to_table("batch_accepted", records=[(batch_id, *row) for row in rows])

    async def refuse(self, batch_id: UUID, rows: Sequence[RefusedRow]) -> None:
        """See the port."""
        if not rows:
            return
        subject = str(batch_id)
        key = (await self._keyring.for_sealing([subject]))[subject]
        sealed = [
            (batch_id, row.number, key.kid, key.encrypt(_written(row), _bound_to(batch_id, row.number))) for row in rows
        ]
        await self._conn.copy_records_to_table("batch_refused", records=sealed)

    async def counted(self, batch_id: UUID, first: int, last: int) -> tuple[int, int, int]:
        """See the port."""
        accepted, repeated, refused = await self._conn.fetchrow(COUNTED, batch_id, first, last) or (0, 0, 0)
        return accepted, repeated, refused

    async def accepted(self, batch_id: UUID, *, after: int, limit: int) -> Sequence[AcceptedRow]:
        """See the port."""
        return [AcceptedRow(**row) for row in await self._conn.fetch(ACCEPTED, batch_id, after, limit)]

    async def refused(self, batch_id: UUID, *, after: int, limit: int) -> Sequence[RefusedRow]:
        """See the port. A row whose key has been forgotten is given without its content."""
        rows = await self._conn.fetch(REFUSED, batch_id, after, limit)
        keys = await self._keyring.for_opening({row["kid"] for row in rows})
        return [
            _read(row["row"], key.decrypt(row["sealed"], _bound_to(batch_id, row["row"])))
            if (key := keys.get(row["kid"]))
            else RefusedRow(number=row["row"], sent=None, faults=())
            for row in rows
        ]


class PostgresToldChildren:
    """Implements the port `ToldChildren`."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def add(self, tokens: Sequence[tuple[bytes, UUID]]) -> None:
        """See the port."""
        if len(tokens) == 1:
            await self._conn.execute(TELL_OF_ONE, *tokens[0])
        elif tokens:
            await self._conn.execute(TELL, *_columns(tokens, 2))

    async def add_many(self, tokens: Sequence[tuple[bytes, UUID]]) -> None:
        """See the port."""
        if tokens:
            await self._conn.copy_records_to_table("told_child", records=tokens)

    async def before(self, tokens: Sequence[bytes]) -> Sequence[str]:
        """See the port."""
        return [row["reference"] for row in await self._conn.fetch(TOLD, list(tokens))]


async def forget(pool: asyncpg.Pool[asyncpg.Record], *, batches: timedelta, rows: timedelta) -> int:
    """Forget batches with their refused rows, and that rows were taken. Returns how many. Technical time."""
    old = [await pool.execute(statement, keep) for statement, keep in zip(FORGET, (batches, rows), strict=True)]
    return sum(int(one.split()[-1]) for one in old)


def _columns(rows: Sequence[tuple[object, ...]], width: int) -> list[list[object]]:
    return [[row[column] for row in rows] for column in range(width)]


def _written(row: RefusedRow) -> bytes:
    return json.dumps(
        {"sent": row.sent, "cells": row.cells, "faults": [asdict(fault) for fault in row.faults]}
    ).encode()


def _read(number: int, written: bytes) -> RefusedRow:
    content = json.loads(written)
    cells = content["cells"]
    return RefusedRow(
        number=number,
        sent=content["sent"],
        cells=None if cells is None else tuple(cells),
        faults=tuple(RowFault(**fault) for fault in content["faults"]),
    )


def _bound_to(batch_id: UUID, row: int) -> bytes:
    return f"{batch_id} refused {row}".encode()
