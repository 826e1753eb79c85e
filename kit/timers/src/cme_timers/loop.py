"""Fires what is due: once, in the transaction of its effect and its events, by however many workers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from time import monotonic
from uuid import UUID

import asyncpg
import structlog

from cme_bus.database import Database, Tx
from cme_bus.errors import describe, passes
from cme_bus.meta import Meta, current_meta
from cme_timers.clock import BusinessClock
from cme_timers.timers import COLUMNS, Timer, timer

log = structlog.get_logger()

type Handler[T: Tx] = Callable[[Timer, T, datetime], Awaitable[None]]
"""What a due instant does: `async (timer, tx, detected_at)`. `detected_at - timer.due_at` is how late it fires."""

type Together[T: Tx] = Callable[[Sequence[Timer], T, datetime], Awaitable[None]]
"""What many due instants of one kind do at once, of different subjects: they fire together or not at all."""

AT_ONCE, IN_SIGHT = 100, 1000
"""Timers that fire in one transaction, and among how many they are looked for: other workers find the next ones free."""

GLANCE = 0.05
"""Seconds between two looks at the clock while waiting: how soon a jump of business time is noticed."""

JUMP = timedelta(seconds=1)
"""What business time must gain on technical time within one wait to count as a jump."""

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=1), timedelta(minutes=5)
"""Technical time until a failed timer is tried again: doubled with each failure, up to the longest."""

HOLD = 5
"""Failed attempts for which a timer holds back the later ones of its subject.

