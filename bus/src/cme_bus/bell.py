"""Tells the relay that there is something to send."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import asyncpg
import structlog

from cme_bus.errors import LOST, describe

log = structlog.get_logger()


BUSY = 500
"""Commits a second from which a lane of the relay rests between two looks anyway."""
REST_WHEN_BUSY = 0.025


class Bell:
    """Rings after the commit, at most every `rest` seconds; where commits come in floods, every `REST_WHEN_BUSY`.

    Not inside the transaction: NOTIFY makes commits queue behind one lock of the whole cluster, which
    halved the writers. A ring that a crash swallows costs one slow poll of the relay, nothing more. It says for which
    lanes it rings: the others need not look.
    """

    def __init__(self, pool: asyncpg.Pool[asyncpg.Record], rest: float = 0.005) -> None:
        self._pool, self._rest = pool, rest
        self._due: set[str] = set()
        self._rung = 0
        self._ringer: asyncio.Task[None] | None = None

    def ring(self, lanes: Iterable[str]) -> None:
        self._due.update(lanes)
        self._rung += 1
        if self._ringer is None or self._ringer.done():
            self._ringer = asyncio.create_task(self._run())

    async def _run(self) -> None:
        clock, since = asyncio.get_running_loop().time, float("-inf")
        while self._due:
            busy = self._rung > BUSY * (clock() - since)
            since, self._rung = clock(), 0
            lanes, self._due = ",".join(sorted(self._due)).replace("'", "''"), set()
            try:  # nobody waits for this commit to reach the disk
                await self._pool.execute(f"BEGIN; SET LOCAL synchronous_commit = off; NOTIFY outbox, '{lanes}'; COMMIT")
            except LOST as error:
                if self._pool.is_closing():  # a command that ends here: the relay's slow poll finds what it left
                    return
                log.warning("bell.silent", error=describe(error))
            await asyncio.sleep(REST_WHEN_BUSY if busy else self._rest)
