"""How `make stop`, `make start` and `make status` reach the supervisor: one line of JSON each way over a socket in the file system."""

import asyncio
import contextlib
import hashlib
import json
import os
import socket
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from deploy.local.failure import Failure

LONGEST_PATH = 100
"""The system allows 107 bytes; a checkout may lie deep."""

Handler = Callable[[str, str], Awaitable[str]]


def socket_path(state: Path) -> Path:
    path = state / "control"
    if len(os.fsencode(path)) <= LONGEST_PATH:
        return path
    name = hashlib.sha256(os.fsencode(state)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"cme-{os.geteuid()}-{name}" / "control"


@contextlib.asynccontextmanager
async def listening(state: Path, handle: Handler) -> AsyncIterator[None]:
    """Take orders while the block runs. Whoever holds the run lock may replace the socket a killed supervisor left."""
    path = socket_path(state)
    if path.parent != state:
        path.parent.mkdir(mode=0o700, exist_ok=True)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            asked = json.loads(await reader.readline())
            answer = {"said": await handle(asked["do"], asked["name"])}
        except Failure as failure:
            answer = {"failed": str(failure)}
        except (ValueError, KeyError, TypeError):
            answer = {"failed": "The order could not be read."}
        writer.write(json.dumps(answer).encode() + b"\n")
        with contextlib.suppress(OSError):
            await writer.drain()
            writer.close()

    path.unlink(missing_ok=True)
    server = await asyncio.start_unix_server(serve, path)
    path.chmod(0o600)
    try:
        yield
    finally:
        server.close()
        path.unlink(missing_ok=True)
        if path.parent != state:
            with contextlib.suppress(OSError):
                path.parent.rmdir()


def order(state: Path, do: str, name: str) -> str:
    """Send one order and return what the supervisor said."""
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(str(socket_path(state)))
        except OSError:
            message = "Nothing is running here: start it with `make run`."
            raise Failure(message) from None
        connection.sendall(json.dumps({"do": do, "name": name}).encode() + b"\n")
        answer = json.loads(
            connection.makefile().readline() or '{"failed": "The supervisor ended before it answered."}'
        )
    if "failed" in answer:
        raise Failure(answer["failed"])
    return str(answer["said"])
