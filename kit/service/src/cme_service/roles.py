"""The long-running roles: what each starts, how it waits for what is away, and how it stops."""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from enum import Enum

import structlog
import uvicorn
from fastapi import FastAPI

from cme_bus.database import Tx
from cme_service.context import open_context
from cme_service.definition import Loop, ServiceDefinition
from cme_service.metrics import Metrics
from cme_service.settings import ServiceSettings
from cme_service.worker import worker

log = structlog.get_logger()

DRAIN = 15
"""Seconds requests in hand are given at a stop."""


class Role(Enum):
    """What a process is for."""

    HTTP = "http"
    WORKER = "worker"


async def run_roles[S: ServiceSettings, T: Tx](
    definition: ServiceDefinition[S, T], settings: S, roles: Sequence[Role]
) -> int:
    """Run until told to stop (0) or until a part fails (1)."""
    stop = _stop_on_signals()
    async with AsyncExitStack() as stack:
        work: list[Loop] = []
        metrics = Metrics(definition.name)
        for role in roles:  # a pool each: requests give up on a lock that a consumer's batch waits for
            timeout = "3s" if role is Role.HTTP else "0"
            context = await stack.enter_async_context(
                open_context(settings, definition.tx, role=role.value, metrics=metrics, lock_timeout=timeout)
            )
            if role is Role.HTTP:
                work.append(serving(definition.http(context), settings.host, settings.port, stop))
                continue
            work.append(worker(definition, context, stop))
            if settings.worker_port:
                work.append(serving(context.make_app(), settings.host, settings.worker_port, stop))
        seldom_look_for_cycles()
        log.info("service.started", roles=[role.value for role in roles])
        return await _until_stopped(work, stop)


def seldom_look_for_cycles() -> None:
    """Python looks for garbage that refers to itself: seldom, and not among what lives as long as the process.

    What a request leaves behind does not refer to itself, and a look costs more than a tenth of a batch, or a request
    the time it takes (docs/performance.md).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


async def _until_stopped(work: Sequence[Loop], stop: asyncio.Event) -> int:
    """All run until `stop`; the first that ends before it stops the others, and the process has failed."""
    tasks = [asyncio.ensure_future(one()) for one in work]
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait([stopping, *tasks], return_when=asyncio.FIRST_COMPLETED)
    asked = stop.is_set()
    stop.set()
    await asyncio.wait(tasks)
    failed = not asked
    for task in tasks:
        if error := task.exception():
            failed = True
            for cause in _causes(error):
                log.error("service.part_failed", exc_info=cause)
    log.info("service.stopped", failed=failed)
    return 1 if failed else 0


def _causes(error: BaseException) -> Iterator[BaseException]:
    """What really happened, where several things may have happened together."""
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from _causes(one)
    else:
        yield error


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


class Server(uvicorn.Server):
    """uvicorn that leaves signals to us, as it is not alone in the process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def serving(app: FastAPI, host: str, port: int, stop: asyncio.Event) -> Loop:
    """Answer requests until `stop`, then those in hand. Raises `CannotListenError` at once."""
    listening = _listen(host, port)

    async def serve() -> None:
        server = Server(
            uvicorn.Config(
                app,
                host=host,
                port=port,
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=DRAIN,
            )
        )
        serving = asyncio.ensure_future(server.serve([listening]))
        stopping = asyncio.ensure_future(stop.wait())
        await asyncio.wait([serving, stopping], return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        server.should_exit = True
        await serving

    return serve


class CannotListenError(Exception):
    """The port is taken, or not ours to take. The text says which, and is fit to be shown."""


def _listen(host: str, port: int) -> socket.socket:
    """Take the port now: a process that cannot be reached must not start. Raises `CannotListenError`."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise CannotListenError(
            f"cannot listen on {host}:{port} ({error.strerror}): stop what uses it, or set another port"
        ) from error
