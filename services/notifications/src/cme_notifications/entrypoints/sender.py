"""The sender's loops in the worker."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import httpx2
import structlog

from cme_bus.errors import describe, passes
from cme_notifications.application.send import Sender

log = structlog.get_logger()

POLL = 0.3
"""Seconds between two looks when there was nothing to send."""
PAUSE = 5.0
"""Seconds until a database or a channel that was unwell is tried again."""

type Check = Callable[[], Awaitable[None]]


async def send_for_ever(sender: Sender, *, urgent_only: bool = False, check: Check | None = None) -> None:
    """Send until cancelled. `check` must pass first; what it refuses ends the process, an outage is waited for."""
    if check is not None:
        await _until_checked(check)
    while True:
        try:
            if not urgent_only:
                await sender.address()
            if await sender.send_next(urgent_only=urgent_only):
                continue
        except Exception as error:
            if not passes(error):
                raise
            log.warning("sender.waits", error=describe(error))
            await asyncio.sleep(PAUSE)
        await asyncio.sleep(POLL)


async def _until_checked(check: Check) -> None:
    while True:
        try:
            return await check()
        except httpx2.HTTPError as error:
            log.warning("channel.waits", error=describe(error))
            await asyncio.sleep(PAUSE)
