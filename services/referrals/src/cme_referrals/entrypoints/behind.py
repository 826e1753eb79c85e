"""Work that goes on behind whoever hands it over: one piece at a time, in order, and none is lost from sight."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable


class Behind:
    """Holds one piece of work, so at most one more is being made ready meanwhile."""

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None

    async def do(self, work: Callable[[], Awaitable[None]]) -> None:
        """Start it once what came before is done. Raises what that raised, and then starts nothing."""
        await self.done()
        self._task = asyncio.ensure_future(_run(work))

    async def done(self) -> None:
        """Wait for what was started last. Raises what it raised, once."""
        task, self._task = self._task, None
        if task is not None:
            await task

    async def leave(self) -> None:
        """Whoever handed it over has gone: let go of what is going on."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def _run(work: Callable[[], Awaitable[None]]) -> None:
    await work()
