"""`cme-referrals reader`: takes chunks for the process that started it (readers.py), and ends with it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import Any

import structlog

from cme_bus.errors import describe
from cme_referrals.entrypoints.chunks import take_chunk
from cme_referrals.entrypoints.desk import Desk
from cme_referrals.entrypoints.frames import CLAIMED, DONE, FAILED, READY, UP, read_frame, written_frame
from cme_service.roles import seldom_look_for_cycles

log = structlog.get_logger()


async def read_for_another(desk: Desk) -> int:
    """Take chunks from standard input until it ends.

    Signals to stop are for whoever started it: they reach all of a group, and what it has in hand is finished first.
    """
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, lambda: None)
    stream = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stream), sys.stdin.buffer)
    out = os.dup(1)
    os.dup2(2, 1)  # whatever prints must not speak for us
    other = _Other(stream, out)
    seldom_look_for_cycles()
    try:
        other.say(UP)
        while True:
            await _take(desk, await read_frame(stream), other)
    except (asyncio.IncompleteReadError, BrokenPipeError):
        return 0


async def _take(desk: Desk, chunk: Any, other: _Other) -> None:
    turn = _Turn(other)
    try:
        counts = await take_chunk(desk, chunk, turn, breath=0)
    except asyncio.IncompleteReadError:
        raise
    except Exception as error:  # noqa: BLE001  # it is taken again by whoever asked, where it is raised to who sent it
        log.warning("reader.failed", error=describe(error))
        other.say(FAILED)
        return
    other.say(DONE)
    other.say((counts.accepted, counts.repeated, counts.refused, counts.kept))


class _Other:
    """Whoever asks."""

    def __init__(self, stream: asyncio.StreamReader, out: int) -> None:
        self._stream, self._out = stream, out

    def say(self, what: object) -> None:
        os.write(self._out, written_frame(what))  # a few bytes: never more than a pipe holds

    async def hear(self) -> None:
        await read_frame(self._stream)


class _Turn:
    """A turn that the other side knows of."""

    def __init__(self, other: _Other) -> None:
        self._other, self.claims = other, False

    async def come(self) -> None:
        """See `Turn`."""
        self._other.say(READY)
        await self._other.hear()
        self.claims = True

    def over(self) -> None:
        """See `Turn`."""
        if self.claims:
            self.claims = False
            self._other.say(CLAIMED)
