"""How a process and its readers speak, over the streams between them. Both are the same program of the same release."""

from __future__ import annotations

import asyncio
import pickle
from typing import Any

UP, READY, CLAIMED, DONE, FAILED = "up", "ready", "claimed", "done", "failed"
"""It can take chunks; this one is read, and waits for its turn; its turn is over; it is committed; it was not taken."""
LENGTH = 4


def written_frame(what: object) -> bytes:
    """Something as it travels."""
    content = pickle.dumps(what)
    return len(content).to_bytes(LENGTH) + content


async def read_frame(stream: asyncio.StreamReader) -> Any:
    """What is said next. Raises `IncompleteReadError` where the other side has gone."""
    content = await stream.readexactly(int.from_bytes(await stream.readexactly(LENGTH)))
    return pickle.loads(content)  # noqa: S301  # nobody else holds an end of these streams