Not for ever: a defect in a reminder must not keep a breach from firing.
"""


class TimerLoop[T: Tx]:
    """One worker. Run as many as wanted, in one process or in several: each timer still fires once.

    A worker claims a subject, not a row, and fires its earliest due timer: so timers of one subject fire in order.
    The claim is an advisory lock of the transaction; nobody who sets or cancels a timer waits for a handler.
    """

    def __init__(
        self,
        db: Database[T],
        clock: BusinessClock,
        handlers: Mapping[str, Handler[T]],
        *,
        together: Mapping[str, Together[T]] | None = None,
        poll: float = 1.0,
        patience: float = 30.0,
    ) -> None:
        """`poll`: seconds until it looks for timers set since, at the latest. `patience`: seconds a handler may take.

        `together`: kinds of which many fire in one transaction. Where that fails each of them is tried by itself, so one that
        cannot fire keeps no other from firing.

        A timer whose kind is in neither is left for a version that knows it, and logged.
        """
        self._db, self._clock, self._together = db, clock, together or {}
        self._handlers = {**{kind: _alone(handler) for kind, handler in self._together.items()}, **handlers}
        self._singly = 0
        """Timers to be tried one by one, after many at once could not fire."""
        self._poll, self._patience = poll, patience
        self._unknown: set[str] = set()
        self._looked_at = clock.now()

    async def run(self) -> None:
        """Fire what is due until cancelled. A database that is unwell is waited for."""
        pause = GLANCE
        while True:
            try:
                await self.fire_due()
                await self._wait()
                pause = GLANCE
            except Exception as error:
                # asyncpg's own confusion when a connection is cut off while it is idle is no defect of ours
                if not (passes(error) or isinstance(error, asyncpg.InternalClientError)):
                    raise
                log.warning("timer.database_unwell", error=describe(error))
                await asyncio.sleep(pause)
                pause = min(pause * 2, self._poll)

    async def fire_due(self) -> int:
        """Fire all that is due at this moment and no other worker is firing. Returns how many fired."""
        fired = 0
        await self._show_unknown()
        while (claimed := await self._fire_next()) is not None:
            fired += claimed
        return fired

    async def _fire_next(self) -> int | None:
        """Try some timers: how many fired; 0 if they failed or were cancelled meanwhile, None if none is free."""
        if self._together and not self._singly:
            fired = await self._fire_together()
            if fired:
                return fired
        self._singly = max(0, self._singly - 1)
        return await self._fire_one()

    async def _fire_together(self) -> int:
        """Try many of the kind that is due first. 0: it is one that fires singly, or they could not; then each is tried alone."""
        tried = 0
        try:
            async with asyncio.timeout(self._patience), self._db.transaction() as tx:
                kinds, self._looked_at = list(self._handlers), self._clock.now()
                claimed = await tx.conn.fetch(
                    CLAIM_MANY, self._looked_at, kinds, HOLD, list(self._together), IN_SIGHT, AT_ONCE
                )
                if not claimed:
                    return 0
                kind, subjects = claimed[0]["kind"], [row["subject"] for row in claimed]
                rows = await tx.conn.fetch(EARLIEST_MANY, self._looked_at, kinds, HOLD, subjects, kind)
                due = [timer(row) for row in rows]
                tried, detected_at = len(due), self._clock.now()
                if not due:
                    return 0
                await tx.conn.execute(FIRING, ",".join(str(one.id) for one in due))
                with _causing(None):
                    await self._together[kind](due, tx, detected_at)
                fired = await tx.conn.fetch(FIRED_MANY, [one.id for one in due], detected_at)
                if len(fired) < len(due):
                    raise _Cancelled
        except _Cancelled:
            self._singly = tried
            return 0
        except Exception as error:
            if not tried:
                raise
            log.warning("timer.not_together", timers=tried, error=describe(error))
            self._singly = tried
            return 0
        self._note_lateness(due, detected_at)
        return tried

    async def _fire_one(self) -> bool | None:
        """Try one timer: True if it fired, False if it failed or was cancelled meanwhile, None if none is free."""
        due: Timer | None = None
        try:
            async with asyncio.timeout(self._patience), self._db.transaction() as tx:
                kinds, self._looked_at = list(self._handlers), self._clock.now()
                subject: UUID | None = await tx.conn.fetchval(CLAIM, self._looked_at, kinds, HOLD)
                if subject is None:
                    return None
                # A new statement, so that it sees what the last holder of the claim has committed.
                row = await tx.conn.fetchrow(EARLIEST, self._looked_at, kinds, HOLD, subject)
                if row is None:
                    return False
                due = timer(row)
                detected_at = self._clock.now()
                with _causing(due.cause):
                    await self._handlers[due.kind](due, tx, detected_at)
                if await tx.conn.fetchval(FIRED, due.id, detected_at) is None:
                    raise _Cancelled
        except _Cancelled:
            return False
        except Exception as error:
            if due is None:
                raise
            await self._note_failure(due, error)
            return False
        self._note_lateness([due], detected_at)
        return True

    def _note_lateness(self, due: Sequence[Timer], detected_at: datetime) -> None:
        for one in due:
            if detected_at - one.due_at > timedelta(seconds=self._poll + self._patience):
                log.warning(
                    "timer.late",
                    kind=one.kind,
                    subject=str(one.subject),
                    due_at=one.due_at.isoformat(),
                    detected_at=detected_at.isoformat(),
                )

    async def _note_failure(self, due: Timer, error: Exception) -> None:
        pause = min(FIRST_PAUSE * 2 ** min(due.attempts, 16), LONGEST_PAUSE)
        log.error(
            "timer.failed", kind=due.kind, subject=str(due.subject), attempts=due.attempts + 1, error=describe(error)
        )
        await self._db.pool.execute(FAILED, due.id, describe(error), pause)

    async def _wait(self) -> None:
        """Return when the next timer falls due or business time jumps, and after `poll` seconds at the latest."""
        began, looked_at = monotonic(), self._looked_at
        due_at: datetime | None = await self._db.pool.fetchval(NEXT_DUE, list(self._handlers), looked_at)
        while (waited := monotonic() - began) < self._poll:
            await asyncio.sleep(min(GLANCE, self._poll - waited))
            now = self._clock.now()
            # A jump may have passed a timer that was set after we asked for the next one.
            jumped = now - looked_at > timedelta(seconds=monotonic() - began) + JUMP
            if jumped or (due_at is not None and due_at <= now):
                return

    async def _show_unknown(self) -> None:
        rows = await self._db.pool.fetch(UNKNOWN, self._clock.now(), list(self._handlers))
        for kind in {row["kind"] for row in rows} - self._unknown:
            log.error("timer.unknown_kind", kind=kind)
            self._unknown.add(kind)


@contextmanager
def _causing(cause: Meta | None) -> Iterator[None]:
    token = current_meta.set(cause)
    try:
        yield
    finally:
        current_meta.reset(token)


def _alone[T: Tx](handler: Together[T]) -> Handler[T]:
    async def fire(due: Timer, tx: T, detected_at: datetime) -> None:
        await handler([due], tx, detected_at)

    return fire


class _Cancelled(Exception):
    """The timer was cancelled between the claim and the end: its effect is rolled back."""


OPEN = "fired_at IS NULL AND cancelled_at IS NULL"

# What may fire at $1: due, of a kind we know, not resting after a failure, not behind an earlier one of its subject.
# OFFSET: what is earlier is looked up for each, never joined, which takes a second where the table has grown since its statistics.
FREE = f"""
{OPEN} AND due_at <= $1 AND kind = ANY($2::text[]) AND (retry_at IS NULL OR retry_at <= now())
AND NOT EXISTS (
    SELECT FROM timer AS earlier
    WHERE earlier.subject = timer.subject AND (earlier.due_at, earlier.id) < (timer.due_at, timer.id)
      AND earlier.fired_at IS NULL AND earlier.cancelled_at IS NULL
      AND earlier.kind = ANY($2::text[]) AND earlier.attempts < $3 OFFSET 0)"""

# MATERIALIZED and no ordering outside: the lock is tried row by row until one is had, so no other lock is left held.
CLAIM = f"""
WITH free AS MATERIALIZED (SELECT subject FROM timer WHERE {FREE} ORDER BY due_at, id LIMIT 100)
SELECT subject FROM free WHERE pg_try_advisory_xact_lock(hashtextextended('cme.timer.' || subject, 0)) LIMIT 1"""

EARLIEST = f"""
WITH earliest AS MATERIALIZED (SELECT {COLUMNS} FROM timer WHERE {FREE} AND subject = $4 ORDER BY due_at, id LIMIT 1)
SELECT * FROM earliest WHERE set_config('cme.firing', id::text, true) IS NOT NULL"""

# CASE: the lock is tried of no other kind, whatever order the planner would find cheaper
CLAIM_MANY = f"""
WITH free AS MATERIALIZED (SELECT kind, subject, due_at, id FROM timer WHERE {FREE} ORDER BY due_at, id LIMIT $5),
first AS MATERIALIZED (SELECT kind FROM free ORDER BY due_at, id LIMIT 1)
SELECT kind, subject FROM free
WHERE CASE WHEN kind = (SELECT kind FROM first) AND kind = ANY($4::text[])
    THEN pg_try_advisory_xact_lock(hashtextextended('cme.timer.' || subject, 0)) ELSE false END LIMIT $6"""

EARLIEST_MANY = f"""
SELECT DISTINCT ON (subject) {COLUMNS} FROM timer
WHERE {FREE} AND subject = ANY($4::uuid[]) AND kind = $5 ORDER BY subject, due_at, id"""

FIRING = "SELECT set_config('cme.firing', $1, true)"

FIRED_MANY = f"""
UPDATE timer SET fired_at = now(), detected_at = $2, error = NULL, retry_at = NULL
WHERE id = ANY($1::bigint[]) AND {OPEN} RETURNING id"""

FIRED = f"""
UPDATE timer SET fired_at = now(), detected_at = $2, error = NULL, retry_at = NULL
WHERE id = $1 AND {OPEN} RETURNING id"""

FAILED = f"UPDATE timer SET attempts = attempts + 1, error = $2, retry_at = now() + $3 WHERE id = $1 AND {OPEN}"

NEXT_DUE = f"SELECT min(due_at) FROM timer WHERE {OPEN} AND kind = ANY($1::text[]) AND due_at > $2"

UNKNOWN = f"SELECT DISTINCT kind FROM timer WHERE {OPEN} AND due_at <= $1 AND kind <> ALL($2::text[])"
