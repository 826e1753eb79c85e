"""What both contestants need: databases and processes of their own, rows counted, a moment known."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition

from tests.kit.issuer import Issuer

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
"""Seconds a process may take to come up, or work to be done that has been accepted, on a busy machine."""


class Contestant(Protocol):
    """Takes referrals by HTTP and makes cases of them."""

    name: str
    port: int

    async def start(self) -> None:
        """Start its processes; they may still be coming up."""

    async def stop(self) -> None:
        """Stop them, in order."""

    async def visible(self) -> int:
        """Cases whose rows have been committed."""

    async def among(self, submissions: Iterable[str]) -> set[str]:
        """Those of these submissions that have a case."""

    async def settled(self) -> bool:
        """Nothing that was accepted is still on its way, to anybody."""

    async def check(self, submissions: int) -> str:
        """Count the rows on both sides. Raises `AssertionError` if one is missing, or there twice."""


class Processes:
    """Programs in one environment, and what they wrote."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self._environment, self._log = {"PATH": os.environ["PATH"], **environment}, log
        self._running: list[asyncio.subprocess.Process] = []

    async def start(self, *arguments: str) -> None:
        self._running.append(await self._begin(*arguments))

    async def run(self, *arguments: str) -> None:
        """To its end. Raises `AssertionError` if it fails."""
        assert await (await self._begin(*arguments)).wait() == 0, arguments

    async def _begin(self, *arguments: str) -> asyncio.subprocess.Process:
        with self._log.open("ab") as log:
            return await asyncio.create_subprocess_exec(
                sys.executable, "-m", *arguments, env=self._environment, cwd=ROOT, stdout=log, stderr=log
            )

    async def stop(self) -> None:
        running, self._running = self._running, []
        for process in running:
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
        for process in running:
            try:
                await asyncio.wait_for(process.wait(), PATIENCE)
            except TimeoutError:
                process.kill()
                raise

    @property
    def pids(self) -> list[int]:
        """Of those that run, in the order they were started."""
        return [process.pid for process in self._running]

    def alive(self) -> None:
        """Raises `AssertionError` if one has ended."""
        assert all(process.returncode is None for process in self._running), "a process has ended"

    def said(self) -> str:
        return self._log.read_text(errors="replace")[-4000:]


async def new_database(postgres: str, name: str) -> str:
    """An empty database, by its URL."""
    conn = await asyncpg.connect(postgres)
    database = f"bench_{name}_{uuid4().hex[:8]}"
    await conn.execute(f"CREATE DATABASE {database}")
    await conn.close()
    return f"{postgres.rpartition('/')[0]}/{database}"


async def drop_database(postgres: str, dsn: str) -> None:
    conn = await asyncpg.connect(postgres)
    await conn.execute(f"DROP DATABASE {dsn.rpartition('/')[2]} WITH (FORCE)")
    await conn.close()


async def records(kafka: str, topic: str, partitions: int = 12) -> int:
    """How many records a topic has ever been given."""
    async with AIOKafkaConsumer(bootstrap_servers=kafka) as consumer:
        ends = await consumer.end_offsets([TopicPartition(topic, number) for number in range(partitions)])
        return sum(ends.values())


async def until(done: Callable[[], Awaitable[bool]], pause: float, what: str) -> None:
    """Look again and again. Raises `TimeoutError` when it takes too long."""
    give_up = time.perf_counter() + PATIENCE
    while not await done():
        if time.perf_counter() > give_up:
            raise TimeoutError(what)
        await asyncio.sleep(pause)


async def answers(port: int) -> bool:
    """Whether somebody listens."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


async def publish_keys(issuer: Issuer) -> asyncio.Server:
    """Serve the issuer's keys at `address_of` the server: what `CME_JWKS` names."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            body = json.dumps(issuer.published()).encode()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n" % len(body))
            writer.write(b"Connection: close\r\n\r\n" + body)
            await writer.drain()
        writer.close()

    return await asyncio.start_server(answer, "127.0.0.1", 0)


def address_of(keys: asyncio.Server) -> str:
    """Where they are published."""
    return f"http://127.0.0.1:{keys.sockets[0].getsockname()[1]}/jwks"
