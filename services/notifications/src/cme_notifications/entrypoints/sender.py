"""The sender's loops in the worker."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import httpx2
import structlog

from cme_bus.errors import describe, passes

log = structlog.get_logger()

POLL = 0.3
"""Seconds between two looks when there was nothing to send."""
PAUSE = 5.0
"""Seconds until a database or a channel that was unwell is tried again."""

type Check = Callable[[], Awaitable[None]]
type Step = Callable[[], Awaitable[object]]


async def for_ever(step: Step, *, check: Check | None = None) -> None:
    """Repeat `step` until cancelled, without a pause while it says that there was something to do.

    `check` must pass first: what it refuses ends the process. An outage is waited for.
    """
    if check is not None:
        await _until_checked(check)
    while True:
        try:
            if await step():
                continue
            await asyncio.sleep(POLL)
        except Exception as error:
            if not passes(error):
                raise
            log.warning("sender.waits", error=describe(error))
            await asyncio.sleep(PAUSE)


async def _until_checked(check: Check) -> None:
    while True:
        try:
            return await check()
        except httpx2.HTTPError as error:
            log.warning("channel.waits", error=describe(error))
            await asyncio.sleep(PAUSE)
