"""Work that goes on behind whoever hands it over: a few pieces at a time, begun in order, and none is lost from sight."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable


class Behind:
    """Holds so many pieces of work (`abreast`), so at most one more is being made ready meanwhile."""

    def __init__(self, abreast: int = 1) -> None:
        self.abreast = abreast
        self._tasks = deque[asyncio.Task[None]]()

    async def do(self, work: Callable[[], Awaitable[None]]) -> None:
        """Start it once few enough are going on. Raises what an earlier one raised, and then starts nothing."""
        self._look()
        while len(self._tasks) >= self.abreast:
            await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
            self._look()
        self._tasks.append(asyncio.ensure_future(_run(work)))

    async def done(self) -> None:
        """Wait for what was started. Raises what the first of them raised that failed, once."""
        if self._tasks:
            await asyncio.wait(self._tasks)
            self._look()

    async def leave(self) -> None:
        """Whoever handed it over has gone: let go of what is going on."""
        tasks, self._tasks = self._tasks, deque()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _look(self) -> None:
        ended = [task for task in self._tasks if task.done()]
        self._tasks = deque(task for task in self._tasks if not task.done())
        failed = [error for task in ended if (error := task.exception())]
        if failed:
            raise failed[0]


async def _run(work: Callable[[], Awaitable[None]]) -> None:
    await work()
