"""Processes that read the rows of large files, as many as there are cores: this one has other requests to answer.

Each is `cme-referrals reader`, with a connection of its own, spoken to over its standard streams; it ends when they do.
"""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from typing import Any

import structlog

from cme_referrals.application.batches import Counts
from cme_referrals.entrypoints.chunks import Chunk, Turn
from cme_referrals.entrypoints.frames import CLAIMED, DONE, FAILED, READY, UP, read_frame, written_frame

log = structlog.get_logger()

COMMAND = (sys.executable, "-m", "cme_referrals", "reader")
PATIENCE = 60
"""Seconds a reader may take to come up, to read a chunk, or to commit it; a statement has ten."""
DRAIN = 10
"""Seconds that a reader is given to finish when this process ends."""
GONE = (asyncio.IncompleteReadError, OSError, TimeoutError)


class ReaderLostError(Exception):
    """A chunk was handed over, and it is not known what became of it. It is to be taken again."""


class Readers:
    """Started when they are first wanted, begun anew when one dies, ended with the process that has them."""

    def __init__(self, most: int | None = None, command: Sequence[str] = COMMAND) -> None:
        """`most`: processes; None: as many as there are cores."""
        self.most = (os.cpu_count() or 1) if most is None else most
        self._command = command
        self._all = set[_Reader]()
        self._idle: list[_Reader] = []
        self._tasks = set[asyncio.Task[Any]]()
        self._starting = 0
        self._changed = asyncio.Condition()
        self._ended = False

    @property
    def up(self) -> int:
        """How many there are."""
        return len(self._all)

    @property
    def pids(self) -> list[int]:
        """Of those there are."""
        return [one.process.pid for one in self._all]

    def want(self) -> None:
        """Have all of them come up, without waiting for any."""
        while not self._ended and len(self._all) + self._starting < self.most:
            self._starting += 1
            self._go_on(self._start())

    async def take(self, chunk: Chunk, turn: Turn) -> Counts:
        """Have a chunk taken, by the next who has nothing to do. Raises `ReaderLostError`; the turn is over then.

        Whoever is cancelled leaves it going on: it is committed whole, or not at all.
        """
        async with self._changed:
            await self._changed.wait_for(lambda: self._idle or not self._all)
            if not self._idle:
                raise ReaderLostError
            reader = self._idle.pop()
        return await asyncio.shield(self._go_on(self._have_taken(reader, chunk, turn)))

    async def end(self) -> None:
        """Let them finish what they have in hand, and go."""
        self._ended = True
        gone, self._all, self._idle = self._all, set(), []
        for reader in gone:
            reader.leave()
        for reader in gone:
            await reader.gone(within=DRAIN)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _go_on[T](self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._over)
        return task

    def _over(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # whoever asked may have gone

    async def _start(self) -> None:
        try:
            reader = await _Reader.start(self._command)
        except GONE as error:
            log.warning("readers.not_started", error=type(error).__name__)
            return
        finally:
            self._starting -= 1
        async with self._changed:
            self._all.add(reader)
            self._idle.append(reader)
            self._changed.notify_all()
        log.info("readers.started", count=len(self._all))

    async def _have_taken(self, reader: _Reader, chunk: Chunk, turn: Turn) -> Counts:
        try:
            counts = await reader.take(chunk, turn)
        except GONE as error:
            log.warning("readers.lost", error=type(error).__name__)
            self._all.discard(reader)
            await reader.gone()
            self.want()
            raise ReaderLostError from error
        except ReaderLostError:
            self._idle.append(reader)
            raise
        else:
            self._idle.append(reader)
            return counts
        finally:
            turn.over()
            async with self._changed:
                self._changed.notify_all()


class _Reader:
    """One of them, one chunk at a time."""

    def __init__(self, process: Process) -> None:
        assert process.stdin is not None and process.stdout is not None
        self.process, self._to, self._from = process, process.stdin, process.stdout

    @classmethod
    async def start(cls, command: Sequence[str]) -> _Reader:
        """Returns once it is up. Raises any of `GONE`."""
        reader = cls(await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE))
        try:
            await reader._hear(UP)
        except BaseException:
            await reader.gone()
            raise
        return reader

    async def take(self, chunk: Chunk, turn: Turn) -> Counts:
        """Raises any of `GONE`, and `ReaderLostError` where it could not take it."""
        await self._say(chunk)
        if await self._hear(READY, FAILED) == FAILED:
            raise ReaderLostError
        await turn.come()
        await self._say(None)
        if await self._hear(CLAIMED, FAILED) == FAILED:
            raise ReaderLostError
        turn.over()
        if await self._hear(DONE, FAILED) == FAILED:
            raise ReaderLostError
        return Counts(*await self._next())

    def leave(self) -> None:
        """Say that there is nothing more."""
        self._to.close()

    async def gone(self, *, within: float = 0) -> None:
        """Wait until it has ended; have it end after so many seconds."""
        self._to.close()
        try:
            async with asyncio.timeout(within):
                await self.process.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):
                self.process.kill()
            await self.process.wait()

    async def _say(self, what: object) -> None:
        self._to.write(written_frame(what))
        await self._to.drain()

    async def _hear(self, *expected: str) -> str:
        said = await self._next()
        if said not in expected:
            raise ConnectionError("a reader says what was not asked")
        return str(said)

    async def _next(self) -> Any:
        async with asyncio.timeout(PATIENCE):
            return await read_frame(self._from)
