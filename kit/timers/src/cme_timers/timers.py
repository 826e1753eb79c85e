"""Set and cancel due instants, in the caller's transaction."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import asyncpg

from cme_bus.database import Connection
from cme_bus.meta import Meta, current_meta

type Detail = Mapping[str, str | int]

CODE = re.compile(r"[A-Za-z0-9_.:/@+-]{1,120}")  # no spaces, no letters of names: ids, codes, dates, versions


@dataclass(frozen=True, slots=True)
class Timer:
    """A due instant, in business time. `attempts` counts the failed ones.

    `cause` is the event in whose handling it was set.
    """

    id: int
    kind: str
    subject: UUID
    due_at: datetime
    detail: Detail = field(default_factory=dict)
    attempts: int = 0
    cause: Meta | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A timer to be set; see `Timers.set_timer`."""

    kind: str
    subject: UUID
    due_at: datetime
    detail: Detail = field(default_factory=dict)
    cause: Meta | None = None


class Timers:
    """The timers of one transaction. What is set or cancelled here becomes true if, and only if, it commits.

    Lock the aggregate a timer is about before setting or cancelling it: a handler that fires does the same, and so
    the two cannot wait for each other.
    """

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def set_timer(
        self, kind: str, subject: UUID, due_at: datetime, detail: Detail | None = None, *, cause: Meta | None = None
    ) -> bool:
        """Fire `kind` for `subject` once business time reaches `due_at`; at once if it has already.

        There is one timer per (kind, subject, due_at): setting it again renews its detail, and opens it again if it
        was cancelled. One that has fired stays fired. Returns whether it is open now.
        What it publishes when it fires is caused by `cause`, or by the event that is being handled now.
        `detail` may hold ids, codes and dates only, never personal data. Raises ValueError for anything else in it,
        and for an instant without a time zone.
        """
        return await self._conn.fetchval(SET, *_row(Wanted(kind, subject, due_at, detail or {}, cause))) is not None

    async def set_timers(self, wanted: Sequence[Wanted]) -> None:
        """The same for many at once: a batch of events costs one round trip, not one for each of its timers."""
        await self._conn.executemany(SET, [_row(one) for one in wanted])

    async def cancel(self, subject: UUID, kind: str | None = None) -> int:
        """Cancel the open timers of `subject`, of every kind or of one. Returns how many there were.

        The timer that a handler is firing is not cancelled by that handler: it is firing.
        """
        return int((await self._conn.execute(CANCEL, subject, kind)).split()[-1])

    async def pending(self, subject: UUID) -> list[Timer]:
        """The open timers of `subject`, in the order in which they will fire."""
        return [timer(row) for row in await self._conn.fetch(PENDING, subject)]


def _row(wanted: Wanted) -> tuple[object, ...]:
    if wanted.due_at.tzinfo is None:
        raise ValueError("a due instant needs a time zone")
    for name, value in wanted.detail.items():
        if not (CODE.fullmatch(value) if isinstance(value, str) else isinstance(value, int)):
            raise ValueError(f"{name} of a timer's detail is not an id, a code or a date")
    cause = wanted.cause or current_meta.get()
    headers = json.dumps(cause.headers()) if cause else None
    return wanted.kind, wanted.subject, wanted.due_at, json.dumps(dict(wanted.detail)), headers


def timer(row: asyncpg.Record) -> Timer:
    """A timer from a row of the columns in `COLUMNS`."""
    cause = row["cause"] and Meta.parse((name, value.encode()) for name, value in json.loads(row["cause"]).items())
    return Timer(**dict(row) | {"detail": json.loads(row["detail"]), "cause": cause})


# jsonb as text: whatever codec the pool has for it
COLUMNS = "id, kind, subject, due_at, detail::text AS detail, attempts, cause::text AS cause"

SET = """
INSERT INTO timer (kind, subject, due_at, detail, cause) VALUES ($1, $2, $3, $4::text::jsonb, $5::text::jsonb)
ON CONFLICT (kind, subject, due_at) DO UPDATE
SET detail = excluded.detail, cause = coalesce(excluded.cause, timer.cause), cancelled_at = NULL
WHERE timer.fired_at IS NULL
RETURNING id"""

CANCEL = """
UPDATE timer SET cancelled_at = now()
WHERE subject = $1 AND ($2::text IS NULL OR kind = $2) AND fired_at IS NULL AND cancelled_at IS NULL
  AND id <> ALL (string_to_array(coalesce(current_setting('cme.firing', true), ''), ',')::bigint[])"""

PENDING = f"""
SELECT {COLUMNS} FROM timer
WHERE subject = $1 AND fired_at IS NULL AND cancelled_at IS NULL ORDER BY due_at, id"""
